import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Exchange, Inquiry } from '../../exchange.ts'
import type { Reads } from '../../reads.ts'
import type { Reply } from '../../replay.ts'
import { currentPage } from '../../tag.ts'
import { captureResponse } from './capture.ts'
import { ClientFields } from './client-fields.ts'
import { fieldsByName } from './fields-by-name.ts'
import { setReason } from './reason.ts'
import { StandIn } from './stand-in.ts'
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
 * @param fields those of the response that a framework keeps elsewhere until it writes its head
 */
export function nodeExchange<Incoming extends NodeRequest>(
  request: Incoming,
  response: ServerResponse,
  next: () => Promise<void> | void,
  bags: readonly object[] = [],
  fields: () => OutgoingHttpHeaders = () => ({}),
): Exchange<Incoming, void> {
  const { headers } = request
  const client = new ClientFields(request)
  let standIn: StandIn | undefined
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
    header: (name) => client.get(name),
    once: true,
    fills: true,
    async run(tap) {
      if (tap === undefined) return await next()
      // Of a page that is not being made here, which may be one around it, nothing is hidden.
      const asked = tap.whole
        ? askForAll(request, response, bags, client.hide(tap.asks))
        : undefined
      standIn = new StandIn(response, fields())
      captureResponse(response, tap, standIn, asked)
      try {
        await next()
      } catch (error) {
        asked?.answered()
        throw error
      }
    },
    discard() {},
    reply(reply) {
      if (standIn === undefined) writeReply(response, reply)
      else standIn.take(reply)
    },
  }
}

function routeOf({ baseUrl = '', route }: NodeRequest): string | undefined {
  const path = route?.path
  // A route may have several patterns, or regular expressions.
  return path === undefined ? undefined : baseUrl + String(path)
}

/** What a view is asked for, and what is to be done when it has answered. */
export interface Asked {
  /** What the view reads. */
  readonly reads: Reads | undefined
  /** Takes away what the view was asked by. To be called when its head is known. */
  readonly answered: () => void
  /** To be called when it has made its page. */
  readonly end: () => void
}

/**
 * Lets the page know what is read of the request, from which what asks for a part or for news only is hidden by now.
 *
 * @param answered of {@link ClientFields.hide}
 */
export function askForAll(
  request: IncomingMessage,
  response: ServerResponse,
  bags: readonly object[],
  answered: () => void,
): Asked {
  const page = currentPage()
  const end = page === undefined ? () => {} : trackRequest(request, response, page, bags)
  return { reads: page?.reads, answered, end }
}

/** Writes a page from the cache. What layers outside have set stays, unless the page has a field of that name. */
export function writeReply(response: ServerResponse, reply: Reply): void {
  // The client may have left while we looked.
  if (response.headersSent || response.destroyed) return
  if (response.writeHead === ServerResponse.prototype.writeHead && !hasFields(response)) {
    // Nobody outside has set a field or wants to see the head, so Node may take the list as it is, without a look at each name.
    writeList(response, reply)
  } else {
    response.statusCode = reply.status
    setReason(response, reply)
    for (const [name, value] of fieldsByName(reply)) response.setHeader(name, value)
  }
  if (reply.body === null) response.end()
  else response.end(reply.body)
}

function hasFields(response: ServerResponse): boolean {
  return response.getHeaderNames().length > 0
}

function writeList(response: ServerResponse, { fields, reason = '', status }: Reply): void {
  const list = fields as string[]
  if (reason === '') response.writeHead(status, list)
  else response.writeHead(status, reason, list)
}
