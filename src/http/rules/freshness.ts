// How long a response may be reused without asking. RFC 9111 §4.2.
import type { CacheControl } from './cache-control.ts'
import { fieldLines, type FieldList } from './fields.ts'
import { parseHttpDate } from './http-date.ts'
import { trimBlanks } from './syntax.ts'

/** A year: nobody means more, and sums of it stay far from the limits of a number. */
export const LONGEST_MS = 365 * 86_400_000

/** RFC 9111 §1.2.2 */
const GREATEST_AGE = 2_147_483_648

/**
 * Milliseconds for which the response is fresh from now on by the view's own word: `s-maxage`, then `max-age`, then `Expires`
 * (RFC 9111 §4.2.1). 0 or less means that it must not be stored; `undefined` that the view says nothing. What the response
 * has aged before it reached us is taken off.
 *
 * @param delayMs how long the view took to begin it
 */
export function freshForMs(
  fields: FieldList,
  control: CacheControl,
  now: number,
  delayMs: number = 0,
): number | undefined {
  const lifetime = explicitLifetimeMs(fields, control, now)
  if (lifetime === undefined) return undefined
  return Math.min(lifetime - initialAgeSeconds(fields, now, delayMs) * 1000, LONGEST_MS)
}

function explicitLifetimeMs(
  fields: FieldList,
  control: CacheControl,
  now: number,
): number | undefined {
  if (control.sMaxage !== undefined) return control.sMaxage * 1000
  if (control.maxAge !== undefined) return control.maxAge * 1000

  const expires = fieldLines(fields, 'expires')
  if (expires.length === 0) return undefined
  // RFC 9111 §5.3: an invalid date, `0` above all, is in the past. Two of them are no date either.
  const until = expires.length === 1 ? parseHttpDate(expires[0] as string, now) : undefined
  if (until === undefined) return 0
  const [date] = fieldLines(fields, 'date')
  const since = date === undefined ? undefined : parseHttpDate(date, now)
  return until - (since ?? now)
}

/**
 * What a response had aged when it came, in whole seconds: by its `Date`, or by its `Age` and the time that the view took,
 * whichever is more. RFC 9111 §4.2.3
 */
export function initialAgeSeconds(fields: FieldList, now: number, delayMs: number = 0): number {
  const [line] = fieldLines(fields, 'date')
  const date = line === undefined ? undefined : parseHttpDate(line, now)
  const apparent = date === undefined ? 0 : Math.max(0, now - date)
  const corrected = ageSeconds(fields) * 1000 + Math.max(0, delayMs)
  return Math.min(Math.floor(Math.max(apparent, corrected) / 1000), GREATEST_AGE)
}

/** RFC 9111 §5.1: of several members the first counts, and what is no number is ignored. */
function ageSeconds(fields: FieldList): number {
  const [first = ''] = fieldLines(fields, 'age').join(',').split(',')
  const age = trimBlanks(first)
  return /^\d+$/.test(age) ? Math.min(Number(age), GREATEST_AGE) : 0
}
