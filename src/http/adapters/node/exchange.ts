import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Exchange, Inquiry } from '../../exchange.ts'
import type { Reads } from '../../reads.ts'
import type { Reply } from '../../replay.ts'
import { currentPage } from '../../tag.ts'
import { ASKS_FOR_LESS } from '../../tracked-request.ts'
import { captureResponse } from './capture.ts'
import { fieldsByName } from './fields-by-name.ts'
import { setReason } from './reason.ts'
import { trackRequest } from './tracked.ts'

/** What frameworks on top of node:http add and what is used of it. */
export interface NodeRequest extends IncomingMessage {
  /** The target before routers cut their mount paths off. */
  readonly originalUrl?: string
  /** As the framework resolved it, proxies included. */
  readonly protocol?: string
  readonly host?: string
  /** The route of Express that was matched, and where its router is mounted. */
  readonly route?: { readonly path?: string | RegExp | readonly (string | RegExp)[] }
  readonly baseUrl?: string
}

/** A request that is only looked at. */
export function nodeInquiry<Incoming extends NodeRequest>(request: Incoming): Inquiry<Incoming> {
  const nobody = undefined as unknown as ServerResponse
  return nodeExchange(request, nobody, () => {})
}

/**
 * The exchange of anything that answers by writing to a `ServerResponse`. Its answer is that it was written.
 *
 * @param bags where the framework's layers put the user, the session and the like, besides the request
 */
export function nodeExchange<Incoming extends NodeRequest>(
  request: Incoming,
  response: ServerResponse,
  next: () => Promise<void> | void,
  bags: readonly object[] = [],
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
    member: (name) => (request as unknown as Record<string, unknown>)[name],
    route: () => routeOf(request),
    header(name) {
      // `headers` is a plain object: `constructor` is not a field.
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined
      return Array.isArray(value) ? value.join(', ') : value
    },
    once: true,
    run(tap) {
      // Of a page that is not being made here, which may be one around it, nothing is hidden.
      const asked = tap?.whole === true ? askForAll(request, response, bags) : undefined
      if (tap !== undefined) captureResponse(response, tap, asked?.reads, asked?.end)
      return next()
    },
    discard() {},
    reply: (reply) => writeReply(response, reply),
  }
}

function routeOf({ baseUrl = '', route }: NodeRequest): string | undefined {
  const path = route?.path
  // A route may have several patterns, or regular expressions.
  return path === undefined ? undefined : baseUrl + String(path)
}

/**
 * Hides from the view, and from all that looks later, what asks for a part or for news only, and lets the page know what is
 * read of the request.
 *
 * @returns what the view reads, and `end`, to be called when it has made its page
 */
export function askForAll(
  request: IncomingMessage,
  response: ServerResponse,
  bags: readonly object[],
): { readonly reads: Reads | undefined; readonly end: () => void } {
  for (const name of ASKS_FOR_LESS) delete request.headers[name]
  const page = currentPage()
  const end = page === undefined ? () => {} : trackRequest(request, response, page, bags)
  return { reads: page?.reads, end }
}

/** Writes a page from the cache. What layers outside have set stays, unless the page has a field of that name. */
export function writeReply(response: ServerResponse, reply: Reply): void {
  // The client may have left while we looked.
  if (response.headersSent || response.destroyed) return
  response.statusCode = reply.status
  setReason(response, reply)
  for (const [name, value] of fieldsByName(reply)) response.setHeader(name, value)
  if (reply.body === null) response.end()
  else response.end(reply.body)
}
