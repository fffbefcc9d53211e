// What a view reads of its request while its page is made, so that what it read becomes part of the key or stops the store.
//
// A view that reads a cookie and forgets `Vary: Cookie` would hand one visitor's page to the next. It need not remember: the
// request that it is given tells us. Names are request fields in lower case, and two that no field can have, because a colon
// does not begin a token: `:user`, and `:cookie:` with a cookie's name.
import { currentMaking } from '../cache/making.ts'
import type { VaryPair } from './key.ts'
import { acceptedCodings } from './rules/accept-encoding.ts'
import { acceptedLanguages } from './rules/accept-language.ts'

/** The name under which "who is asking" selects a page. */
export const USER = ':user'
const COOKIE = ':cookie:'

/** The name under which one cookie selects a page. */
export function cookieName(cookie: string): string {
  return COOKIE + cookie
}

/** A name for people: `user`, `cookie theme`. */
export function wordsOf(name: string): string {
  return name.replace(/^:cookie:/, 'cookie ').replace(/^:/, '')
}

/** What one run of a view has read so far. */
export class Reads {
  readonly #names = new Set<string>()
  readonly #declared = new Set<string>()
  readonly #onRead: ((name: string) => void) | undefined
  #everything: string | undefined
  #shown: { readonly what: string; readonly how: 'by mistake' | 'as it says' } | undefined
  #pauses = 0
  #ended = false

  /** @param onRead is told of each read and may throw, which the view then sees */
  constructor(onRead?: (name: string) => void) {
    this.#onRead = onRead
  }

  /** The names that were read, in no order. */
  get names(): Iterable<string> {
    return this.#names
  }

  /** Those that were named before they were read. */
  get declared(): ReadonlySet<string> {
    return this.#declared
  }

  /** What was read that no key can hold, such as all fields at once; `undefined` while nothing was. */
  get everything(): string | undefined {
    return this.#everything
  }

  /** What the page shows that is one request's own; `undefined` while that is nothing. */
  get shown(): { readonly what: string; readonly how: 'by mistake' | 'as it says' } | undefined {
    return this.#shown
  }

  /** The page shows what no other request may see. */
  shows(what: string, how: 'by mistake' | 'as it says'): void {
    if (!this.isCounting) return
    if (this.#shown === undefined || how === 'by mistake') this.#shown = { what, how }
  }

  /** @param name of a request field, in lower case */
  field(name: string): void {
    this.#read(name)
  }

  cookie(name: string): void {
    // All of them have been read already.
    if (!this.#names.has('cookie')) this.#read(cookieName(name))
  }

  /** Says beforehand that a name selects the page, so that reading it is no surprise. */
  declare(name: string): void {
    if (!this.isCounting) return
    this.#names.add(name)
    this.#declared.add(name)
    currentMaking()?.read(wordsOf(name))
  }

  /** Who is asking. Where the cache was not told how to know one user from the next, only nobody can be shared. */
  user(value: unknown, isKeyed: boolean): void {
    this.#read(USER)
    if (!isKeyed && value !== undefined && value !== null) this.all('user')
  }

  /** Something that is different for each request. @param what in words for Cache-Status */
  all(what: string): void {
    if (!this.isCounting) return
    this.#everything ??= what
    currentMaking()?.read(what)
    this.#onRead?.(what)
  }

  /** Runs `act`; what it reads before it returns does not count. */
  untracked<T>(act: () => T): T {
    this.#pauses++
    try {
      return act()
    } finally {
      this.#pauses--
    }
  }

  /** The page is made: later reads are those of a logger. */
  end(): void {
    this.#ended = true
  }

  get hasEnded(): boolean {
    return this.#ended
  }

  get isCounting(): boolean {
    return !this.#ended && this.#pauses === 0 && currentMaking()?.hides(this) !== true
  }

  #read(name: string): void {
    if (!this.isCounting) return
    this.#names.add(name)
    currentMaking()?.read(wordsOf(name))
    if (!this.#declared.has(name)) this.#onRead?.(name)
  }
}

/** How a name becomes the value that a request has for it; `undefined` where it has none. */
export type Select = (name: string) => string | undefined

/** Reads of a request: fields (Accept-Encoding and Accept-Language by what they accept), cookies by `:cookie:name`, the user by `:user`. */
export function selector(header: Select, user: () => string | undefined): Select {
  return (name) => {
    if (name === USER) return user()
    if (name.startsWith(COOKIE)) return cookieValue(header('cookie'), name.slice(COOKIE.length))
    const value = header(name)
    if (value === undefined) return undefined
    if (name === 'accept-encoding') return acceptedCodings(value)
    return name === 'accept-language' ? acceptedLanguages(value) : value
  }
}

/**
 * All values of a cookie as they were written: of two with one name, some parsers take the first and some the last. RFC 6265
 * §5.4
 *
 * @param line of the field Cookie
 * @returns `undefined` when there is none of this name
 */
function cookieValue(line: string | undefined, name: string): string | undefined {
  if (line === undefined) return undefined
  // What these mean inside a value depends on the parser, so all of the line selects the page.
  if (/[,"]/.test(line)) return line
  const values: string[] = []
  for (const pair of line.split(';')) {
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals).trim() === name) values.push(pair.slice(equals + 1))
  }
  return values.length === 0 ? undefined : values.join(';')
}

/** The fields that tell caches outside of this one what `names` select by. */
export function varyFields(names: Iterable<string>): readonly string[] {
  return [...new Set(Array.from(names, (name) => (name.startsWith(':') ? 'cookie' : name)))]
}

/** The request's values of these names. */
export function varyPairs(names: readonly string[], select: Select): readonly VaryPair[] {
  return names.map((name) => [name, select(name)])
}
