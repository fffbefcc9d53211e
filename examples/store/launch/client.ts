import { Agent, request } from 'node:http'
import type { Visit } from './visits.ts'

/** Visitors leave after this long, and what they did not get counts as an error. */
const GIVE_UP_MS = 5_000

/** More connections than any healthy server needs, few enough that a dying one does not take the generator with it. */
const CONNECTIONS = 512

export interface Client {
  /** True for an answer that a visitor would call one: 2xx or 3xx, read to the end. */
  send(visit: Visit): Promise<boolean>
  close(): void
}

export function openClient(url: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, maxFreeSockets: CONNECTIONS })
  const cookies = new Map<number, string>()
  const { hostname, port, origin } = new URL(url)

  return {
    send: (visit) =>
      new Promise((resolve) => {
        const headers: Record<string, string> = { accept: 'text/html' }
        if (visit.form !== undefined) {
          headers['content-type'] = 'application/x-www-form-urlencoded'
          headers.origin = origin
        }
        const cookie = visit.visitor === undefined ? undefined : cookies.get(visit.visitor)
        if (cookie) headers.cookie = cookie

        const signal = AbortSignal.timeout(GIVE_UP_MS)
        const method = visit.form === undefined ? 'GET' : 'POST'
        const sent = request(
          { agent, hostname, port, path: visit.path, method, headers, signal },
          (response) => {
            const given = response.headers['set-cookie']?.[0]?.split(';')[0]
            if (given && visit.visitor !== undefined) cookies.set(visit.visitor, given)
            response.resume()
            response.once('end', () => resolve((response.statusCode ?? 500) < 400))
            response.once('error', () => resolve(false))
          },
        )
        sent.once('error', () => resolve(false))
        sent.end(visit.form)
      }),
    close: () => agent.destroy(),
  }
}
