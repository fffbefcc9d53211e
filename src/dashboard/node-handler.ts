import type { IncomingMessage, ServerResponse } from 'node:http'
import { shortText } from './body.ts'
import { plain } from './reply.ts'

/** What frameworks on top of node:http add, as far as it is used. */
export interface DashboardNodeRequest extends IncomingMessage {
  /** The target before a router cut its mount off, and what it cut off. */
  readonly originalUrl?: string
  readonly baseUrl?: string
  /** What a parser made of the body before we came. */
  readonly body?: unknown
}

/** What a request of Node's is in the web's terms. */
export interface WebRequest {
  readonly request: Request
  /** What a router has cut off, so that it can be left out again. */
  readonly cutOff: string
}

/** @returns an answer instead, for what is no request of ours */
export async function webRequest(incoming: DashboardNodeRequest): Promise<WebRequest | Response> {
  const { headers, originalUrl, url = '/' } = incoming
  const method = incoming.method ?? 'GET'
  const target = originalUrl ?? url
  const host = headers.host ?? headers[':authority']
  // By joining texts: a path that begins with two slashes must not become a host.
  const address = `http://${String(host ?? 'localhost')}${target}`
  if (!target.startsWith('/') || !URL.canParse(address)) return plain('Not a request.', 400)
  const fields = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':')) continue
    for (const line of Array.isArray(value) ? value : [value ?? '']) fields.append(name, line)
  }
  if (method === 'GET' || method === 'HEAD')
    return {
      request: new Request(address, { method, headers: fields }),
      cutOff: cutOffOf(incoming),
    }
  if (method !== 'POST') return plain('Only GET, HEAD and POST.', 405, { allow: 'GET, HEAD, POST' })
  const body = await bodyOf(incoming)
  if (body === undefined) return plain('Too long.', 413)
  fields.delete('content-length')
  return {
    request: new Request(address, { method, headers: fields, body }),
    cutOff: cutOffOf(incoming),
  }
}

/** Express says what its router has cut off; of others it is what the target has more than is left. */
function cutOffOf({ baseUrl, originalUrl, url = '/' }: DashboardNodeRequest): string {
  if (baseUrl !== undefined) return baseUrl
  if (originalUrl === undefined) return ''
  const [whole, left] = [pathOf(originalUrl), pathOf(url)]
  if (whole.endsWith(left)) return whole.slice(0, -left.length)
  return left === '/' ? whole : ''
}

function pathOf(target: string): string {
  return target.replace(/[?#].*$/s, '')
}

async function bodyOf(incoming: DashboardNodeRequest): Promise<string | undefined> {
  // A parser was here first: the stream is empty.
  if (incoming.readableEnded || incoming.readableFlowing === true) return parsedBody(incoming.body)
  return await shortText(incoming as AsyncIterable<Buffer>)
}

function parsedBody(body: unknown): string {
  if (typeof body === 'string') return body
  if (Buffer.isBuffer(body)) return body.toString()
  if (typeof body !== 'object' || body === null) return ''
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(body))
    if (typeof value === 'string') fields.set(name, value)
  return fields.toString()
}

/** Writes an answer; a stream ends with whoever reads it. */
export async function writeResponse(
  response: Response,
  outgoing: ServerResponse,
  isHead: boolean,
): Promise<void> {
  if (outgoing.destroyed || outgoing.headersSent) return
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') outgoing.setHeader(name, value)
  }
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies)
  if (response.body === null || isHead) {
    await response.body?.cancel()
    outgoing.end()
    return
  }
  const reader = response.body.getReader()
  const left = (): void => void reader.cancel().catch(() => {})
  outgoing.on('close', left)
  try {
    outgoing.flushHeaders()
    for (;;) {
      const { done, value } = await reader.read()
      if (done || outgoing.destroyed) break
      if (!outgoing.write(value)) await drained(outgoing)
    }
    outgoing.end()
  } finally {
    outgoing.off('close', left)
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      outgoing.off('drain', go)
      outgoing.off('close', go)
      resolve()
    }
    outgoing.on('drain', go)
    outgoing.on('close', go)
  })
}
