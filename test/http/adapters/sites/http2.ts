// A server of node:http2 without TLS, and a client of it.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  type ClientHttp2Stream,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
} from 'node:http2'
import { type App, type Ask, type Got, got } from './site.ts'

export function onHttp2(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): App {
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer((request, response) => {
    listener(request as unknown as IncomingMessage, response as unknown as ServerResponse)
  })
  server.on('session', (session) => sessions.add(session))
  const closeAllConnections = (): void => {
    for (const session of sessions) session.destroy()
  }
  return { server: Object.assign(server, { closeAllConnections }) as unknown as Server, ask }
}

/** On a connection of its own. */
async function ask(port: number, path: string, asked: Ask): Promise<Got> {
  const { headers: { host = 'site.test', ...headers } = {}, method = 'GET' } = asked
  const session = connect(`http://127.0.0.1:${port}`)
  try {
    const to = { ':authority': host, ':method': method, ':path': path, ...headers }
    return await read(session.request(to), asked)
  } finally {
    session.destroy()
  }
}

async function read(stream: ClientHttp2Stream, asked: Ask): Promise<Got> {
  const head = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
    stream.once('response', resolve).once('error', reject)
  })
  const chunks: Buffer[] = []
  if (asked.leaveEarly !== undefined) {
    chunks.push(await new Promise<Buffer>((resolve) => stream.once('data', resolve)))
    await asked.leaveEarly
    stream.destroy()
  } else {
    for await (const chunk of stream) {
      if (chunks.length === 0) asked.onFirst?.()
      chunks.push(chunk as Buffer)
    }
  }
  const { ':status': status, ...fields } = head
  const raw = Object.entries(fields).flatMap(([name, value]) => {
    return [value].flat().flatMap((line) => [name, String(line)])
  })
  return got(Number(status), raw, Buffer.concat(chunks))
}
