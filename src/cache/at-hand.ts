// What lies in this process's memory is given out in the turn in which it is asked for: no request, no options and no promise
// but the caller's are made for it, and one clock is read. Exactly what the slow way would give, and counted and told as
// there. Where that might do anything else, nothing has been done here, and the slow way is taken.
import type { Glanced } from '../base/glance.ts'
import { type Key, keyText } from '../base/key.ts'
import type { Entry } from '../base/record.ts'
import { isTraced, tracedAtOnce } from '../base/tracing.ts'
import { type HandyRecord, KnownKey } from '../tiers/known-key.ts'
import type { CacheCore } from './core.ts'
import { mayBeDueEarly } from './freshness.ts'
import { KnownKeys } from './known-keys.ts'
import type { OperationTally } from './operation-tally.ts'
import { callStart } from './traced-methods.ts'

/** A value has to be asked for. */
export const NOT_AT_HAND: unique symbol = Symbol('not at hand')

export class AtHand {
  readonly #core: CacheCore
  readonly #wireOf: (text: string) => string
  readonly #known = new KnownKeys()

  /** @param wireOf makes the wire keys of one view */
  constructor(core: CacheCore, wireOf: (text: string) => string) {
    this.#core = core
    this.#wireOf = wireOf
  }

  /**
   * The fresh value under `key`, for the caller to keep, or {@link NOT_AT_HAND}.
   *
   * @param early what may be due for an early refresh by this is left to the slow way; 0: nothing is
   */
  value(key: Key, operation: OperationTally, early: number): unknown {
    const core = this.#core
    if (core.isWatched) return NOT_AT_HAND
    const began = operation.next
    const known = this.#keyOf(key)
    if (known === undefined) return NOT_AT_HAND
    const now = core.clock.now()
    const found = core.tier.atHand(known, now)
    if (found === undefined) return NOT_AT_HAND
    const { entry } = found
    if (early > 0 && mayBeDueEarly(entry, early, now)) return NOT_AT_HAND
    const value = this.#given(found)
    if (value === NOT_AT_HAND) return NOT_AT_HAND
    this.#served(known, entry)
    operation.answered(began)
    return value
  }

  /** As {@link AtHand.value}, of many keys: all of them, or undefined. */
  values<K extends Key>(
    keys: readonly K[],
    operation: OperationTally,
  ): Map<K, unknown> | undefined {
    const core = this.#core
    const { length } = keys
    if (length === 0 || core.isWatched) return undefined
    const began = operation.next
    const now = core.clock.now()
    const values = new Map<K, unknown>()
    const met: KnownKey[] = []
    const entries: Entry[] = []
    for (const key of keys) {
      // Lists that are alike are one key, of which only the last counts.
      const known = typeof key === 'string' ? this.#keyOf(key) : undefined
      const found = known && core.tier.atHand(known, now)
      if (known === undefined || found === undefined) return undefined
      const { entry } = found
      const value = this.#given(found)
      if (value === NOT_AT_HAND) return undefined
      values.set(key, value)
      met.push(known)
      entries.push(entry)
    }
    // One that is asked for twice is read once.
    if (values.size < length) return undefined
    for (let at = 0; at < length; at++) this.#served(met[at] as KnownKey, entries[at] as Entry)
    operation.answered(began)
    return values
  }

  /** Whether a fresh value lies there. That there is none has to be asked for. */
  has(key: Key, operation: OperationTally): boolean {
    const core = this.#core
    if (core.isWatched) return false
    const began = operation.next
    const known = this.#keyOf(key)
    if (known === undefined || core.tier.atHand(known, core.clock.now()) === undefined) return false
    this.#kept(known)
    operation.answered(began)
    return true
  }

  /**
   * The value itself, not to be changed; told as a call of its own.
   *
   * @param seen what the clock says, where that has just been read
   * @throws {CacheError} `E_KEY`
   */
  glance(key: Key, operation: OperationTally, seen?: number): Glanced | undefined {
    const core = this.#core
    if (core.blind) return undefined
    const began = operation.next
    const text = keyText(key)
    const now = seen ?? core.clock.now()
    const known = this.#keyOf(text)
    const found: HandyRecord | undefined = known && core.tier.atHand(known, now)
    if (known === undefined || found === undefined) return undefined
    const { entry } = found
    // It is left to those who can load.
    if (mayBeDueEarly(entry, core.policy.early, now)) return undefined
    this.#served(known, entry)
    operation.answered(began)
    if (isTraced('get')) tracedAtOnce(callStart(core, 'get', 'glance', [text]), entry.loadMs)
    return entry
  }

  /** Undefined: what is wrong with it is said in the slow way, or nothing is ever at hand. */
  #keyOf(key: Key): KnownKey | undefined {
    const text = typeof key === 'string' ? key : textOf(key)
    return this.#known.of(text) ?? this.#met(text)
  }

  #met(text: string): KnownKey | undefined {
    if (text === '' || !this.#core.tier.hasAtHand) return undefined
    return new KnownKey(text, this.#wireOf(text))
  }

  #served(known: KnownKey, entry: Entry): void {
    this.#kept(known)
    this.#core.sawHit(known.text, known.wire, entry)
  }

  #kept(known: KnownKey): void {
    if (!known.isKept) this.#known.keep(known)
    this.#core.tier.served(1)
  }

  /** The value itself where it may be handed out as it is, else a copy. */
  #given({ entry, isShareable }: HandyRecord): unknown {
    if (isShareable === true) return entry.value
    try {
      return this.#core.codec.copy(entry.value, this.#core.tier.handsFrozen).value
    } catch {
      return NOT_AT_HAND
    }
  }
}

/** Empty for what is no key. */
function textOf(key: Key): string {
  try {
    return keyText(key)
  } catch {
    return ''
  }
}
