// The promise above all others, with every policy of freshness in play: nobody is given a value whose load began before an
// invalidation that had been confirmed when the call began. Random calls by two processes, on a store far away, on a fake
// clock; a seed that fails is its own reproduction.
import { describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import type { GetOrSetOptions } from '../../src/cache/loading.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { delayedStore } from './delayed-store.ts'

const KEYS = ['a', 'b', 'c'] as const
const STEPS = 120
/** Longer than every load, lease, wait and timeout in play. */
const LONG_MS = 200_000

/** mulberry32: small, and the same everywhere. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

class History {
  readonly violations: string[] = []
  readonly outcomes = { values: 0, errors: 0 }
  readonly clock: FakeClock = fakeClock()
  readonly caches: readonly Cache[]
  readonly #random: () => number
  /** What the source holds, and what it held at the last confirmed invalidation. */
  readonly #source = new Map<string, number>(KEYS.map((key) => [key, 0]))
  readonly #floor = new Map<string, number>(KEYS.map((key) => [key, 0]))
  readonly #calls = new Set<Promise<void>>()

  constructor(seed: number) {
    this.#random = dice(seed)
    const random = this.#random
    const store = delayedStore(memory(), () => this.#pause(4))
    const { clock } = this
    const open = (maxConcurrentLoads: number): Cache =>
      createCaches({ default: { store, clock, random, maxConcurrentLoads, wait: '2s' } }).default
    this.caches = [open(1), open(2)]
  }

  get pending(): number {
    return this.#calls.size
  }

  step(): Promise<void> {
    const drawn = this.#random()
    if (drawn < 0.4) this.#keep(this.#read())
    else if (drawn < 0.5) this.#keep(this.#readMany())
    else if (drawn < 0.7) this.#keep(this.#change())
    return this.clock.advance(Math.floor(this.#random() * 12))
  }

  #keep(call: Promise<void>): void {
    const owned = call.finally(() => this.#calls.delete(owned))
    this.#calls.add(owned)
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T
  }

  #pause(mostMs: number): Promise<void> {
    const ms = Math.floor(this.#random() * mostMs)
    return new Promise((resolve) => void this.clock.after(ms, resolve))
  }

  #options(key: string): GetOrSetOptions {
    return {
      ttl: this.#pick(['5ms', '40ms', '1s']),
      stale: this.#pick(['0s', '20ms', '1s']),
      softTimeout: this.#pick(['0s', '5ms', 'forever']),
      loadTimeout: this.#pick(['15ms', 'forever']),
      failureTtl: this.#pick(['0s', '0s', '30ms']),
      early: this.#pick([0, 1, 50]),
      jitter: this.#pick([0, 0.5]),
      tags: this.#pick([[`tag ${key}`], []]),
      ...(this.#random() < 0.1 ? { signal: this.#givingUp() } : {}),
    }
  }

  #givingUp(): AbortSignal {
    const giveUp = new AbortController()
    void this.#pause(20).then(() => giveUp.abort(new Error('gave up')))
    return giveUp.signal
  }

  /** Carries the tag always, declared or not; sometimes fails, sometimes is not to be stored, sometimes asks for another key. */
  async #load(key: string, cache: Cache): Promise<number> {
    const value = this.#source.get(key) as number
    await this.#pause(30)
    if (this.#random() < 0.15) throw new Error('the source is down')
    if (key === 'a' && this.#random() < 0.3) {
      const floor = this.#floor.get('b') as number
      const options = { ttl: '40ms', tags: ['tag b'] } as const
      this.#check('b', floor, await cache.getOrSet('b', () => this.#load('b', cache), options))
    }
    return value
  }

  async #read(key: string = this.#pick(KEYS)): Promise<void> {
    const cache = this.#pick(this.caches)
    const floor = this.#floor.get(key) as number
    try {
      const value = await cache.getOrSet(
        key,
        async (context) => {
          context.tag(`tag ${key}`)
          if (this.#random() < 0.1) context.skip()
          return await this.#load(key, cache)
        },
        this.#options(key),
      )
      this.#check(key, floor, value)
    } catch {
      this.outcomes.errors++
    }
  }

  async #readMany(): Promise<void> {
    const cache = this.#pick(this.caches)
    const floors = new Map(this.#floor)
    try {
      const found = await cache.getOrSetMany(
        KEYS,
        async (keys, context) => {
          context.tag(...KEYS.map((key) => `tag ${key}`))
          return await Promise.all(
            keys.map(async (key) => [key, await this.#load(key, cache)] as const),
          )
        },
        this.#options('a'),
      )
      for (const [key, value] of found) this.#check(key, floors.get(key) as number, value)
    } catch {
      this.outcomes.errors++
    }
  }

  async #change(): Promise<void> {
    const key = this.#pick(KEYS)
    const cache = this.#pick(this.caches)
    const value = (this.#source.get(key) as number) + 1
    this.#source.set(key, value)
    if (this.#random() < 0.5) await cache.invalidate(key)
    else await cache.invalidateTags([`tag ${key}`])
    this.#floor.set(key, Math.max(value, this.#floor.get(key) as number))
    // The most dangerous moment for a reader to come.
    if (this.#random() < 0.7) await this.#read(key)
  }

  #check(key: string, floor: number, value: number): void {
    this.outcomes.values++
    if (value < floor) this.violations.push(`${key}: ${value}, although ${floor} was confirmed`)
  }
}

describe('with every policy in play', () => {
  it.each(Array.from({ length: 100 }, (_, index) => index + 1))(
    'nobody is given what was loaded before a confirmed invalidation, and every call ends (seed %i)',
    async (seed) => {
      const history = new History(seed)
      for (let step = 0; step < STEPS; step++) await history.step()
      await history.clock.advance(LONG_MS)

      expect(history.violations).toEqual([])
      expect(history.pending).toBe(0)
      expect(history.outcomes.values).toBeGreaterThan(10)
      for (const cache of history.caches) {
        expect(await settled(cache, history.clock)).toMatchObject({
          loadsRunning: 0,
          loadsQueued: 0,
        })
        const closed = cache.close()
        await history.clock.advance(1000)
        await closed
      }
    },
  )
})

async function settled(cache: Cache, clock: FakeClock): Promise<unknown> {
  const stats = cache.stats()
  await clock.advance(100)
  return await stats
}
