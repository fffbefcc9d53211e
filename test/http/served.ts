// A site whose view counts its runs, on each way to reach the page cache and over each store.
import { CachedPages } from './cached-pages.ts'
import { FakeClock } from './fake-clock.ts'
import { MemoryPages } from './memory-pages.ts'
import {
  type Got,
  type Made,
  openCore,
  openExpress,
  openHono,
  type OpenSite,
  type Site,
  type SiteOptions,
  type View,
} from './site.ts'

type Store = MemoryPages | CachedPages

const SHAPES: readonly (readonly [string, OpenSite])[] = [
  ['the core', openCore],
  ['Hono', openHono],
  ['Express', openExpress],
]
const STORES: readonly (readonly [string, (clock: FakeClock) => Store])[] = [
  ['a small store', (clock) => new MemoryPages(clock)],
  ['a Breakwater cache', (clock) => new CachedPages(clock)],
]

/** `[shape, store, opens one]`, for `describe.each`. */
export const SITES: readonly (readonly [string, string, () => Served])[] = SHAPES.flatMap(
  ([shape, openSite]) => {
    return STORES.map(([kind, openStore]) => {
      return [shape, kind, () => new Served(openSite, openStore)] as const
    })
  },
)

export class Served {
  readonly clock: FakeClock = new FakeClock()
  readonly store: Store
  readonly errors: unknown[] = []
  /** Runs of the view so far. */
  views = 0
  readonly #openSite: OpenSite
  #site: Site | undefined

  constructor(openSite: OpenSite, openStore: (clock: FakeClock) => Store) {
    this.#openSite = openSite
    this.store = openStore(this.clock)
  }

  async serve(view: View | Made, options: SiteOptions = {}): Promise<void> {
    const counted: View = async (call) => {
      this.views++
      return typeof view === 'function' ? await view(call) : view
    }
    this.#site = await this.#openSite(
      this.store,
      '60s',
      {
        clock: this.clock,
        cacheStatus: true,
        onError: (error) => this.errors.push(error),
        ...options,
      },
      counted,
    )
  }

  /** Asks without waiting for what is to be stored. */
  async askAtOnce(headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
    return await (this.#site as Site).get('/a', { method, headers })
  }

  /** Asks, and waits until what is to be stored is stored. */
  async ask(headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
    const got = await this.askAtOnce(headers, method)
    await this.store.quiet()
    return got
  }

  /** What is stored, by key. */
  async records(): Promise<readonly unknown[]> {
    const keys = await this.store.keys()
    return await Promise.all(keys.map(async (key) => (await this.store.lookup(key)).value))
  }

  async close(): Promise<void> {
    await this.#site?.close()
    await this.store.close()
  }
}
