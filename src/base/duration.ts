import { CacheError, show } from './errors.ts'

type Unit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w'

/**
 * A length of time that says its unit: `'250ms'`, `'90s'`, `'15m'`, `'36h'`, `'7d'`, `'2w'`, `{ minutes: 15 }` or
 * `'forever'`. A bare number is a type error, and an error at run time: half of this field's bugs are units.
 */
export type Duration = `${number}${Unit}` | 'forever' | DurationParts

interface DurationParts {
  readonly weeks?: number
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
  readonly milliseconds?: number
}

const UNIT_MS: Readonly<Record<Unit, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const PART_MS: Readonly<Record<keyof DurationParts, number>> = {
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
}

const TEXT = /^(\d+(?:\.\d+)?)\s?(ms|s|m|h|d|w)$/
const EXPECTED =
  "a duration with its unit such as '90s', '15m', '36h', { minutes: 15 } or 'forever'"

/**
 * Turns a duration into milliseconds.
 *
 * @param option name to show in the error, such as `'ttl'`
 * @returns milliseconds, 0 or more, rounded up so that nothing expires early; `Infinity` for `'forever'`
 * @throws {CacheError} `E_OPTION` for a bare number (the message shows both readings), a negative or unknown form
 */
export function toMs(duration: Duration, option: string): number {
  const given: unknown = duration
  if (given === 'forever') return Infinity
  if (typeof given === 'string') return fromText(given, option)
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return fromParts(given, option)
  if (typeof given === 'number') {
    throw new CacheError(
      'E_OPTION',
      `Option '${option}': expected ${EXPECTED}, got the bare number ${given}. Is it '${given}s' or '${given}ms'? Write the unit.`,
    )
  }
  throw new CacheError('E_OPTION', `Option '${option}': expected ${EXPECTED}, got ${show(given)}.`)
}

/** Durations that were read lately. Whoever says one says it again and again, as a literal. */
const known = new Map<string, number>()
const MOST_KNOWN = 200

/** Whether it was read before and found right. Milliseconds by {@link toMs} are then at hand. */
export function isKnownDuration(given: unknown): boolean {
  return typeof given === 'string' && (known.has(given) || given === 'forever')
}

function fromText(text: string, option: string): number {
  const ms = known.get(text) ?? parsed(text, option)
  if (known.size < MOST_KNOWN) known.set(text, ms)
  return ms
}

function parsed(text: string, option: string): number {
  const match = TEXT.exec(text.trim())
  if (match === null) {
    throw new CacheError('E_OPTION', `Option '${option}': expected ${EXPECTED}, got ${show(text)}.`)
  }
  return Math.ceil(Number(match[1]) * UNIT_MS[match[2] as Unit])
}

function fromParts(parts: object, option: string): number {
  let ms = 0
  for (const [part, amount] of Object.entries(parts) as [keyof DurationParts, unknown][]) {
    const factor = PART_MS[part]
    if (factor === undefined || typeof amount !== 'number' || !(amount >= 0)) {
      throw new CacheError(
        'E_OPTION',
        `Option '${option}': expected ${EXPECTED}, got ${show(parts)} (part '${part}').`,
      )
    }
    ms += amount * factor
  }
  if (Object.keys(parts).length === 0) {
    throw new CacheError(
      'E_OPTION',
      `Option '${option}': expected ${EXPECTED}, got an empty object.`,
    )
  }
  return Math.ceil(ms)
}

/** A time for people: `'forever'`, `'0s'`, `'250ms'`, `'1.5s'`, `'15m'`, `'2h'`, `'14d'`. */
export function showMs(ms: number): string {
  if (ms === Infinity) return 'forever'
  if (ms === 0) return '0s'
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const amount = ms / UNIT_MS[unit]
    if (amount >= 1) return `${Math.round(amount * 10) / 10}${unit}`
  }
  return `${ms}ms`
}
