import type { Advice } from '../../base/advice.ts'
import type { Clock } from '../../base/clock.ts'
import type { CacheEvent } from '../../base/events.ts'
import type { FamilyMeasures, Measures } from '../../base/measures.ts'
import { between } from '../between.ts'
import { familyOf } from '../../base/family.ts'
import type { Advisable } from './adviser.ts'
import type { Evidence } from './evidence.ts'
import { HotKeys } from './hot-keys.ts'
import { keyHash } from './key-hash.ts'
import { KeyLives } from './key-lives.ts'
import { PersonalKeys } from './personal-keys.ts'
import { ReuseSketch } from './reuse-sketch.ts'

/** Stores whose values never leave the process. */
const LOCAL = new Set(['memory', 'null'])
/** What a value is taken to weigh until one of its alias was measured. */
const TYPICAL_BYTES = 1024
/** Of the values stored one in so many is measured: to know the size costs as much as storing it. */
const MEASURED = 16

/** Listens to one cache and keeps what the rules need, in bounded memory. */
export class Watch {
  readonly alias: string
  readonly #cache: Advisable
  readonly #clock: Clock
  readonly #from: Measures
  readonly #reuse = new ReuseSketch()
  readonly #hot = new HotKeys()
  readonly #lives = new KeyLives()
  readonly #personal = new PersonalKeys()
  readonly #stop: readonly (() => void)[]
  #stores = 0
  #bytes = 0
  #sized = 0

  constructor(cache: Advisable, clock: Clock) {
    this.#cache = cache
    this.#clock = clock
    this.alias = cache.alias
    this.#from = cache.measures()
    this.#stop = [
      cache.on('hit', ({ key, ageMs }) => this.#hit(key, ageMs)),
      cache.on('stale', ({ key, ageMs }) => this.#hit(key, ageMs)),
      cache.on('miss', ({ key }) => this.#miss(key)),
      cache.on('store', (event) => this.#stored(event)),
    ]
  }

  async evidence(): Promise<Evidence> {
    const now = this.#cache.measures()
    const measures = between(this.#from, now)
    const memoryBytes = now.near === undefined ? await this.#storeBytes(now) : now.near.maxBytes
    return {
      alias: this.alias,
      measures,
      watchedMs: now.at - this.#from.at,
      remote: !LOCAL.has(now.store),
      memoryBytes,
      reuse: this.#reuse,
      hot: this.#hot.top(),
      reads: this.#hot.reads,
      generic: this.#personal.seen(),
      lives: ({ family, ttlMs }: FamilyMeasures) => this.#lives.of(family, ttlMs, now.at),
    }
  }

  async examine(): Promise<readonly Advice[]> {
    return await this.#cache.examine()
  }

  hitRateAt(bytes: number): number | undefined {
    return this.#reuse.hitRateAt(bytes)
  }

  close(): void {
    for (const stop of this.#stop) stop()
  }

  #hit(key: string | undefined, ageMs: number | undefined): void {
    if (key === undefined) return
    if (this.#read(key)) this.#lives.hit(key, familyOf(key), ageMs)
  }

  #miss(key: string | undefined): void {
    if (key === undefined) return
    if (this.#read(key)) this.#lives.miss(key, familyOf(key), this.#clock.now())
  }

  #stored(event: CacheEvent): void {
    const { key } = event
    if (key === undefined) return
    const isPersonal = this.#personal.knows(key)
    if (isPersonal || this.#stores++ % MEASURED === 0) {
      const { bytes } = event
      if (isPersonal) this.#personal.stored(key, bytes)
      if (bytes !== undefined) {
        this.#bytes += bytes
        this.#sized++
      }
    }
    if (this.#reuse.wants(keyHash(key))) this.#lives.stored(key, familyOf(key), this.#clock.now())
  }

  /** @returns whether the key is one of the sample */
  #read(key: string): boolean {
    this.#hot.read(key)
    const hash = keyHash(key)
    if (!this.#reuse.wants(hash)) {
      this.#reuse.pass()
      return false
    }
    const typical = this.#sized === 0 ? TYPICAL_BYTES : this.#bytes / this.#sized
    this.#reuse.read(key, hash, typical)
    return true
  }

  async #storeBytes({ store }: Measures): Promise<number | undefined> {
    return store === 'memory' ? (await this.#cache.stats()).maxBytes : undefined
  }
}
