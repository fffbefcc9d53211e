// What became of keys lately, from the events of the caches: a ring, and most of it only while somebody looks, since an
// event costs whoever reads.
import type { CacheEventName, CacheEvents } from '../base/events.ts'
import type { Advice } from '../base/advice.ts'
import type { Clock } from '../base/clock.ts'
import type { Cache } from '../cache/cache.ts'
import { cut } from './visible.ts'

/** Of all aliases together. */
const MOST_EVENTS = 2000
const MOST_ADVICE = 50
const LONGEST_TEXT = 300
/** How long after the last look the events of each read are still listened to. */
const WATCHED_FOR_MS = 60_000

export interface Recorded {
  readonly at: number
  readonly alias: string
  readonly what: CacheEventName
  readonly key: string | undefined
  /** In words: how long, how old, why. */
  readonly durationMs: number | undefined
  readonly ageMs: number | undefined
  readonly bytes: number | undefined
  readonly text: string | undefined
}

/** Those that happen seldom enough to be listened to always. */
const SELDOM = ['load', 'refuse', 'invalidate', 'evict', 'error'] as const
/** One for each read. `store` is not among them: while it is listened to, values are measured. */
const OFTEN = ['hit', 'miss', 'stale'] as const

export class Recorder {
  readonly #clock: Clock
  readonly #events: Recorded[] = []
  readonly #advice = new Map<string, Advice & { readonly alias: string }>()
  readonly #listening = new Map<Cache, (() => void)[]>()
  readonly #often = new Map<Cache, (() => void)[]>()
  #watchedUntil = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Listens to those that were opened meanwhile, and no longer to each read where nobody looks. */
  follow(caches: readonly Cache[]): void {
    const watched = this.#clock.now() < this.#watchedUntil
    for (const cache of caches) {
      if (!this.#listening.has(cache)) this.#listening.set(cache, this.#listen(cache, SELDOM))
      if (watched && !this.#often.has(cache)) this.#often.set(cache, this.#listen(cache, OFTEN))
    }
    if (watched) return
    for (const stops of this.#often.values()) for (const stop of stops) stop()
    this.#often.clear()
  }

  /** Somebody looks at a key. */
  watch(caches: readonly Cache[]): void {
    this.#watchedUntil = this.#clock.now() + WATCHED_FOR_MS
    this.follow(caches)
  }

  /** Newest first. */
  of(alias: string, key: string): readonly Recorded[] {
    return this.#events.filter((each) => each.alias === alias && each.key === key).toReversed()
  }

  /** Newest first. */
  lately(what: CacheEventName, most: number): readonly Recorded[] {
    return this.#events
      .filter((each) => each.what === what)
      .slice(-most)
      .toReversed()
  }

  /** What the stores' own settings led to. */
  advice(): readonly (Advice & { readonly alias: string })[] {
    return [...this.#advice.values()]
  }

  close(): void {
    for (const stops of [...this.#listening.values(), ...this.#often.values()])
      for (const stop of stops) stop()
    this.#listening.clear()
    this.#often.clear()
  }

  #listen(cache: Cache, names: readonly CacheEventName[]): (() => void)[] {
    const stops = names.map((name) => cache.on(name, (event) => this.#note(name, event)))
    if (names === SELDOM) stops.push(cache.on('advice', (event) => this.#advise(event)))
    return stops
  }

  #note(what: CacheEventName, event: CacheEvents[CacheEventName]): void {
    const { ageMs, alias, bytes, durationMs, key } = event
    const text = textOf(event)
    this.#events.push({ at: this.#clock.now(), alias, what, key, durationMs, ageMs, bytes, text })
    if (this.#events.length > MOST_EVENTS) this.#events.shift()
  }

  #advise({ advice, alias }: CacheEvents['advice']): void {
    if (this.#advice.size < MOST_ADVICE)
      this.#advice.set(`${alias} ${advice.code}`, { ...advice, alias })
  }
}

function textOf(event: CacheEvents[CacheEventName]): string | undefined {
  if ('reason' in event) return cut(event.reason, LONGEST_TEXT)
  if (!('message' in event)) return undefined
  const { error, message } = event
  const why = error instanceof Error ? `${message} ${error.message}` : message
  return cut(why, LONGEST_TEXT)
}
