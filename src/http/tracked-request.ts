// The request that a view is given while its page is made for others: it answers as the one that came, and tells what was
// read of it.
//
// Subclasses, not proxies: the platform's own constructors refuse those. What a platform reads past our methods is not there:
// `new Request(request)` copies no fields, so a page made from such a copy is made without them; `new Request(url, request)`,
// `new Headers(request.headers)` and spreading read all of them, and the page is not stored.
import type { Reads } from './reads.ts'
import type { FieldList } from './rules/fields.ts'

/** Fields that ask for less than the whole page. */
export const ASKS_FOR_LESS: readonly string[] = [
  'if-none-match',
  'if-modified-since',
  'if-range',
  'range',
]

/** Fields that ask for a new page. They must not decide whether the page that a view is asked by is still right. */
export const ASKS_ANEW: readonly string[] = ['cache-control', 'pragma']

/** What a view does not see of its request while it is asked by `asks`, which may be nothing. */
export function hiddenFields(asks: FieldList): readonly string[] {
  if (asks.length === 0) return ASKS_FOR_LESS
  return [...ASKS_FOR_LESS, ...ASKS_ANEW, ...asks.filter((_, index) => index % 2 === 0)]
}

// The platform's types declare methods as fields, which no class may override.
interface HeaderMethods {
  append(name: string, value: string): void
  get(name: string): string | null
  has(name: string): boolean
  forEach(act: (value: string, name: string, parent: Headers) => void): void
  entries(): ReturnType<Headers['entries']>
  keys(): ReturnType<Headers['keys']>
  values(): ReturnType<Headers['values']>
  [Symbol.iterator](): ReturnType<Headers['entries']>
}
const PlainHeaders = Headers as unknown as new () => HeaderMethods
type RequestClass = new (url: string, init: RequestInit) => { clone(): unknown }

/** The fields of a request for the whole page, telling `reads` which of them are read. */
export class TrackedHeaders extends PlainHeaders {
  readonly #reads: Reads
  constructor(source: Headers, reads: Reads, asks: FieldList) {
    super()
    this.#reads = reads
    const hidden = hiddenFields(asks)
    for (const [name, value] of source) {
      if (!hidden.includes(name)) super.append(name, value)
    }
    for (let index = 0; index + 1 < asks.length; index += 2) {
      super.append(asks[index] as string, asks[index + 1] as string)
    }
  }

  override get(name: string): string | null {
    this.#reads.field(name.toLowerCase())
    return super.get(name)
  }

  override has(name: string): boolean {
    this.#reads.field(name.toLowerCase())
    return super.has(name)
  }

  override forEach(act: (value: string, name: string, parent: Headers) => void): void {
    for (const [name, value] of this.entries()) act(value, name, this as unknown as Headers)
  }

  override entries(): ReturnType<Headers['entries']> {
    this.#reads.all('every header')
    return super.entries()
  }

  override keys(): ReturnType<Headers['keys']> {
    this.#reads.all('every header')
    return super.keys()
  }

  override values(): ReturnType<Headers['values']> {
    this.#reads.all('every header')
    return super.values()
  }

  override [Symbol.iterator](): ReturnType<Headers['entries']> {
    return this.entries()
  }
}

type Make = (source: Request, url: string, headers: TrackedHeaders) => Request
let made: { readonly base: typeof Request; readonly make: Make } | undefined

/** Made of whatever `Request` is now: servers put their own in its place while an application starts. */
function requestMaker(): Make {
  if (made?.base === Request) return made.make
  const Base = Request as unknown as RequestClass
  class TrackedRequest extends Base {
    readonly #source: Request
    readonly #headers: TrackedHeaders
    readonly #url: string

    constructor(source: Request, url: string, headers: TrackedHeaders) {
      // Nothing but public members: servers pass requests of their own making.
      super(url, { method: source.method, signal: source.signal })
      this.#source = source
      this.#headers = headers
      this.#url = url
    }

    get headers(): Headers {
      return this.#headers as unknown as Headers
    }

    override clone(): unknown {
      return new TrackedRequest(this.#source, this.#url, this.#headers)
    }
  }
  const make: Make = (source, url, headers) => {
    return new TrackedRequest(source, url, headers) as unknown as Request
  }
  made = { base: Request, make }
  return make
}

const USERS: readonly string[] = ['user', 'currentUser', 'account', 'jwtPayload']
// Chosen by a cookie, and so is what they hold.
const SESSIONS: readonly string[] = ['session', 'auth', 'oidc', 'sessionID', 'csrfToken']
const LANGUAGES: readonly string[] = ['language', 'locale', 'lng']

/** Under which names layers before the cache put what they found out about whoever is asking. */
export const MEMBERS: readonly string[] = [...USERS, ...SESSIONS, ...LANGUAGES]

/** What such layers set only for those who are somebody. */
export const OFTEN_LEFT_OUT: readonly string[] = ['user', 'session', 'auth']

/** What the view reads of such a member, by its name. */
export function readMember(name: string, value: unknown, reads: Reads, userIsKeyed: boolean): void {
  if (USERS.includes(name)) reads.user(value, userIsKeyed)
  else if (SESSIONS.includes(name)) reads.field('cookie')
  else if (LANGUAGES.includes(name)) {
    reads.field('cookie')
    reads.field('accept-language')
  }
}

/**
 * The same request for the whole page, telling `reads` what is read of it.
 *
 * @param query replaces the one of the URL when given
 * @param asks what the view is asked by instead: `[name, value, …]`
 */
export function trackedRequest(
  source: Request,
  reads: Reads,
  query: string | undefined,
  userIsKeyed: boolean,
  asks: FieldList,
): Request {
  const url = query === undefined ? source.url : withQuery(source.url, query)
  const tracked = requestMaker()(source, url, new TrackedHeaders(source.headers, reads, asks))
  // What layers before the cache have put on it, and what they may have left out for nobody.
  for (const name of new Set([...Object.keys(source), ...OFTEN_LEFT_OUT])) {
    Object.defineProperty(tracked, name, {
      configurable: true,
      enumerable: name in source,
      get() {
        const value = (source as unknown as Record<string, unknown>)[name]
        readMember(name, value, reads, userIsKeyed)
        return value
      },
      set(value: unknown) {
        const plain = { configurable: true, enumerable: true, writable: true, value }
        Object.defineProperty(tracked, name, plain)
        // Option `user` looks there again once the page is made: whoever was signed in meanwhile must not be missed.
        Reflect.set(source, name, value)
      },
    })
  }
  return tracked
}

/** The same request for the whole page, whatever part or version of it the client has. */
export function wholeRequest(request: Request, asks: FieldList): Request {
  const isWhole = !ASKS_FOR_LESS.some((name) => request.headers.has(name))
  if (isWhole && asks.length === 0) return request
  const headers = new Headers(request.headers)
  for (const name of hiddenFields(asks)) headers.delete(name)
  for (let index = 0; index + 1 < asks.length; index += 2) {
    headers.set(asks[index] as string, asks[index + 1] as string)
  }
  return new Request(request, { headers })
}

function withQuery(url: string, query: string): string {
  const hash = url.indexOf('#')
  const end = hash === -1 ? url.length : hash
  const mark = url.indexOf('?')
  return url.slice(0, mark === -1 || mark > end ? end : mark) + query
}
