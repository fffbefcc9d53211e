// Three processes on one store, a source that they load from, and the one rule that every read is held to.
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import type { StoreDefinition } from '../../src/base/store.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { quiet, Schedule } from './schedule.ts'
import { scheduledStore } from './scheduled-store.ts'

const PROCESSES = ['A', 'B', 'C'] as const
const KEYS = ['x', 'y'] as const
type Name = (typeof PROCESSES)[number]
type Key = (typeof KEYS)[number]
type Invalidation = 'key' | 'tag' | 'namespace' | 'everything'

/** Longer than every lease, wait and load. */
const LONG_MS = 60_000
const MAX_STEPS = 5_000

export type Breaking = (store: StoreDefinition) => StoreDefinition

export class World {
  readonly schedule: Schedule = new Schedule()
  readonly violations: string[] = []
  reads = 0
  readonly #clock: FakeClock = fakeClock()
  readonly #caches = new Map<Name, Cache>()
  /** What the source holds, and what it held when the last invalidation was confirmed. */
  readonly #source = new Map<Key, number>(KEYS.map((key) => [key, 1]))
  readonly #owed = new Map<Key, number>(KEYS.map((key) => [key, 1]))
  readonly #calls = new Map<Promise<void>, Name>()

  constructor(breaking: Breaking = (store) => store) {
    const shared = memory()
    const { schedule } = this
    for (const name of PROCESSES) {
      const store = scheduledStore(breaking(shared), name, schedule)
      const options = {
        store,
        clock: this.#clock,
        random: () => 0.5,
        lease: '1s',
        wait: '20s',
      } as const
      const { default: cache } = createCaches({ default: options })
      this.#caches.set(name, cache)
    }
  }

  /** Plays the numbers, then lets everything come to its end in the order in which it was begun. */
  async play(draws: readonly number[]): Promise<void> {
    for (const draw of draws) await this.#step(draw)
    for (let step = 0; this.#isBusy && step < MAX_STEPS; step++) {
      if (this.schedule.waiting > 0) await this.schedule.take(0)
      else await this.#pass(LONG_MS / 50)
    }
    if (this.#isBusy) this.violations.push('a call never came to its end')
  }

  get #isBusy(): boolean {
    for (const name of this.#calls.values()) if (!this.schedule.isDead(name)) return true
    return this.schedule.waiting > 0
  }

  /** Even numbers let somebody who waits go on, odd ones begin something, or let time pass. */
  async #step(draw: number): Promise<void> {
    const { waiting } = this.schedule
    const pick = Math.floor(draw / 2)
    if (draw % 2 === 0 && waiting > 0) return await this.schedule.take(pick % waiting)
    const acts = [...this.#begin(), () => this.#pass(5), () => this.#pass(1_100)]
    await acts[pick % acts.length]?.()
    await quiet()
  }

  #begin(): (() => unknown)[] {
    const alive = PROCESSES.filter((name) => !this.schedule.isDead(name))
    const acts = alive.flatMap((name) => {
      const mine = [...this.#calls.values()].filter((owner) => owner === name).length
      if (mine >= 3) return []
      return [
        ...KEYS.map((key) => () => this.#keep(name, this.#read(name, key))),
        ...KEYS.map((key) => () => this.#keep(name, this.#write(name, key, 'key'))),
        () => this.#keep(name, this.#write(name, 'x', 'tag')),
        () => this.#keep(name, this.#write(name, 'x', 'namespace')),
        () => this.#keep(name, this.#write(name, 'y', 'everything')),
        () => this.#keep(name, this.#readBoth(name)),
      ]
    })
    // One dies, and not the last that could be asked.
    if (alive.length === PROCESSES.length) acts.push(() => this.schedule.kill('C'))
    return acts
  }

  #keep(name: Name, call: Promise<void>): void {
    const owned = call
      .catch((error: unknown) => void this.violations.push(`${name} was told ${String(error)}`))
      .finally(() => this.#calls.delete(owned))
    this.#calls.set(owned, name)
  }

  async #pass(ms: number): Promise<void> {
    this.schedule.say(`${ms} ms pass`)
    this.#clock.tick(ms)
    await quiet()
  }

  #hot(name: Name): Cache {
    return (this.#caches.get(name) as Cache).namespace('hot')
  }

  async #read(name: Name, key: Key): Promise<void> {
    this.schedule.say(`${name} asks for ${key}`)
    const owed = this.#owed.get(key) as number
    const value = await this.#hot(name).getOrSet(
      key,
      async ({ tag }) => {
        const loaded = await this.#load(name, key)
        // Of this one nobody knows before it is loaded.
        if (key === 'x') tag('late')
        return loaded
      },
      { ttl: '1h', tags: ['all'] },
    )
    this.#judge(name, key, owed, value)
  }

  async #readBoth(name: Name): Promise<void> {
    this.schedule.say(`${name} asks for both`)
    const owed = new Map(this.#owed)
    const found = await this.#hot(name).getMany(KEYS)
    for (const key of KEYS) {
      const value = found.get(key)
      if (typeof value === 'number') this.#judge(name, key, owed.get(key) as number, value)
    }
  }

  async #load(name: Name, key: Key): Promise<number> {
    const value = this.#source.get(key) as number
    this.schedule.say(`${name} reads version ${value} of ${key} at the source`)
    await this.schedule.turn(name, `has loaded ${key}`)
    return value
  }

  async #write(name: Name, key: Key, how: Invalidation): Promise<void> {
    const version = (this.#source.get(key) as number) + 1
    this.#source.set(key, version)
    this.schedule.say(`${name} writes version ${version} of ${key}, and invalidates by ${how}`)
    const hot = this.#hot(name)
    const { applied } =
      how === 'key'
        ? await hot.invalidate(key)
        : how === 'tag'
          ? await hot.invalidateTags(['late'])
          : how === 'namespace'
            ? await hot.clear()
            : await hot.invalidateTags(['all'])
    if (!applied) this.violations.push(`${name}: an invalidation was not applied`)
    this.schedule.say(`${name}: version ${version} of ${key} is confirmed`)
    this.#owed.set(key, Math.max(version, this.#owed.get(key) as number))
  }

  #judge(name: Name, key: Key, owed: number, value: number): void {
    this.reads++
    this.schedule.say(`${name} is given version ${value} of ${key}`)
    if (value >= owed) return
    this.violations.push(
      `${name} was given version ${value} of ${key}, although ${owed} was confirmed before it asked`,
    )
  }
}
