import type { Duration } from '../../src/base/duration.ts'
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

type Pages = MemoryPages | CachedPages

const SHAPES: readonly (readonly [string, OpenSite])[] = [
  ['the core', openCore],
  ['Hono', openHono],
  ['Express', openExpress],
]

/** A small store of the tests' own, and the real thing. */
const STORES: readonly (readonly [string, (clock: FakeClock) => Pages])[] = [
  ['a small store', (clock) => new MemoryPages(clock)],
  ['a Breakwater cache', (clock) => new CachedPages(clock)],
]

/** Every way to reach the page cache, over every store. */
export const SITES: readonly (readonly [string, string, OpenSite, (clock: FakeClock) => Pages])[] =
  SHAPES.flatMap(([shape, openSite]) => {
    return STORES.map(([kind, openStore]) => [shape, kind, openSite, openStore] as const)
  })

/** A door that stays shut until it is opened. */
export class Gate {
  open!: () => void
  readonly opened: Promise<void> = new Promise((resolve) => {
    this.open = resolve
  })
}

/** A site with its store and its clock, and how often its view has run. */
export class PagesBench {
  readonly clock = new FakeClock()
  readonly store: Pages
  /** Runs of the view so far. */
  views = 0
  readonly #openSite: OpenSite
  readonly #open: Site[] = []

  constructor(openSite: OpenSite, openStore: (clock: FakeClock) => Pages) {
    this.#openSite = openSite
    this.store = openStore(this.clock)
  }

  /** A site whose view is `view`, and how to ask it: each answer comes once what it stores is stored. */
  async serve(view: View, options: SiteOptions = {}, ttl: Duration = '60s'): Promise<Asks> {
    const counted: View = async (call) => {
      this.views++
      return await view(call)
    }
    const defaults = { clock: this.clock, cacheStatus: true, onError: () => {} }
    const site = await this.#openSite(this.store, ttl, { ...defaults, ...options }, counted)
    this.#open.push(site)
    const now: Ask = async (path, headers = {}, method = 'GET') => {
      return await site.get(path, { headers, method })
    }
    const ask: Ask = async (...what) => {
      const got = await now(...what)
      await this.store.quiet()
      return got
    }
    return Object.assign(ask, { now })
  }

  async close(): Promise<void> {
    for (const site of this.#open.splice(0)) await site.close()
    await this.store.close()
  }
}

type Ask = (path: string, headers?: Record<string, string>, method?: string) => Promise<Got>

/** Asks and waits; `now` waits for no load, for when one is held up. */
export type Asks = Ask & { readonly now: Ask }

/** What a test says of an answer: its status, its body, and what the cache did. */
export function shown(got: Got): readonly [number, string, string | undefined] {
  return [got.status, got.body.toString(), got.field('cache-status')]
}

/** A view that knows its entity tag, and spares its work when it is asked by it. */
export function tagged(
  etag: () => string,
  make: () => Made,
  ofNotModified: () => Made['fields'] = () => [],
): View {
  return (call) => {
    const asked = call.header('if-none-match')
    if (asked === etag())
      return { status: 304, fields: [['ETag', etag()], ...(ofNotModified() ?? [])] }
    const made = make()
    return { ...made, fields: [['ETag', etag()], ...(made.fields ?? [])] }
  }
}
