import type { Inquiry } from './exchange.ts'
import { untracked } from './tag.ts'

/** The platform's own, whatever servers put in its place later: by the standard one of GET has no body. */
const PlatformRequest = Request

/** What an address says, as far as it is a part of keys. */
interface Address {
  readonly scheme: string
  readonly authority: string | undefined
  /** Host and port, also where the address names a user, too. */
  readonly host: string
  readonly path: string
  readonly query: string
}

/** A request in the web's own terms. */
export class WebInquiry<Incoming> implements Inquiry<Incoming> {
  readonly incoming: Incoming
  readonly request: Request
  readonly method: string
  readonly #address: Address

  constructor(request: Request, incoming: Incoming) {
    this.incoming = incoming
    this.request = request
    this.method = request.method
    this.#address = addressOf(request.url)
  }

  get scheme(): string {
    return this.#address.scheme
  }

  get authority(): string | undefined {
    return this.#address.authority
  }

  get path(): string {
    return this.#address.path
  }

  get query(): string {
    return this.#address.query
  }

  // In another case, or another altogether beside a target that names its host.
  // A request that the application makes of itself, as to warm a page, has no Host. To look is no read of a view's.
  get alsoKnownAs(): readonly string[] {
    return [untracked(() => this.request.headers.get('host')) ?? this.#address.host]
  }

  get isPlain(): boolean {
    const { authority, host } = this.#address
    const { headers } = this.request
    if (host !== authority || (headers.get('host') ?? host) !== host || this.hasBody) return false
    return !LOOKED_AT.some((name) => headers.has(name))
  }

  // Of a GET the platform shows no body, but a view can see that there was one. Servers make their request whole when its
  // body is looked at, so that of their own kind of the platform's is not.
  get hasBody(): boolean {
    const { headers } = this.request
    return (
      headers.has('transfer-encoding') ||
      (headers.get('content-length') ?? '0') !== '0' ||
      (!isBodiless(this.request) &&
        this.#address.authority !== undefined &&
        this.request.body !== null)
    )
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name) ?? undefined
  }

  member(name: string): unknown {
    return (this.request as unknown as Record<string, unknown>)[name]
  }

  /** For adapters that know. */
  route(): string | undefined {
    return undefined
  }
}

/** What page caches look at of a GET without a body. */
const LOOKED_AT = [
  'if-none-match',
  'authorization',
  'range',
  'if-modified-since',
  'upgrade',
  'if-match',
  'if-unmodified-since',
] as const

function isBodiless(request: Request): boolean {
  return (
    (request.method === 'GET' || request.method === 'HEAD') && request instanceof PlatformRequest
  )
}

// A site is asked for few addresses most of the time; taking one apart costs more than all the rest of looking at a request.
const known = new Map<string, Address>()
const MOST_KNOWN = 1000
const LONGEST_KNOWN = 1024

function addressOf(url: string): Address {
  const before = known.get(url)
  if (before !== undefined) return before
  const found = parse(url)
  if (url.length > LONGEST_KNOWN) return found
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(url, found)
  return found
}

function parse(url: string): Address {
  const { host, password, pathname, protocol, search, username } = new URL(url)
  // The platform makes no request of such an address, so no view could be given it.
  const isSigned = username !== '' || password !== ''
  return {
    scheme: protocol.slice(0, -1),
    authority: host === '' || isSigned ? undefined : host,
    host,
    path: pathname,
    // `search` is empty for a lone `?`, which the view can see.
    query: search === '' && /^[^#]*\?(?:#|$)/.test(url) ? '?' : search,
  }
}
