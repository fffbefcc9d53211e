// Python's times as plain data. They are no Date: a Date has milliseconds where Python has microseconds, and no word for a
// time without a zone, which is most of what Django's database fields hold without USE_TZ.
import { optionError } from '../../base/errors.ts'

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
const SECONDS_A_DAY = 86_400

/** `datetime.timezone`: a fixed distance from UTC. */
export class PyTimezone {
  /** East of UTC, in whole seconds, less than a day either way. */
  readonly offsetSeconds: number
  /** The name that somebody gave it; `undefined` for most. */
  readonly name: string | undefined

  /** @throws {CacheError} `E_OPTION` for a day or more, or a fraction of a second */
  constructor(offsetSeconds: number, name?: string) {
    this.offsetSeconds = whole('offsetSeconds', offsetSeconds, 1 - SECONDS_A_DAY, SECONDS_A_DAY - 1)
    this.name = name
  }
}

/** What a {@link PyTime} is made of; what is left out is 0, and the time has no zone. */
export interface TimeParts {
  readonly hour?: number
  readonly minute?: number
  readonly second?: number
  readonly microsecond?: number
  /** 1 for the second of the two times that a clock shows when it is set back. Default 0. */
  readonly fold?: 0 | 1
  readonly zone?: PyTimezone | undefined
}

/** `datetime.time`: a time of day, to the microsecond. */
export class PyTime {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
  readonly fold: 0 | 1
  /** `undefined` for a naive one. */
  readonly zone: PyTimezone | undefined

  /** @throws {CacheError} `E_OPTION` for a part that is out of its range */
  constructor(parts: TimeParts) {
    const { hour = 0, minute = 0, second = 0, microsecond = 0, fold = 0, zone } = parts
    this.hour = whole('hour', hour, 0, 23)
    this.minute = whole('minute', minute, 0, 59)
    this.second = whole('second', second, 0, 59)
    this.microsecond = whole('microsecond', microsecond, 0, 999_999)
    this.fold = whole('fold', fold, 0, 1) as 0 | 1
    this.zone = zone
  }

  /** `03:04:05.000006`, with its offset when it has a zone. */
  toString(): string {
    return clockText(this, 6) + offsetText(this.zone)
  }
}

/** `datetime.date`: a day of the years 1 to 9999. */
export class PyDate {
  readonly year: number
  readonly month: number
  readonly day: number

  /** @throws {CacheError} `E_OPTION` for a day that no calendar has */
  constructor(year: number, month: number, day: number) {
    this.year = whole('year', year, 1, 9999)
    this.month = whole('month', month, 1, 12)
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
    const days = month === 2 && !leap ? 28 : (DAYS_IN_MONTH[month - 1] as number)
    this.day = whole('day', day, 1, days)
  }

  /** `2024-01-02`. */
  toString(): string {
    return `${pad(this.year, 4)}-${pad(this.month)}-${pad(this.day)}`
  }
}

/** What a {@link PyDateTime} is made of; a time that is left out is 0, and a zone that is left out makes it naive. */
export interface DateTimeParts extends TimeParts {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** `datetime.datetime`: a day and a time of it, with a zone (aware) or without (naive). */
export class PyDateTime {
  readonly date: PyDate
  readonly time: PyTime

  /** @throws {CacheError} `E_OPTION` for a part that is out of its range */
  constructor(parts: DateTimeParts) {
    this.date = new PyDate(parts.year, parts.month, parts.day)
    this.time = new PyTime(parts)
  }

  /**
   * The aware one of a Date, in UTC.
   *
   * @throws {CacheError} `E_OPTION` for an invalid Date and for years that Python does not have
   */
  static fromDate(date: Date): PyDateTime {
    return new PyDateTime({
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      microsecond: date.getUTCMilliseconds() * 1000,
      zone: new PyTimezone(0),
    })
  }

  /**
   * The same instant as a Date, its microseconds cut to milliseconds.
   *
   * @param naiveOffsetSeconds where a naive one was meant, east of UTC. Default 0: a naive one is taken for UTC
   */
  toDate(naiveOffsetSeconds = 0): Date {
    const { date, time } = this
    const instant = new Date(0)
    // Date.UTC would take the years 0 to 99 for the twentieth century.
    instant.setUTCFullYear(date.year, date.month - 1, date.day)
    instant.setUTCHours(time.hour, time.minute, time.second, Math.floor(time.microsecond / 1000))
    const offset = time.zone?.offsetSeconds ?? naiveOffsetSeconds
    return new Date(instant.getTime() - offset * 1000)
  }

  /** `2024-01-02T03:04:05.678901+00:00`; without its offset when it is naive. */
  toString(): string {
    return `${this.date.toString()}T${this.time.toString()}`
  }
}

/** `datetime.timedelta`, as Python keeps it: only `days` may be negative. */
export class PyTimeDelta {
  readonly days: number
  /** 0 to 86,399. */
  readonly seconds: number
  /** 0 to 999,999. */
  readonly microseconds: number

  /** @throws {CacheError} `E_OPTION` for a part that is out of its range */
  constructor(days: number, seconds = 0, microseconds = 0) {
    this.days = whole('days', days, -999_999_999, 999_999_999)
    this.seconds = whole('seconds', seconds, 0, SECONDS_A_DAY - 1)
    this.microseconds = whole('microseconds', microseconds, 0, 999_999)
  }

  /** The one of so many milliseconds. @throws {CacheError} `E_OPTION` beyond 999,999,999 days */
  static fromMs(milliseconds: number): PyTimeDelta {
    const micros = Math.round(milliseconds * 1000)
    const days = Math.floor(micros / 86_400_000_000)
    const rest = micros - days * 86_400_000_000
    return new PyTimeDelta(days, Math.floor(rest / 1_000_000), rest % 1_000_000)
  }

  /** In milliseconds, microseconds as their fraction. */
  toMs(): number {
    return this.days * 86_400_000 + this.seconds * 1000 + this.microseconds / 1000
  }
}

/** `03:04:05`, with as many digits of the second as asked for: none when the microseconds are 0 and `digits` is 0. */
export function clockText(time: PyTime, digits: 0 | 3 | 6): string {
  const text = `${pad(time.hour)}:${pad(time.minute)}:${pad(time.second)}`
  return digits === 0 ? text : `${text}.${pad(time.microsecond, 6).slice(0, digits)}`
}

/** `+02:00`, `-00:30:15`, or nothing without a zone. */
export function offsetText(zone: PyTimezone | undefined): string {
  if (zone === undefined) return ''
  const seconds = Math.abs(zone.offsetSeconds)
  const rest = seconds % 60
  const sign = zone.offsetSeconds < 0 ? '-' : '+'
  const minutes = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}`
  return sign + minutes + (rest === 0 ? '' : `:${pad(rest)}`)
}

function pad(number: number, width = 2): string {
  return String(number).padStart(width, '0')
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw optionError(name, `a whole number from ${least} to ${most}`, value)
}
