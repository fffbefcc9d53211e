// Targeted fields such as CDN-Cache-Control. RFC 9213: a dictionary of RFC 9651 §3.2, which replaces Cache-Control, Expires
// and Pragma for the caches that it speaks to, and leaves those to all others.
import { type CacheControl, parseCacheControl } from './cache-control.ts'
import { fieldLines, type FieldList } from './fields.ts'
import { blankEnd } from './syntax.ts'

const KEY = /[a-z*][a-z0-9_.*-]*/y
const BARE_ITEM =
  /-?\d{1,12}\.\d{1,3}|-?\d{1,15}(?!\d|\.)|"(?:[ !#-[\]-~]|\\["\\])*"|[A-Za-z*][\w!#$%&'*+.^`|~:/-]*|:[A-Za-z0-9+/=]*:|\?[01]|@-?\d{1,15}(?!\d|\.)/y
const SPACES = / */y

/** What caches of a site listen to, whoever made them. RFC 9213 §3 */
export const OF_ALL_CDNS = 'cdn-cache-control'

/**
 * What the first field of the list says that is there, neither empty nor broken; `undefined` when none is, and Cache-Control
 * counts (RFC 9213 §2.2). One which seems to restrict is read as such a Cache-Control would be. Never throws; linear.
 *
 * @param targets names in lower case, the first to be heard first
 */
export function targetedControl(
  fields: FieldList,
  targets: readonly string[] = [OF_ALL_CDNS],
): CacheControl | undefined {
  for (const name of targets) {
    const control = controlOf(fieldLines(fields, name))
    if (control !== undefined) return control
  }
  return undefined
}

function controlOf(lines: readonly string[]): CacheControl | undefined {
  if (lines.length === 0) return undefined
  // Also of a dictionary: in `public;no-store` the word is a parameter, which has no meaning, and it was meant.
  const strict = parseCacheControl(lines)
  if (isRestrictive(strict)) return strict
  const members = dictionary(lines.join(', ')) ?? []
  return members.length === 0 ? undefined : parseCacheControl(members)
}

function isRestrictive({ noCache, noStore, odd, private: own }: CacheControl): boolean {
  return noCache || noStore || odd || own
}

/** Each member as Cache-Control would write it, without parameters; `undefined` for what is no dictionary. */
function dictionary(text: string): readonly string[] | undefined {
  const members: string[] = []
  let index = match(SPACES, text, 0)
  while (index < text.length) {
    const keyEnd = match(KEY, text, index)
    if (keyEnd === -1) return undefined
    const valued = text[keyEnd] === '='
    const valueEnd = valued ? itemOrListEnd(text, keyEnd + 1) : keyEnd
    if (valueEnd === -1) return undefined
    const end = parametersEnd(text, valueEnd)
    if (end === -1) return undefined
    members.push(member(text.slice(index, keyEnd), valued ? text.slice(keyEnd + 1, valueEnd) : ''))
    index = blankEnd(text, end)
    if (index === text.length) return members
    if (text[index] !== ',') return undefined
    index = blankEnd(text, index + 1)
    // A comma at the end announces a member that is not there.
    if (index === text.length) return undefined
  }
  return members
}

// What is no whole number has no meaning for a lifetime, and counts as one that is over; `no-store=?0` is a word that
// nobody means, and counts as said.
function member(key: string, value: string): string {
  if (value === '' || value === '?1') return key
  return `${key}=${/^\d+$/.test(value) ? value : 'x'}`
}

function itemOrListEnd(text: string, start: number): number {
  if (text[start] !== '(') return match(BARE_ITEM, text, start)
  let index = match(SPACES, text, start + 1)
  while (text[index] !== ')') {
    const itemEnd = match(BARE_ITEM, text, index)
    const end = itemEnd === -1 ? -1 : parametersEnd(text, itemEnd)
    if (end === -1) return -1
    index = match(SPACES, text, end)
    if (index === end && text[index] !== ')') return -1
  }
  return index + 1
}

function parametersEnd(text: string, start: number): number {
  let index = start
  while (text[index] === ';') {
    const keyEnd = match(KEY, text, match(SPACES, text, index + 1))
    if (keyEnd === -1) return -1
    index = text[keyEnd] === '=' ? match(BARE_ITEM, text, keyEnd + 1) : keyEnd
    if (index === -1) return -1
  }
  return index
}

/** Where the match at `start` ends, or -1. */
function match(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : -1
}
