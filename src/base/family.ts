// Which keys are of one kind, seen from the text of one key alone: `product:7:reviews` is one of `product:*:reviews`. One
// pass over the text, without regular expressions: keys may come from a stranger.
import { type Key, keyText } from './key.ts'

/** In the place of what differs from key to key. */
export const ANY = '*'

/** What is in no family of its own, where there are too many. */
export const OTHERS = '(others)'

/** One part of a key. */
export interface FamilyPart {
  /** `*` for what is an id by its looks. */
  readonly text: string
  /** Digits that end it, which are no part of `text`: `2` of `page2`. Empty for none. */
  readonly digits: string
  /** What parts it from the next; empty for the last. */
  readonly separator: string
}

/** Parts beyond these are one. */
const MOST_PARTS = 8
/** Longer ones are free text. */
const LONGEST_NAME = 40
/** So many hexadecimal digits, or letters and digits mixed, are no word. */
const SHORTEST_HEX = 8
const SHORTEST_TOKEN = 16

/**
 * The family that a key belongs to by its looks: numbers, UUIDs, hashes, dates and what else is no name become `*`.
 *
 * `familyOf(['product', 7, 'reviews'])` is `product:*:reviews`. What a cache counts under knows more: it has seen that names
 * in one place differ from key to key.
 *
 * @throws {CacheError} `E_KEY`
 */
export function familyOf(key: Key): string {
  return familyName(familyParts(keyText(key)))
}

/** The name of the family whose keys have these parts. */
function familyName(parts: readonly FamilyPart[]): string {
  let name = ''
  for (const { text, digits, separator } of parts) name += text + digits + separator
  return name
}

/** The parts of a key, with `*` for those that are ids by their looks. */
export function familyParts(key: string): FamilyPart[] {
  const parts: FamilyPart[] = []
  let start = 0
  let isAddress = hasAddress(key, 0)
  for (let at = 0; at <= key.length; at++) {
    const separator = at === key.length ? '' : (key[at] as string)
    if (separator === '.' ? isAddress : separator !== '' && !isSeparator(separator)) continue
    const rest = isArguments(key, start) || parts.length === MOST_PARTS - 1
    if (rest) return join(parts, { text: ANY, digits: '', separator: '' })
    join(parts, partOf(key.slice(start, at), separator))
    start = at + 1
    if (separator !== '.') isAddress = hasAddress(key, start)
  }
  return parts
}

/** Whether what begins here is somebody's address, whose dots part nothing. */
function hasAddress(key: string, start: number): boolean {
  for (let at = start; at < key.length; at++) {
    const char = key[at] as string
    if (char === '@') return true
    if (char !== '.' && isSeparator(char)) return false
  }
  return false
}

/** `1.2.3` is one id and not three. */
function join(parts: FamilyPart[], part: FamilyPart): FamilyPart[] {
  const before = parts.at(-1)
  if (before?.separator === '.' && before.text === ANY && part.text === ANY) parts.pop()
  parts.push(part)
  return parts
}

function isSeparator(char: string): boolean {
  return char === ':' || char === '/' || char === '.' || char === '>' || char === '|'
}

/** What `callText` and `partText` of key.ts make of arguments and of objects. */
function isArguments(key: string, at: number): boolean {
  if (key[at] !== '%') return false
  const next = key[at + 1]
  return next === '(' || next === '@' || next === '{'
}

function partOf(text: string, separator: string): FamilyPart {
  if (isId(text)) return { text: ANY, digits: '', separator }
  let end = text.length
  while (end > 0 && isDigit(text.charCodeAt(end - 1))) end--
  return { text: text.slice(0, end), digits: text.slice(end), separator }
}

/** No name that somebody gave: a number, a UUID, a hash, a token, a date, free text. */
function isId(text: string): boolean {
  const { length } = text
  if (length === 0) return false
  if (length > LONGEST_NAME) return true
  let digits = 0
  let letters = 0
  let hex = 0
  let marks = 0
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (isDigit(code)) digits++
    else if (isLetter(code)) {
      letters++
      if ((code | 32) <= 102) hex++
    } else if (isMark(code)) marks++
    // A blank, `*`, `@`, `=`, `%`: in nobody's name for a kind of things.
    else return true
  }
  if (digits === 0 || letters === 0) return letters === 0
  if (hex === letters && digits + hex >= SHORTEST_HEX) return true
  return marks === 0 && length >= SHORTEST_TOKEN && digits > 1
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Of any language: what is beyond ASCII counts as one. */
function isLetter(code: number): boolean {
  const lower = code | 32
  return (lower >= 97 && lower <= 122) || code > 127
}

/** `+`, `,`, `-`, `_` */
function isMark(code: number): boolean {
  return code === 45 || code === 95 || code === 44 || code === 43
}
