import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http'
import type { Exchange, Inquiry, Tap } from '../../exchange.ts'
import type { Reads } from '../../reads.ts'
import type { Reply } from '../../replay.ts'
import { currentPage, untracked } from '../../tag.ts'
import { captureResponse } from './capture.ts'
import { ClientFields, fieldOf } from './client-fields.ts'
import { isEncrypted } from './encrypted.ts'
import { StandIn } from './stand-in.ts'
import { trackRequest } from './tracked.ts'
import { writeReply } from './write-reply.ts'

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

/** The exchange of anything that answers by writing to a `ServerResponse`. Its answer is that it was written. */
export function nodeExchange<Incoming extends NodeRequest>(
  request: Incoming,
  response: ServerResponse,
  next: () => Promise<void> | void,
): Exchange<Incoming, void> {
  return new PlainExchange(request, response, next)
}

/** What the frameworks on top of node:http have in common. Made for each request, so that a hit needs no more than its fields. */
export abstract class NodeExchange<Incoming> implements Exchange<Incoming, void> {
  readonly incoming: Incoming
  readonly method: string
  readonly scheme: string
  readonly authority: string | undefined
  readonly path: string
  readonly query: string
  protected readonly request: IncomingMessage
  protected readonly response: ServerResponse
  readonly #headers: IncomingHttpHeaders
  readonly #next: () => Promise<void> | void
  #client: ClientFields | undefined
  #standIn: StandIn | undefined

  /** @param address the target as the framework saw it, and scheme and host as it resolved them */
  constructor(
    incoming: Incoming,
    raw: {
      readonly request: IncomingMessage
      readonly response: ServerResponse
      readonly next: () => Promise<void> | void
    },
    address: {
      readonly url: string
      readonly scheme: string
      readonly authority: string | undefined
    },
  ) {
    const { next, request, response } = raw
    const { authority, scheme, url } = address
    const mark = url.indexOf('?')
    this.incoming = incoming
    this.method = request.method ?? ''
    this.scheme = scheme
    this.authority = authority
    this.path = mark === -1 ? url : url.slice(0, mark)
    this.query = mark === -1 ? '' : url.slice(mark)
    this.request = request
    this.response = response
    // As it is now: while the view runs, the request has another in its place.
    this.#headers = request.headers
    this.#next = next
  }

  get once(): true {
    return true
  }

  get fills(): true {
    return true
  }

  // Behind a trusted proxy the authority is the forwarded one, while the view can read either.
  get alsoKnownAs(): readonly string[] {
    return [hostsOf(this.#headers)]
  }

  // Each looked for once, as they are: `constructor` is none of them.
  get isPlain(): boolean {
    const headers = this.#headers
    return (
      headers.host === this.authority &&
      headers[':authority'] === undefined &&
      headers['content-length'] === undefined &&
      headers['transfer-encoding'] === undefined &&
      headers.upgrade === undefined &&
      headers.authorization === undefined &&
      headers['if-none-match'] === undefined &&
      headers['if-modified-since'] === undefined &&
      headers['if-match'] === undefined &&
      headers['if-unmodified-since'] === undefined &&
      headers.range === undefined &&
      // Such a request can have a body without a word in its head.
      this.request.httpVersionMajor < 2
    )
  }

  get hasBody(): boolean {
    const headers = this.#headers
    if ('transfer-encoding' in headers || (headers['content-length'] ?? '0') !== '0') return true
    // HTTP/2 need not say so in its head.
    return this.request.httpVersionMajor >= 2 && untracked(() => isFollowed(this.request))
  }

  abstract member(name: string): unknown
  abstract route(): string | undefined

  header(name: string): string | undefined {
    return this.#client === undefined ? fieldOf(this.#headers, name) : this.#client.get(name)
  }

  /** What the client has sent, of which something is about to be hidden from the view. */
  protected get client(): ClientFields {
    return (this.#client ??= new ClientFields(this.#headers))
  }

  /** Where the framework's layers put the user, the session and the like, besides the request. */
  protected get bags(): readonly object[] {
    return []
  }

  /** Fields of the response that a framework keeps elsewhere until it writes its head. */
  protected fieldsElsewhere(): OutgoingHttpHeaders {
    return {}
  }

  async run(tap: Tap | undefined): Promise<void> {
    if (tap === undefined) return await this.#next()
    const { bags, request, response } = this
    // Of a page that is not being made here, which may be one around it, nothing is hidden.
    const asked = tap.whole
      ? askForAll(request, response, bags, this.client.hide(tap.asks))
      : undefined
    this.#standIn = new StandIn(response, this.fieldsElsewhere())
    captureResponse(response, tap, this.#standIn, asked)
    try {
      await this.#next()
    } catch (error) {
      asked?.answered()
      throw error
    }
  }

  discard(): void {}

  reply(reply: Reply): void {
    if (this.#standIn === undefined) this.send(reply)
    else this.#standIn.take(reply)
  }

  /** Answers where the view has not run. */
  protected send(reply: Reply): void {
    writeReply(this.response, reply)
  }
}

class PlainExchange<Incoming extends NodeRequest> extends NodeExchange<Incoming> {
  constructor(request: Incoming, response: ServerResponse, next: () => Promise<void> | void) {
    super(
      request,
      { request, response, next },
      {
        url: request.originalUrl ?? request.url ?? '',
        scheme: request.protocol ?? (isEncrypted(request) ? 'https' : 'http'),
        authority: request.host ?? authorityOf(request.headers),
      },
    )
  }

  member(name: string): unknown {
    return (this.incoming as unknown as Record<string, unknown>)[name]
  }

  route(): string | undefined {
    return routeOf(this.incoming)
  }
}

/** RFC 9113 §8.3.1: over HTTP/2 it says whom the client asks, and Host, if there is one, does not count. */
function authorityOf(headers: IncomingHttpHeaders): string | undefined {
  const authority = headers[':authority'] as string | undefined
  return authority ?? headers.host
}

/** All that a view can see of it, as it is written. */
function hostsOf(headers: IncomingHttpHeaders): string {
  const authority = headers[':authority'] as string | undefined
  if (authority === undefined) return headers.host ?? ''
  return headers.host === undefined ? authority : `${authority} ${headers.host}`
}

/** Whether more than the head of an HTTP/2 request has come or is to come. */
function isFollowed(request: object): boolean {
  const { stream } = request as { readonly stream?: { readonly endAfterHeaders?: boolean } }
  return stream?.endAfterHeaders === false
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
