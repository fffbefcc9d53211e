// Range and If-Range. RFC 9110 §14 and §13.1.5.
//
// Whoever is unsure sends the whole: a range may always be ignored, while a wrong part is put together with other bytes by a
// client that cannot tell.
import { parseHttpDate } from './http-date.ts'

/** Positions of the first and the last byte; both are within the body. */
export interface Part {
  readonly first: number
  readonly last: number
}

// One range. The commas are empty members of the list, which a recipient passes over (§5.6.1.2).
const ONE_RANGE = /^bytes=[ \t,]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t,]*$/i

/**
 * What a Range asks of a body of `length` bytes: a part, `'none'` where no byte of it is there (416), or `'whole'` where the
 * field is to be ignored: several ranges, another unit, broken syntax, or a suffix of nothing, which no Content-Range can say.
 * Never throws; linear in its length.
 */
export function partOf(range: string, length: number): Part | 'none' | 'whole' {
  const match = ONE_RANGE.exec(range)
  if (match === null) return 'whole'
  const [, from, to, suffix] = match
  if (suffix !== undefined) {
    const wanted = Number(suffix)
    if (wanted === 0) return 'none'
    return length === 0 ? 'whole' : { first: Math.max(0, length - wanted), last: length - 1 }
  }
  const first = Number(from)
  const last = to === '' || to === undefined ? Infinity : Number(to)
  if (last < first) return 'whole'
  return first >= length ? 'none' : { first, last: Math.min(last, length - 1) }
}

/** What If-Range is compared with: of the representation that would be sent. */
export interface Validators {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  readonly date: string | undefined
  /** Other codings of the page share its Last-Modified, so that a date does not tell their bytes apart. */
  readonly codingVaries: boolean
}

/**
 * Whether the client's bytes are of this very representation. Only strong validators say so (§13.1.5): an entity tag that is
 * the same and not weak, or the same date, where the page was at least a second old when it was made (§8.8.2.2).
 *
 * @param now for dates with two-digit years
 */
export function ifRangeHolds(ifRange: string, validators: Validators, now: number): boolean {
  const { codingVaries, date, etag, lastModified } = validators
  if (ifRange.startsWith('"')) return ifRange === etag
  if (codingVaries || lastModified === undefined || date === undefined) return false
  const asked = parseHttpDate(ifRange, now)
  const modified = parseHttpDate(lastModified, now)
  const made = parseHttpDate(date, now)
  if (asked === undefined || modified === undefined || made === undefined) return false
  return asked === modified && made - modified >= 1000
}
