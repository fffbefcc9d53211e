// HTTP dates. RFC 9110 §5.6.7: one form to write, three to read, and nothing that merely looks like a date. The forms are
// written in one case, but caches are to read them in any (RFC 9111 §4.2), and no zone but GMT.

const MONTHS: readonly string[] = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const IMF = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/i
const RFC850 =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-([a-z]{3})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/i
const ASCTIME =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([a-z]{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/i

/**
 * Milliseconds since the Unix epoch, or `undefined` for anything but the three forms.
 *
 * @param now for the two-digit years of RFC 850: one that seems more than 50 years ahead is in the past
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  let match = IMF.exec(text)
  if (match !== null) return moment(match[3], match[2], match[1], match.slice(4, 7))
  match = RFC850.exec(text)
  if (match !== null) return moment(fullYear(match[3], now), match[2], match[1], match.slice(4, 7))
  match = ASCTIME.exec(text)
  if (match !== null) return moment(match[6], match[1], match[2], match.slice(3, 6))
  return undefined
}

/** The form to write: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString()
}

function fullYear(twoDigits: string | undefined, now: number): string {
  const thisYear = new Date(now).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + Number(twoDigits)
  return String(year > thisYear + 50 ? year - 100 : year)
}

function moment(
  year: string | undefined,
  monthName: string | undefined,
  dayText: string | undefined,
  clock: readonly string[],
): number | undefined {
  const month = MONTHS.indexOf(monthName?.toLowerCase() ?? '')
  const day = Number(dayText)
  const [hour = 0, minute = 0, second = 0] = clock.map(Number)
  if (month === -1 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined
  const ms = Date.UTC(Number(year), month, day, hour, minute, second)
  // 31 February would be 3 March.
  return new Date(ms).getUTCDate() === day || second === 60 ? ms : undefined
}
