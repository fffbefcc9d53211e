// How long a response may be reused without asking. RFC 9111 §4.2.
import type { CacheControl } from './cache-control.ts'
import { fieldLines, type FieldList } from './fields.ts'
import { parseHttpDate } from './http-date.ts'

/** A year: nobody means more, and sums of it stay far from the limits of a number. */
export const LONGEST_MS = 365 * 86_400_000

/**
 * Milliseconds for which the response is fresh from now on; 0 or less means that it must not be stored.
 *
 * The view's word wins over ours: `s-maxage`, then `max-age`, then `Expires` (RFC 9111 §4.2.1), and only without any of
 * them the page's own ttl. What the response has aged before it reached us (`Age`) is taken off.
 *
 * @param pageTtlMs of `pageCache`; `Infinity` is kept when the view says nothing
 */
export function freshForMs(
  fields: FieldList,
  control: CacheControl,
  pageTtlMs: number,
  now: number,
): number {
  const lifetime = explicitLifetimeMs(fields, control, now)
  if (lifetime === undefined) return pageTtlMs
  return Math.min(lifetime - initialAgeSeconds(fields) * 1000, LONGEST_MS)
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
 * The `Age` that a response came with, in seconds. RFC 9111 §5.1.
 *
 * Of several members the greatest counts; what follows the digits is passed over, and what does not begin with one is
 * ignored: too old costs a miss, too young would serve a page past its life.
 */
export function initialAgeSeconds(fields: FieldList): number {
  let age = 0
  for (const line of fieldLines(fields, 'age')) {
    for (const member of line.split(',')) {
      const match = /^[ \t]*(\d+)/.exec(member)
      if (match !== null) age = Math.max(age, Number(match[1]))
    }
  }
  return Math.min(age, 2_147_483_648)
}
