import type { Duration } from '../base/duration.ts'
import { CacheError, optionError } from '../base/errors.ts'
import { type Key, keyText } from '../base/key.ts'
import {
  checkOnOutage,
  checkReadOptions,
  type OnOutage,
  type ReadOptions,
  resolveTerms,
} from './options.ts'
import { notANumber, Writing } from './writing.ts'

export interface CountOptions extends ReadOptions {
  /** What a missing counter is taken to be before `delta` is added. Without it a missing counter is an error. */
  readonly initial?: number | bigint
  /** Lifetime of a counter that is created. Default: the alias's `ttl`. An existing counter keeps its own. */
  readonly ttl?: Duration
  /** While the store is away: `'throw'` rejects, for a number that must not be made up, such as a limit's. Default: the alias's. */
  readonly onOutage?: OnOutage
}

/** A missing counter that two callers create at once: the loser tries again. */
const MAX_ATTEMPTS = 16

/** The part of a cache that counts, and moves values between versions. */
export abstract class Counting extends Writing {
  /**
   * Adds to a number, atomically on every store; its ttl and tags stay. Integers are exact, beyond 2^53 as bigint; a
   * stored `true` counts as 1, as in Django.
   *
   * While the store is away under `onOutage: 'bypass'` the counter reads as missing: `initial + delta` comes back and is
   * stored nowhere.
   *
   * @throws {CacheError} `E_KEY_MISSING` without `initial`, `E_NOT_A_NUMBER` when something else is stored, `E_OPTION` when
   * `delta` is not an integer
   */
  async incr(
    key: Key,
    delta: number | bigint = 1,
    options: CountOptions = {},
  ): Promise<number | bigint> {
    checkReadOptions(options, 'incr', ['initial', 'ttl', 'onOutage'])
    checkOnOutage(options.onOutage)
    checkInteger('delta', delta)
    if (options.initial !== undefined) checkInteger('initial', options.initial)
    const { ttl, version } = options
    const terms = resolveTerms(ttl === undefined ? {} : { ttl }, this.core.policy, 'incr')
    const label = keyText(key)
    const wire = this.wireKey(key, version)
    const operation = { signal: options.signal }
    const created = options.initial === undefined ? undefined : sum(options.initial, delta)
    return await this.timed('incr', () =>
      this.core.guard(
        async () => {
          for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            const answer = await this.core.tier.increment(wire, delta, operation)
            if (answer.outcome === 'done') return answer.value
            if (answer.outcome === 'notNumber') throw notANumber(label)
            if (created === undefined) throw keyMissing(label)
            const freshUntil = this.core.clock.now() + terms.ttlMs
            const draft = { key: wire, value: created, tags: [], freshUntil, deadAt: freshUntil }
            if (terms.ttlMs === 0 || (await this.core.tier.putIfAbsent(draft, operation)))
              return created
          }
          throw new CacheError(
            'E_STORE_REFUSED',
            `The counter '${label}' was removed as fast as it was created.`,
            { key: label },
          )
        },
        () => {
          if (created === undefined) throw keyMissing(label)
          return created
        },
        label,
        options.onOutage,
      ),
    )
  }

  /** `incr` by `-delta`. Goes below zero. */
  async decr(
    key: Key,
    delta: number | bigint = 1,
    options: CountOptions = {},
  ): Promise<number | bigint> {
    checkInteger('delta', delta)
    return await this.incr(key, -delta, options)
  }

  /**
   * Moves a value to another version of its key, with the ttl and tags it has.
   *
   * @returns the version that it now has
   * @throws {CacheError} `E_KEY_MISSING` when there is none, `E_OPTION` when the version is not a whole number
   */
  async incrVersion(key: Key, delta = 1, options: ReadOptions = {}): Promise<number> {
    checkReadOptions(options, 'incrVersion')
    const from = Number(options.version ?? this.space.version)
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(delta)) {
      throw optionError(
        'version',
        'whole numbers to count a version up',
        options.version ?? this.space.version,
      )
    }
    const label = keyText(key)
    const to = from + delta
    const operation = { signal: options.signal }
    const moved = await this.timed('incrVersion', () =>
      this.core.guard(
        async () => {
          const source = this.wireKey(key, from)
          const { entry } = await this.core.tier.lookOne(source, operation)
          if (entry === undefined || entry.freshUntil <= this.core.clock.now()) return false
          const { value, tags, freshUntil, deadAt } = entry
          await this.core.tier.put(
            [{ key: this.wireKey(key, to), value, tags, freshUntil, deadAt }],
            operation,
          )
          if (to !== from) await this.core.tier.remove([source], operation)
          return true
        },
        () => false,
        label,
      ),
    )
    if (!moved) throw keyMissing(label)
    return to
  }

  /** `incrVersion` by `-delta`. */
  async decrVersion(key: Key, delta = 1, options: ReadOptions = {}): Promise<number> {
    return await this.incrVersion(key, -delta, options)
  }
}

function checkInteger(option: string, value: unknown): void {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return
  throw optionError(option, 'a whole number (a bigint beyond 2^53)', value)
}

/** Exact; a number while that is safe. */
function sum(a: number | bigint, b: number | bigint): number | bigint {
  const total = BigInt(a) + BigInt(b)
  const safe =
    typeof a === 'number' && total >= Number.MIN_SAFE_INTEGER && total <= Number.MAX_SAFE_INTEGER
  return safe ? Number(total) : total
}

function keyMissing(key: string): CacheError {
  return new CacheError(
    'E_KEY_MISSING',
    `Nothing is stored under '${key}'. To begin a counter there, give { initial: 0 }.`,
    { key },
  )
}
