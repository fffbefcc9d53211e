import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Exchange } from '../../exchange.ts'
import type { Reply } from '../../replay.ts'
import { currentPage } from '../../tag.ts'
import { captureResponse } from './capture.ts'
import { trackRequest } from './tracked.ts'

/** What frameworks on top of node:http add and what is used of it. */
export interface NodeRequest extends IncomingMessage {
  /** The target before routers cut their mount paths off. */
  readonly originalUrl?: string
  /** As the framework resolved it, proxies included. */
  readonly protocol?: string
  readonly host?: string
}

const ASKS_FOR_LESS = ['if-none-match', 'if-modified-since', 'if-range', 'range']

/** The exchange of anything that answers by writing to a `ServerResponse`. Its answer is that it was written. */
export function nodeExchange<Incoming extends NodeRequest>(
  request: Incoming,
  response: ServerResponse,
  next: () => void,
): Exchange<Incoming, void> {
  const { headers } = request
  const url = request.originalUrl ?? request.url ?? ''
  const mark = url.indexOf('?')
  const encrypted = (request.socket as { encrypted?: boolean }).encrypted === true
  return {
    incoming: request,
    method: request.method ?? '',
    scheme: request.protocol ?? (encrypted ? 'https' : 'http'),
    authority: request.host ?? headers.host,
    // Behind a trusted proxy `host` is the forwarded one, while the view can read either.
    alsoKnownAs: [headers.host ?? ''],
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? '' : url.slice(mark),
    hasBody: 'transfer-encoding' in headers || (headers['content-length'] ?? '0') !== '0',
    once: true,
    member: (name) => (request as unknown as Record<string, unknown>)[name],
    header(name) {
      // `headers` is a plain object: `constructor` is not a field.
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined
      return Array.isArray(value) ? value.join(', ') : value
    },
    run(tap) {
      if (tap?.whole === true) for (const name of ASKS_FOR_LESS) delete headers[name]
      const page = tap?.whole === true ? currentPage() : undefined
      const untrack = page === undefined ? undefined : trackRequest(request, response, page)
      if (tap !== undefined) captureResponse(response, tap, page?.reads, untrack)
      next()
    },
    discard() {},
    reply: (reply) => writeReply(response, reply),
  }
}

function writeReply(response: ServerResponse, reply: Reply): void {
  // The client may have left while we looked.
  if (response.headersSent || response.destroyed) return
  const fields = new Map<string, string[]>()
  for (let index = 0; index + 1 < reply.fields.length; index += 2) {
    const name = reply.fields[index] as string
    const lines = fields.get(name.toLowerCase())
    if (lines === undefined)
      fields.set(name.toLowerCase(), [name, reply.fields[index + 1] as string])
    else lines.push(reply.fields[index + 1] as string)
  }
  response.statusCode = reply.status
  for (const [name, ...lines] of fields.values()) {
    response.setHeader(name as string, lines.length === 1 ? (lines[0] as string) : lines)
  }
  if (reply.body === null) response.end()
  else response.end(reply.body)
}
