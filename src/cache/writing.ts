import { toMs, type Duration } from '../base/duration.ts'
import { CacheError, optionError } from '../base/errors.ts'
import { type Key, keyText, type ValueOf } from '../base/key.ts'
import type { Draft } from '../tiers/look.ts'
import {
  checkReadOptions,
  type ReadOptions,
  resolveTerms,
  type SetOptions,
  type Terms,
} from './options.ts'
import { Reading } from './reading.ts'
import { isUnkeepable, unkeepable } from './unkeepable.ts'
import { unfilledReason } from './unfilled.ts'

/** The part of a cache that stores and removes. */
export abstract class Writing extends Reading {
  /**
   * Stores a value, whatever was there; a load in flight for the key is overtaken and will not be stored. Resolves when
   * every reader that starts from now on gets it.
   *
   * @returns whether it was stored: false only while the store is away and `onOutage` is `'bypass'`, and in production for a
   * text with the place of a hole in it, which takes the old value away
   * @throws {CacheError} `E_ENCODE` or `E_TOO_LARGE` for a value that cannot be kept; the old value stays. `E_PERSONAL` outside
   * production for a text with the place of a hole in it. `E_KEY`, `E_OPTION`
   */
  async set<K extends Key>(key: K, value: ValueOf<K>, options?: SetOptions): Promise<boolean> {
    return await this.setUnlessOlder(key, value, options, undefined)
  }

  /** @param isOlder whether a value shows an older state than the one that is there, which then stays @internal */
  protected async setUnlessOlder(
    key: Key,
    value: unknown,
    options: SetOptions | undefined,
    isOlder: ((value: unknown, there: unknown) => boolean) | undefined,
  ): Promise<boolean> {
    const terms = resolveTerms(options, this.core.policy, 'set')
    const wire = this.wireKey(key, options?.version)
    if (this.#refuses(key, wire, value)) {
      // What was there is older than what was to take its place.
      await this.delete(key, versionOf(options))
      return false
    }
    const draft = this.#draft(wire, value, terms)
    const { signal } = options ?? {}
    // A value of which nobody can say how old it is must not get in, also where there is nothing to compare it with.
    isOlder?.(value, value)
    const done = await this.timed('set', () =>
      this.core.guard(
        () =>
          isOlder === undefined || terms.ttlMs === 0
            ? this.#store([draft], signal)
            : this.core.tier.putUnlessOlder(draft, isOlder, { signal }),
        () => this.#notStored(),
        keyText(key),
      ),
    )
    if (done) this.core.sawStore(keyText(key), wire, value, terms.ttlMs)
    return done
  }

  /**
   * Stores a value only if no fresh one is there. Atomic on every store.
   *
   * @returns whether it was stored
   * @throws {CacheError} as `set`
   */
  async add<K extends Key>(key: K, value: ValueOf<K>, options?: SetOptions): Promise<boolean> {
    const terms = resolveTerms(options, this.core.policy, 'add')
    const wire = this.wireKey(key, options?.version)
    if (this.#refuses(key, wire, value)) return false
    const draft = this.#draft(wire, value, terms)
    const { signal } = options ?? {}
    const added = await this.timed('add', () =>
      this.core.guard(
        async () => {
          // A value that is dead at once is added where nothing is, as in Django, and leaves nothing behind.
          if (terms.ttlMs > 0) return await this.core.tier.putIfAbsent(draft, { signal })
          const { entry } = await this.core.tier.lookOne(wire, { values: false, signal })
          return entry === undefined || entry.freshUntil <= this.core.clock.now()
        },
        () => false,
        keyText(key),
      ),
    )
    if (added) this.core.sawStore(keyText(key), wire, value, terms.ttlMs)
    return added
  }

  /**
   * Stores many values in one round trip.
   *
   * @param entries a `Map`, pairs, or a plain object
   * @returns the caller's keys that could not be stored; empty when all were
   */
  async setMany<K extends Key>(
    entries: Iterable<readonly [K, ValueOf<K>]> | Readonly<Record<string, unknown>>,
    options?: SetOptions,
  ): Promise<K[]> {
    const terms = resolveTerms(options, this.core.policy, 'setMany')
    const pairs = pairsOf(entries)
    const keys = new Map<string, K>()
    const drafts = new Map<string, Draft>()
    const refused: K[] = []
    for (const [key, value] of pairs as [K, unknown][]) {
      const wire = this.wireKey(key, options?.version)
      keys.set(wire, key)
      if (this.#refuses(key, wire, value)) refused.push(key)
      else drafts.set(wire, this.#draft(wire, value, terms))
    }
    if (refused.length > 0) await this.deleteMany(refused, versionOf(options))
    if (drafts.size === 0) return refused
    const stored = await this.timed('setMany', () =>
      this.core.guard(
        () => this.#storeWhatCanBeKept(drafts, keys, options?.signal),
        () => {
          this.#notStored()
          return new Set<string>()
        },
      ),
    )
    for (const wire of stored) {
      const { value } = drafts.get(wire) as Draft
      this.core.sawStore(keyText(keys.get(wire) as K), wire, value, terms.ttlMs)
    }
    return [...keys].flatMap(([wire, key]) => (stored.has(wire) ? [] : [key]))
  }

  /**
   * Gives the value under `key` a new ttl, counted from now. Never revives an expired one.
   *
   * @param ttl default the alias's; `'0s'` removes the value, `'forever'` keeps it
   * @returns whether there was a value
   */
  async touch(key: Key, ttl?: Duration, options?: ReadOptions): Promise<boolean> {
    checkReadOptions(options, 'touch')
    const ttlMs = ttl === undefined ? this.core.policy.ttlMs : toMs(ttl, 'ttl')
    if (ttlMs === 0) return await this.delete(key, options)
    const wire = this.wireKey(key, options?.version)
    const freshUntil = this.core.clock.now() + ttlMs
    const times = { freshUntil, deadAt: freshUntil }
    return await this.timed('touch', () =>
      this.core.guard(
        () => this.core.tier.touch(wire, times, { signal: options?.signal }),
        () => false,
        keyText(key),
      ),
    )
  }

  /** Makes the value under `key` never expire; false when there is none. */
  async persist(key: Key, options?: ReadOptions): Promise<boolean> {
    return await this.touch(key, 'forever', options)
  }

  /** Removes the value under `key`; a load in flight for it will not be stored. @returns whether there was a fresh value */
  async delete(key: Key, options?: ReadOptions): Promise<boolean> {
    checkReadOptions(options, 'delete')
    return (await this.#remove('delete', [key], options)) === 1
  }

  /** Removes many values in one round trip. @returns how many of them there were */
  async deleteMany(keys: Iterable<Key>, options?: ReadOptions): Promise<number> {
    checkReadOptions(options, 'deleteMany')
    return await this.#remove('deleteMany', keys, options)
  }

  async #remove(
    call: 'delete' | 'deleteMany',
    keys: Iterable<Key>,
    options: ReadOptions | undefined,
  ): Promise<number> {
    const wires = this.wires(keys, options?.version)
    if (wires.size === 0) return 0
    for (const wire of wires.keys()) this.core.detach(wire)
    const removed = await this.timed(call, () =>
      this.core.guard(
        () => this.core.tier.remove([...wires.keys()], { signal: options?.signal }),
        () => [],
      ),
    )
    let count = 0
    for (const [index, wire] of [...wires.keys()].entries()) {
      if (removed[index] === undefined) continue
      this.core.tally.removed(wire)
      count++
    }
    return count
  }

  /** Removes the value under `key` and returns it, in one act: of two callers only one gets it. */
  async take<K extends Key>(key: K, options?: ReadOptions): Promise<ValueOf<K> | undefined> {
    checkReadOptions(options, 'take')
    const wire = this.wireKey(key, options?.version)
    this.core.detach(wire)
    const [entry] = await this.timed('take', () =>
      this.core.guard(
        () => this.core.tier.remove([wire], { values: true, signal: options?.signal }),
        () => [undefined],
        keyText(key),
      ),
    )
    if (entry === undefined) this.core.sawMiss(key, wire)
    else this.core.sawHit(key, wire, entry)
    return entry?.value as ValueOf<K> | undefined
  }

  /** @throws {CacheError} `E_PERSONAL` outside production */
  #refuses(key: Key, wire: string, value: unknown): boolean {
    const reason = unfilledReason(key, value)
    if (reason !== undefined) this.core.refused(keyText(key), wire, reason)
    return reason !== undefined
  }

  /** What was loaded during the outage is older than what was to be stored. */
  #notStored(): false {
    this.core.fallback.empty()
    return false
  }

  async #store(drafts: readonly Draft[], signal: AbortSignal | undefined): Promise<true> {
    const now = this.core.clock.now()
    const dead = drafts.filter(({ deadAt }) => deadAt <= now).map(({ key }) => key)
    const alive = drafts.filter(({ deadAt }) => deadAt > now)
    // First what may be refused: a value that cannot be encoded must leave everything as it was.
    if (alive.length > 0) await this.core.tier.put(alive, { signal })
    if (dead.length > 0) await this.core.tier.remove(dead, { signal })
    return true
  }

  // A store takes all values or none; one that cannot be encoded must not keep the others out.
  async #storeWhatCanBeKept(
    drafts: ReadonlyMap<string, Draft>,
    keys: ReadonlyMap<string, Key>,
    signal: AbortSignal | undefined,
  ): Promise<Set<string>> {
    const all = [...drafts.values()]
    try {
      await this.#store(all, signal)
      return new Set(drafts.keys())
    } catch (error) {
      if (!isUnkeepable(error)) throw error
    }
    const kept = all.filter((draft) => this.#canKeep(draft, keyText(keys.get(draft.key) as Key)))
    await this.#store(kept, signal)
    return new Set(kept.map(({ key }) => key))
  }

  #canKeep({ key, value }: Draft, label: string): boolean {
    try {
      this.core.codec.encode(value, key)
      return true
    } catch (error) {
      if (!isUnkeepable(error)) throw error
      this.core.refused(label, key, error.message, unkeepable(error))
      return false
    }
  }

  #draft(key: string, value: unknown, terms: Terms): Draft {
    const freshUntil = this.core.clock.now() + terms.ttlMs
    // '0s' stores nothing; any other value may be served stale, also if it took longer than its ttl to get there.
    const deadAt = terms.ttlMs > 0 ? freshUntil + terms.staleMs : freshUntil
    return { key, value, tags: terms.tags, freshUntil, deadAt }
  }
}

function versionOf(options: SetOptions | undefined): ReadOptions | undefined {
  return options?.version === undefined ? undefined : { version: options.version }
}

function pairsOf(entries: unknown): unknown[] {
  if (typeof entries !== 'object' || entries === null)
    throw optionError('entries', 'a Map, pairs of key and value, or an object', entries)
  if (!(Symbol.iterator in entries)) return Object.entries(entries)
  const pairs = [...(entries as Iterable<unknown>)]
  for (const pair of pairs) {
    if (!Array.isArray(pair)) throw optionError('entries', 'pairs of key and value', pair)
  }
  return pairs
}

/** @internal for counters, whose stored value must be a number */
export function notANumber(key: string): CacheError {
  return new CacheError(
    'E_NOT_A_NUMBER',
    `The value under '${key}' is not a number, so it cannot be counted up.`,
    { key },
  )
}
