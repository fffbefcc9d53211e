import { isKnownDuration, toMs } from '../base/duration.ts'
import type { FreshnessOptions } from './freshness.ts'
import { isObject, isQuiet, type SetOptions, type StrictOption } from './options.ts'

type Options = SetOptions & FreshnessOptions & StrictOption

/** A tag of so many characters is short enough in any script. */
const SURELY_SHORT = 85

/**
 * How early a value is refreshed by these options of `getOrSet`, if they are plainly right and a fresh value that is at hand
 * is an answer to them; undefined where it takes a closer look to tell. A call makes its options anew each time, so nothing
 * is made here to read them.
 */
export function earlyOf(options: Options, byDefault: number): number | undefined {
  if (!isObject(options)) return undefined
  let early = byDefault
  for (const name in options) {
    const given: unknown = options[name as keyof typeof options]
    if (given === undefined) continue
    switch (name) {
      case 'ttl':
      case 'stale':
      case 'softTimeout':
        if (!isKnownDuration(given)) return undefined
        break
      case 'loadTimeout':
      case 'failureTtl':
        if (!isKnownDuration(given) || isOutermost(given as `${number}s`)) return undefined
        break
      case 'early':
        if (!isFraction(given, Number.MAX_VALUE)) return undefined
        early = given
        break
      case 'jitter':
        if (!isFraction(given, 1)) return undefined
        break
      case 'tags':
        if (!areTags(given)) return undefined
        break
      case 'strict':
        if (given !== false) return undefined
        break
      case 'signal':
        if (!isQuiet(given)) return undefined
        break
      default:
        return undefined
    }
  }
  return early
}

/** One of these is refused, which depends on the option. */
function isOutermost(given: `${number}s`): boolean {
  const ms = toMs(given, 'ttl')
  return ms === 0 || ms === Infinity
}

function isFraction(given: unknown, most: number): given is number {
  return typeof given === 'number' && given >= 0 && given <= most
}

function areTags(given: unknown): boolean {
  if (!Array.isArray(given)) return false
  for (const tag of given as unknown[]) {
    if (typeof tag !== 'string' || tag === '' || tag.length > SURELY_SHORT) return false
    if (!tag.isWellFormed()) return false
  }
  return true
}
