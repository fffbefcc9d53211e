import { GLANCE, type Glanced } from '../../../src/base/glance.ts'
import type { Key } from '../../../src/base/key.ts'
import type { PageLoadContext, PageStore, PageStoreOptions } from '../../../src/http/index.ts'
import type { Step } from './step.ts'
import type { Watch } from './watch.ts'

/**
 * What can be held up or fail. `'read'`: the question for a page. `'write'`: a page that is made, before it is kept. `'mark'`:
 * what was learned of an address. `'drop'`: an invalidation.
 */
export type Act = 'read' | 'write' | 'mark' | 'drop'

interface Hold {
  readonly act: Act
  count: number
  open: () => void
  readonly opened: Promise<void>
}

/** A real store that the scenario can hold up at the moments which matter. */
export class StoreActor implements PageStore {
  readonly #inner: PageStore
  readonly #watch: Watch
  readonly #holds = new Map<Act, Hold>()
  readonly #failing = new Set<Act>()
  #asked = 0
  /** What will end by itself. */
  #running = 0

  constructor(inner: PageStore, watch: Watch) {
    this.#inner = inner
    this.#watch = watch
    watch.tells(() => {
      const held = [...this.#holds.values()].filter(({ count }) => count > 0)
      if (held.length === 0) return undefined
      return `the store holds ${held.map(({ act }) => act).join(' and ')}`
    })
  }

  /** From now on acts of this kind wait until they are released. */
  holds(act: Act): Step {
    return {
      says: `the store holds ${act}`,
      act: () => {
        let open = (): void => {}
        const opened = new Promise<void>((resolve) => {
          open = resolve
        })
        this.#holds.set(act, { act, count: 0, open, opened })
      },
    }
  }

  /** Waits until one has come that is held. */
  isHolding(act: Act): Step {
    return {
      says: `the store is holding ${act}`,
      act: async () => {
        await this.#watch.until(
          () => ((this.#holds.get(act)?.count ?? 0) > 0 ? true : undefined),
          `the store waits for a ${act} to hold`,
        )
      },
    }
  }

  /** Waits until so many questions for pages have come, since the beginning. */
  isAsked(times: number): Step {
    return {
      says: `the store is asked ${times} times`,
      act: async () => {
        await this.#watch.until(
          () => (this.#asked >= times ? true : undefined),
          `the store, asked ${this.#asked} times, waits to be asked ${times} times`,
        )
      },
    }
  }

  /** Lets all go that are held, and those to come. */
  releases(act: Act): Step {
    return {
      says: `the store releases ${act}`,
      act: async () => {
        this.#holds.get(act)?.open()
        this.#holds.delete(act)
        await this.settle()
      },
    }
  }

  /** From now on acts of this kind reject. */
  fails(act: Act): Step {
    return { says: `the store fails to ${act}`, act: () => void this.#failing.add(act) }
  }

  recovers(): Step {
    return { says: 'the store recovers', act: () => this.#failing.clear() }
  }

  /** Waits until what is under way in the background has been kept. */
  settles(): Step {
    return { says: 'the store settles', act: async () => await this.settle() }
  }

  /** Until what is under way has been kept, or waits for the view or a hold. */
  async settle(): Promise<void> {
    // What a load returns is kept a few turns later, and what is learned from it a few more.
    for (let still = 0, all = 0; still < 5 && all < 200; all++) {
      await new Promise((resolve) => setImmediate(resolve))
      still = this.#running === 0 ? still + 1 : 0
    }
  }

  async getOrSet<T>(
    key: Key,
    load: (context: PageLoadContext) => Promise<T> | T,
    options?: PageStoreOptions,
  ): Promise<T> {
    await this.#pass('read')
    const watched = async (context: PageLoadContext): Promise<T> => {
      const made = await load(context)
      await this.#pass('write')
      return made
    }
    return await this.#inner.getOrSet<T>(key, watched, options)
  }

  /** What is at hand cannot be held up: a store that is held or fails has nothing at hand. */
  [GLANCE](key: Key): Glanced | undefined {
    const isFree = !this.#holds.has('read') && !this.#failing.has('read')
    return isFree ? this.#inner[GLANCE]?.(key) : undefined
  }

  async lookup(key: Key): ReturnType<PageStore['lookup']> {
    await this.#pass('read')
    return await this.#inner.lookup(key)
  }

  async set(key: Key, value: unknown, options?: PageStoreOptions): Promise<unknown> {
    return await this.#run('mark', () => this.#inner.set(key, value, options))
  }

  async delete(key: Key): Promise<unknown> {
    return await this.#run('mark', () => this.#inner.delete(key))
  }

  async invalidateTags(tags: readonly string[]): Promise<unknown> {
    return await this.#run('drop', async () => await this.#inner.invalidateTags?.(tags))
  }

  async #run(act: Act, work: () => Promise<unknown>): Promise<unknown> {
    await this.#pass(act)
    this.#running++
    try {
      return await work()
    } finally {
      this.#running--
    }
  }

  async #pass(act: Act): Promise<void> {
    if (act === 'read') {
      this.#asked++
      this.#watch.changed()
    }
    if (this.#failing.has(act)) throw new Error(`The store cannot ${act}.`)
    const hold = this.#holds.get(act)
    if (hold === undefined) return
    hold.count++
    this.#watch.changed()
    await hold.opened
  }
}
