import { currentCall } from '../base/call.ts'
import { GLANCE, type Glanced, type Glancing } from '../base/glance.ts'
import { type Key, type KeySpace, keyText, type ValueOf } from '../base/key.ts'
import type { Entry } from '../base/record.ts'
import { blindLook, type Look, type LookOptions } from '../tiers/look.ts'
import { AtHand, NOT_AT_HAND } from './at-hand.ts'
import type { CacheCore } from './core.ts'
import { landing } from './landing.ts'
import type { OperationTally } from './operation-tally.ts'
import { asksPlainly, checkReadOptions, type ReadOptions } from './options.ts'
import type { Recalled } from './request-memo.ts'
import { inOrder, View } from './view.ts'

/** Everything that is known of a key. */
export interface Lookup<T> {
  /** A fresh or stale value was found; a stored `null` or `undefined` is a hit. */
  readonly hit: boolean
  /** The value's ttl has passed; it is kept for `getOrSet` to serve while it is refreshed. */
  readonly stale: boolean
  /** What is there, `undefined` when nothing is. */
  readonly value: T | undefined
  /** Milliseconds for which the value is still fresh; 0 when stale, `Infinity` when it never expires. */
  readonly ttlMs: number | undefined
  /** The tags it was stored with. */
  readonly tags: readonly string[]
}

/** The part of a cache that reads. */
export abstract class Reading extends View implements Glancing {
  /** @internal */
  protected readonly atHand: AtHand

  constructor(core: CacheCore, space: KeySpace) {
    super(core, space)
    this.atHand = new AtHand(core, (text) => this.wireKey(text))
  }

  /**
   * The value under `key`, or `fallback` when there is none, or only a stale one. A stored `null` is a value.
   *
   * @throws {CacheError} `E_KEY`; outages only under `onOutage: 'throw'`
   */
  get<K extends Key>(key: K): Promise<ValueOf<K> | undefined>
  get<K extends Key, F>(key: K, fallback: F, options?: ReadOptions): Promise<ValueOf<K> | F>
  get(key: Key, fallback?: unknown, options?: ReadOptions): Promise<unknown> {
    if (asksPlainly(options)) {
      const value = this.atHand.value(key, this.core.tally.operations.get, 0)
      if (value !== NOT_AT_HAND) return Promise.resolve(value)
    }
    return this.#get(key, fallback, options)
  }

  async #get(key: Key, fallback: unknown, options: ReadOptions | undefined): Promise<unknown> {
    checkReadOptions(options, 'get')
    const { get } = this.core.tally.operations
    const looked = pick(options)
    const began = get.begin()
    try {
      const shown = this.#shown(this.wireKey(key, options?.version), key, options)
      if (shown !== undefined) return shown.entry === undefined ? fallback : shown.hand()
      const { turn } = this.core.memo ?? {}
      const look = await this.#look(key, options, looked)
      const value = this.#remembered(look, turn, options)
      return this.#isFresh(look) ? value : fallback
    } catch (error) {
      get.failed()
      throw error
    } finally {
      get.end(began, looked.askedAt)
    }
  }

  /** As `get`, but tells a miss from a stored `undefined`, and a fresh value from a stale one. */
  async lookup<K extends Key>(key: K, options?: ReadOptions): Promise<Lookup<ValueOf<K>>> {
    checkReadOptions(options, 'lookup')
    const { lookup } = this.core.tally.operations
    const looked = pick(options)
    const began = lookup.begin()
    let entry: Entry | undefined
    try {
      ;({ entry } = await this.#look(key, options, looked, true))
    } catch (error) {
      lookup.failed()
      throw error
    } finally {
      lookup.end(began, looked.askedAt)
    }
    if (entry === undefined) {
      return { hit: false, stale: false, value: undefined, ttlMs: undefined, tags: [] }
    }
    const left = Math.max(0, entry.freshUntil - this.core.clock.now())
    const value = entry.value as ValueOf<K>
    return { hit: true, stale: left === 0, value, ttlMs: left, tags: entry.tags }
  }

  /**
   * The fresh values among `keys`, by the caller's own keys; absent keys are left out. One round trip; no keys, no round trip.
   */
  getMany<K extends Key>(keys: Iterable<K>, options?: ReadOptions): Promise<Map<K, ValueOf<K>>> {
    if (asksPlainly(options) && Array.isArray(keys)) {
      const values = this.atHand.values(keys as readonly K[], this.core.tally.operations.getMany)
      if (values !== undefined) return Promise.resolve(values as Map<K, ValueOf<K>>)
    }
    return this.#getAsked(keys, options)
  }

  async #getAsked<K extends Key>(
    keys: Iterable<K>,
    options: ReadOptions | undefined,
  ): Promise<Map<K, ValueOf<K>>> {
    checkReadOptions(options, 'getMany')
    const { getMany } = this.core.tally.operations
    const looked = pick(options)
    const began = getMany.begin()
    try {
      return await this.#getMany(keys, options, looked)
    } catch (error) {
      getMany.failed()
      throw error
    } finally {
      getMany.end(began, looked.askedAt)
    }
  }

  async #getMany<K extends Key>(
    keys: Iterable<K>,
    options: ReadOptions | undefined,
    looked: TimedLook,
  ): Promise<Map<K, ValueOf<K>>> {
    const wires = this.wires(keys, options?.version)
    const values = new Map<K, ValueOf<K>>()
    const asked: string[] = []
    for (const [wire, key] of wires) {
      const shown = this.#shown(wire, key, options)
      if (shown === undefined) asked.push(wire)
      else if (shown.entry !== undefined) values.set(key, shown.hand() as ValueOf<K>)
    }
    if (asked.length > 0) {
      const { turn } = this.core.memo ?? {}
      const looks = await this.core.guard(
        () => this.core.tier.look(asked, looked),
        () => asked.map(blindLook),
      )
      for (const look of looks) {
        const key = wires.get(look.key) as K
        this.#count(look, key)
        const value = this.#remembered(look, turn, options)
        if (this.#isFresh(look)) values.set(key, value as ValueOf<K>)
      }
    }
    return inOrder(wires.values(), values)
  }

  /** Whether a fresh value lives under `key`, also a stored `null`. */
  has(key: Key, options?: ReadOptions): Promise<boolean> {
    const operation = this.core.tally.operations.has
    if (asksPlainly(options) && this.atHand.has(key, operation)) return Promise.resolve(true)
    return this.#has(operation, key, options)
  }

  async #has(
    operation: OperationTally,
    key: Key,
    options: ReadOptions | undefined,
  ): Promise<boolean> {
    checkReadOptions(options, 'has')
    return (await this.#ttl(operation, key, options)) !== undefined
  }

  /** Milliseconds until the value under `key` expires; `Infinity` when never, `undefined` when there is none. */
  async ttl(key: Key, options?: ReadOptions): Promise<number | undefined> {
    checkReadOptions(options, 'ttl')
    return await this.#ttl(this.core.tally.operations.ttl, key, options)
  }

  async #ttl(
    operation: OperationTally,
    key: Key,
    options: ReadOptions | undefined,
  ): Promise<number | undefined> {
    const looked = { ...pick(options), values: false }
    const began = operation.begin()
    try {
      const wire = this.wireKey(key, options?.version)
      const shown = this.#shown(wire, undefined, options)
      if (shown !== undefined) return shown.entry && shown.entry.freshUntil - this.core.clock.now()
      const { entry } = await this.core.guard(
        () => this.core.tier.lookOne(wire, looked),
        () => blindLook(wire),
        keyText(key),
      )
      if (entry === undefined) return undefined
      const left = entry.freshUntil - this.core.clock.now()
      return left > 0 ? left : undefined
    } catch (error) {
      operation.failed()
      throw error
    } finally {
      operation.end(began, looked.askedAt)
    }
  }

  /**
   * What the running request was shown before, if it may be shown that again.
   *
   * @param key to count it as a read
   */
  #shown(
    wire: string,
    key: Key | undefined,
    options: ReadOptions | undefined,
  ): Recalled | undefined {
    const { clock, memo, store } = this.core
    if (memo === undefined || options?.strict === true) return undefined
    const shown = memo.recall(store, wire, clock.now())
    if (shown === undefined || key === undefined) return shown
    currentCall()?.reached('memo')
    if (shown.entry === undefined) this.core.sawMiss(key, wire)
    else this.core.sawHit(key, wire, shown.entry)
    return shown
  }

  /** The value that was found, which the running request remembers, as it does that there is none. */
  #remembered(look: Look, turn: number | undefined, options: ReadOptions | undefined): unknown {
    const { core } = this
    const { entry, key, record } = look
    if (turn === undefined) return entry?.value
    // Of what cannot be told (the store is away, it is stale or cannot be decoded) nothing is remembered.
    const isAbsent = entry === undefined && !core.blind && record?.undecodable === undefined
    if (!isAbsent && !this.#isFresh(look)) return entry?.value
    const landed = entry && landing(entry.value, core, entry.tags, entry)
    const again = options?.strict === true
    core.memo?.keep(core.store, key, landed, { again, now: core.clock.now(), turn })
    return landed?.hand()
  }

  /** See {@link GLANCE}. A value that may be due for an early refresh is left to those who can load. @internal */
  [GLANCE](key: Key): Glanced | undefined {
    return this.atHand.glance(key, this.core.tally.operations.glance)
  }

  async #look(
    key: Key,
    options: ReadOptions | undefined,
    looked: LookOptions,
    staleCounts = false,
  ): Promise<Look> {
    const wire = this.wireKey(key, options?.version)
    const look = await this.core.guard(
      () => this.core.tier.lookOne(wire, looked),
      () => blindLook(wire),
      keyText(key),
    )
    this.#count(look, key, staleCounts)
    return look
  }

  #count(look: Look, key: Key, staleCounts = false): void {
    if (this.#isFresh(look)) this.core.sawHit(key, look.key, look.entry)
    else if (staleCounts && look.entry !== undefined) this.core.sawStale(key, look.key, look.entry)
    else this.core.sawMiss(key, look.key, look)
  }

  #isFresh({ entry }: Look): boolean {
    return entry !== undefined && entry.freshUntil > this.core.clock.now()
  }
}

/** A look of which it is told when it asked the store. */
type TimedLook = LookOptions & { askedAt: number }

function pick(options: ReadOptions | undefined): TimedLook {
  return { signal: options?.signal, strict: options?.strict === true, askedAt: 0 }
}
