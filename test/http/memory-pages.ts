import { toMs } from '../../src/base/duration.ts'
import { type Key, keyText } from '../../src/base/key.ts'
import type { PageLoadContext, PageStore, PageStoreOptions } from '../../src/http/index.ts'
import type { FakeClock } from './fake-clock.ts'

interface Kept {
  readonly value: unknown
  readonly tags: ReadonlySet<string>
  readonly freshUntil: number
  readonly deadAt: number
}

/**
 * A small page store: a Map, one load per key at a time, stale values refreshed behind the answer, and loads that an
 * invalidation overtook are not stored. Values are copied in and out, so that nobody shares an object by accident.
 */
export class MemoryPages implements PageStore {
  readonly entries = new Map<string, Kept>()
  /** Calls of `getOrSet` so far. */
  asked = 0
  readonly #clock: FakeClock
  readonly #flights = new Map<string, Promise<unknown>>()
  readonly #waiting: { count: number; go: () => void }[] = []
  #invalidated = 0
  readonly #tagStamps = new Map<string, number>()

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  /** Resolves once `getOrSet` has been called `count` times in all. */
  async askedTimes(count: number): Promise<void> {
    if (this.asked >= count) return
    await new Promise<void>((go) => this.#waiting.push({ count, go }))
  }

  /** Resolves once no load is running. */
  async quiet(): Promise<void> {
    while (this.#flights.size > 0) await Promise.allSettled(this.#flights.values())
  }

  async keys(): Promise<string[]> {
    return [...this.entries.keys()]
  }

  async size(): Promise<number> {
    return this.entries.size
  }

  async close(): Promise<void> {
    this.entries.clear()
  }

  async getOrSet<T>(
    key: Key,
    load: (context: PageLoadContext) => Promise<T> | T,
    options: PageStoreOptions = {},
  ): Promise<T> {
    const name = keyText(key)
    this.asked++
    for (const each of this.#waiting) if (each.count <= this.asked) each.go()
    // As a store on a network would: never in the caller's own tick.
    await Promise.resolve()
    const kept = this.#live(name)
    const now = this.#clock.now()
    if (kept !== undefined && kept.freshUntil + toMs(options.stale ?? '0s', 'stale') > now) {
      if (kept.freshUntil <= now) void this.#fly(name, load, options).catch(() => {})
      return structuredClonePage(kept.value) as T
    }
    return structuredClonePage(await this.#fly(name, load, options)) as T
  }

  async lookup(key: Key): Promise<{ hit: boolean; stale: boolean; value: unknown }> {
    const kept = this.#live(keyText(key))
    if (kept === undefined) return { hit: false, stale: false, value: undefined }
    const stale = kept.freshUntil <= this.#clock.now()
    return { hit: true, stale, value: structuredClonePage(kept.value) }
  }

  async set(key: Key, value: unknown, options: PageStoreOptions = {}): Promise<void> {
    this.#keep(keyText(key), value, options, new Set(options.tags))
  }

  async delete(key: Key): Promise<boolean> {
    return this.entries.delete(keyText(key))
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    this.#invalidated++
    for (const tag of tags) this.#tagStamps.set(tag, this.#invalidated)
    for (const [name, kept] of this.entries) {
      if (tags.some((tag) => kept.tags.has(tag))) this.entries.delete(name)
    }
  }

  async #fly<T>(
    name: string,
    load: (context: PageLoadContext) => Promise<T> | T,
    options: PageStoreOptions,
  ): Promise<unknown> {
    const running = this.#flights.get(name)
    if (running !== undefined) return await running
    const flight = this.#load(name, load, options)
    this.#flights.set(name, flight)
    try {
      return await flight
    } finally {
      this.#flights.delete(name)
    }
  }

  async #load<T>(
    name: string,
    load: (context: PageLoadContext) => Promise<T> | T,
    options: PageStoreOptions,
  ): Promise<unknown> {
    await Promise.resolve()
    const began = this.#invalidated
    const tags = new Set(options.tags)
    let { ttl = 'forever', stale = '0s' } = options
    let skipped = false
    const before = this.#live(name)
    const value = await load({
      previous: before && { value: structuredClonePage(before.value) },
      signal: new AbortController().signal,
      tag: (...more) => more.forEach((tag) => tags.add(tag)),
      ttl: (duration) => (ttl = duration),
      stale: (duration) => (stale = duration),
      skip: () => (skipped = true),
    })
    const overtaken = [...tags].some((tag) => (this.#tagStamps.get(tag) ?? 0) > began)
    if (!skipped && !overtaken) this.#keep(name, value, { ...options, ttl, stale }, tags)
    return value
  }

  #keep(name: string, value: unknown, options: PageStoreOptions, tags: Set<string>): void {
    const freshUntil = this.#clock.now() + toMs(options.ttl ?? 'forever', 'ttl')
    const deadAt = freshUntil + toMs(options.stale ?? '0s', 'stale')
    this.entries.set(name, { value: structuredClonePage(value), tags, freshUntil, deadAt })
  }

  #live(name: string): Kept | undefined {
    const kept = this.entries.get(name)
    if (kept === undefined || kept.deadAt > this.#clock.now()) return kept
    this.entries.delete(name)
    return undefined
  }
}

/** A codec's round trip: what plain data survives, Buffers included. */
function structuredClonePage(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return Buffer.from(value)
  if (Array.isArray(value)) return value.map(structuredClonePage)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, structuredClonePage(each)]),
  )
}
