// A site of one address whose view counts its runs, on each way to reach the page cache and over each store.
import { type Asks, PagesBench, SITES as WAYS } from './pages-bench.ts'
import type { Got, Made, SiteOptions, View } from './site.ts'

/** `[shape, store, opens one]`, for `describe.each`. */
export const SITES: readonly (readonly [string, string, () => Served])[] = WAYS.map(
  ([shape, kind, openSite, openStore]) => {
    return [shape, kind, () => new Served(openSite, openStore)] as const
  },
)

export class Served extends PagesBench {
  readonly errors: unknown[] = []
  #asks: Asks | undefined

  async serveOne(view: View | Made, options: SiteOptions = {}): Promise<void> {
    const made: View = typeof view === 'function' ? view : () => view
    const onError = (error: unknown): void => void this.errors.push(error)
    this.#asks = await this.serve(made, { onError, ...options })
  }

  /** Asks without waiting for what is to be stored. */
  async askAtOnce(headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
    return await (this.#asks as Asks).now('/a', headers, method)
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
}
