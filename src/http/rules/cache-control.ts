// Cache-Control of a response. RFC 9111 §5.2.2, grammar in §5.2 and RFC 9110 §5.6.
//
// Caches have leaked pages because they compared `PRIVATE` with `private`, stopped at a blank, or lost a directive behind a
// broken quote. So this parser has one bias: what is well formed is read exactly, and what is not is searched for the
// letters of a restrictive directive. A field can be misread towards "do not store", never towards "store".
//
// - A restrictive directive counts in any case, with any argument: `private="x"` and `no-cache="x"` are read as
//   unqualified, which §5.2.2.4 and §5.2.2.7 allow.
// - A member that breaks the grammar, and a quoted argument of any directive, count as restrictive when their letters
//   contain `nostore`, `nocache` or `private`; a name such as `no_store` or `'private'` when its letters are one. From a broken member onwards all of the field is searched:
//   nobody can say where a quote that never ends would have ended.
// - A lifetime that does not parse is 0; a repeated one is the smallest; one in a broken member ends them all.
// - Permissions (`public`, and what §3.5 derives from `s-maxage` and `must-revalidate`) count only in a faultless field.
import { directiveAt } from './directive.ts'
import { blankEnd } from './syntax.ts'

export interface CacheControl {
  readonly noStore: boolean
  readonly noCache: boolean
  readonly private: boolean
  /** The view allows shared storage of an answer to a request with Authorization: `public`, `s-maxage`, `must-revalidate`. */
  readonly allowsAuthorized: boolean
  /** Never to be served stale: `must-revalidate`, `proxy-revalidate`, or a `s-maxage`, which implies the latter. */
  readonly mustRevalidate: boolean
  /** Seconds; 0 when it was given but did not parse; `undefined` when it was not given. */
  readonly maxAge: number | undefined
  /** As {@link CacheControl.maxAge}. */
  readonly sMaxage: number | undefined
  /** As {@link CacheControl.maxAge}. RFC 5861 §3 */
  readonly staleWhileRevalidate: number | undefined
  /** As {@link CacheControl.maxAge}. RFC 5861 §4 */
  readonly staleIfError: number | undefined
  /** Something broken in the field may have been meant to restrict: do not store. */
  readonly odd: boolean
}

/** RFC 9111 §1.2.2: what overflows counts as 2^31, the greatest value that all must understand. */
const GREATEST_DELTA = 2_147_483_648
const RESTRICTIVE = /nostore|nocache|private/
const RESTRICTIVE_NAME = /^(?:nostore|nocache|private)$/
const PLAIN = /^(?:no-store|no-cache|private)$/

interface Reading {
  names: Map<string, string | undefined>
  maxAge: number | undefined
  sMaxage: number | undefined
  staleWhileRevalidate: number | undefined
  staleIfError: number | undefined
  odd: boolean
  faultless: boolean
}

/** Reads all lines of the field. Never throws; linear in their length. */
export function parseCacheControl(lines: readonly string[]): CacheControl {
  const reading: Reading = {
    names: new Map(),
    maxAge: undefined,
    sMaxage: undefined,
    staleWhileRevalidate: undefined,
    staleIfError: undefined,
    odd: false,
    faultless: true,
  }
  // Line by line: a quote that one line leaves open must not swallow the next one.
  for (const line of lines) readLine(line, reading)

  const { names, maxAge, sMaxage, staleWhileRevalidate, staleIfError, odd, faultless } = reading
  const bare = (name: string): boolean => names.has(name) && names.get(name) === undefined
  // RFC 9111 §5.2.2.3: `no-store` beside it is for caches that do not know the status; of such nothing is kept here.
  const lives = sMaxage !== undefined || maxAge !== undefined
  const understood = faultless && lives && bare('must-understand')
  const allowed = bare('public') || bare('must-revalidate') || sMaxage !== undefined
  return {
    noStore: names.has('no-store') && !understood,
    noCache: names.has('no-cache'),
    private: names.has('private'),
    allowsAuthorized: faultless && allowed,
    mustRevalidate:
      !faultless ||
      names.has('must-revalidate') ||
      names.has('proxy-revalidate') ||
      sMaxage !== undefined,
    maxAge,
    sMaxage,
    staleWhileRevalidate,
    staleIfError,
    odd,
  }
}

function readLine(line: string, reading: Reading): void {
  let index = 0
  let searched = false
  while (index < line.length) {
    index = blankEnd(line, index)
    if (line[index] === ',') {
      index++
      continue
    }
    if (index >= line.length) return
    const end = readMember(line, index, reading)
    if (end !== undefined) {
      index = end
      continue
    }
    reading.faultless = false
    // Once is enough: the search runs to the end of the line.
    if (!searched) searchBroken(line.slice(index), reading)
    searched = true
    const comma = line.indexOf(',', index)
    index = comma === -1 ? line.length : comma
  }
}

/** Reads one member; answers where it ends, or `undefined` when it breaks the grammar. */
function readMember(line: string, start: number, reading: Reading): number | undefined {
  const directive = directiveAt(line, start)
  if (directive === undefined) return undefined
  const { end, name } = directive
  const quoted = directive.argument?.startsWith('"') === true
  const argument = quoted ? directive.argument?.slice(1, -1) : directive.argument

  // Another reader may stop at the quote and see what stands inside. And `'private'` is a word that nobody means.
  if (quoted && RESTRICTIVE.test(letters(argument as string))) reading.odd = true
  if (!PLAIN.test(name) && RESTRICTIVE_NAME.test(letters(name))) reading.odd = true
  if (name === 'max-age') reading.maxAge = smaller(reading.maxAge, deltaSeconds(argument))
  else if (name === 's-maxage') reading.sMaxage = smaller(reading.sMaxage, deltaSeconds(argument))
  else if (name === 'stale-while-revalidate') {
    reading.staleWhileRevalidate = smaller(reading.staleWhileRevalidate, deltaSeconds(argument))
  } else if (name === 'stale-if-error') {
    reading.staleIfError = smaller(reading.staleIfError, deltaSeconds(argument))
  }
  // A repeated directive with and without an argument is no permission.
  else if (!reading.names.has(name) || argument !== undefined) reading.names.set(name, argument)
  return end
}

function searchBroken(rest: string, reading: Reading): void {
  const text = letters(rest)
  if (RESTRICTIVE.test(text)) reading.odd = true
  if (text.includes('maxage')) {
    reading.maxAge = 0
    reading.sMaxage = 0
  }
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, '')
}

function deltaSeconds(argument: string | undefined): number {
  if (argument === undefined || !/^[0-9]+$/.test(argument)) return 0
  return Math.min(Number(argument), GREATEST_DELTA)
}

function smaller(known: number | undefined, found: number): number {
  return known === undefined ? found : Math.min(known, found)
}
