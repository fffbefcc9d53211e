import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { endToEnd } from './fields.ts'

/** What is asked of the origin. */
export interface Question {
  readonly method: string
  /** Path and query as the visitor wrote them, or `*`. */
  readonly target: string
  readonly fields: Iterable<readonly [name: string, value: string]>
  readonly body: Readable | undefined
}

/** RFC 9110 §15: responses that have no body, whatever their fields say. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/** The site behind the proxy. */
export class Origin {
  readonly #url: URL
  readonly #silentMs: number

  /** @param silentMs how long it may say nothing before a request is given up */
  constructor(url: URL, silentMs: number) {
    this.#url = url
    this.#silentMs = silentMs
  }

  /** Its answer, the body still on its way. Rejects when there is none: no connection, silence, a head that is none. */
  async ask(question: Question): Promise<Response> {
    const message = await this.#send(question)
    const { statusCode = 0, statusMessage = '' } = message
    if (statusCode < 200 || statusCode > 599) {
      message.destroy()
      throw new Error(`The origin answered with status ${statusCode}.`)
    }
    const headers = new Headers()
    for (const [name, value] of endToEnd(message.rawHeaders)) headers.append(name, value)
    const bodiless = question.method === 'HEAD' || BODILESS.has(statusCode)
    if (bodiless) message.resume()
    const body = bodiless ? null : ReadableStream.from<Uint8Array>(message)
    return new Response(body, { status: statusCode, statusText: statusMessage, headers })
  }

  async #send({ body, fields, method, target }: Question): Promise<IncomingMessage> {
    const { hostname, port, protocol } = this.#url
    const headers: string[] = []
    const names = new Set<string>()
    for (const [name, value] of fields) {
      names.add(name)
      headers.push(name, value)
    }
    headers.push('via', '1.1 breakwater')
    if (body !== undefined && !names.has('content-length')) {
      headers.push('transfer-encoding', 'chunked')
    }
    const send = protocol === 'https:' ? requestHttps : requestHttp
    return await new Promise((resolve, reject) => {
      // A connection for each request: what an origin sends beyond its message must never become the next visitor's answer.
      const sent = send({
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path: target,
        method,
        headers,
        agent: false,
        timeout: this.#silentMs,
      })
      sent.on('response', resolve)
      sent.on('timeout', () => sent.destroy(new Error('The origin is silent.')))
      // Also after its answer, whose body then fails by itself, or was whole before.
      sent.on('error', reject)
      if (body === undefined) sent.end()
      else sendBody(body, sent)
    })
  }
}

// Not a pipeline, which would end the visitor's connection when an origin answers before it has read everything.
function sendBody(body: Readable, sent: ClientRequest): void {
  body.pipe(sent)
  body.once('close', () => {
    if (!body.readableEnded) sent.destroy(new Error('The visitor left.'))
  })
}
