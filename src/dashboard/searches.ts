// Looking for keys, a page at a time. A store is scanned as far as somebody asks, never for nothing and never to its end
// at once: a search rests between two pages, and is given up when nobody goes on with it.
import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Cache } from '../cache/cache.ts'

const KEYS_ON_A_PAGE = 100
/** A page is sent after so long however few keys were found; the next one goes on. */
const LONGEST_MS = 1500
const KEPT_FOR_MS = 120_000
const MOST_SEARCHES = 16

export interface FoundKeys {
  readonly keys: readonly string[]
  /** What the next page is asked by; `undefined` at the end. */
  readonly more: string | undefined
  /** On this page and those before it. */
  readonly total: number
}

interface Search {
  readonly keys: AsyncGenerator<string, void, undefined>
  readonly stop: AbortController
  /** The key that was asked for when the last page's time was over. */
  pending: Promise<IteratorResult<string, void>> | undefined
  total: number
  cancelTimer: () => void
}

export class Searches {
  readonly #clock: Clock
  readonly #resting = new Map<string, Search>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws {CacheError} `E_OPTION` for a bad pattern, `E_UNSUPPORTED` where keys cannot be listed */
  async begin(cache: Cache, pattern: string, most: number = KEYS_ON_A_PAGE): Promise<FoundKeys> {
    const stop = new AbortController()
    const keys = cache.keys(pattern, { batch: 200, signal: stop.signal })
    return await this.#page({ keys, stop, pending: undefined, total: 0, cancelTimer() {} }, most)
  }

  /** @returns `undefined` when the search was given up meanwhile */
  async goOn(token: string): Promise<FoundKeys | undefined> {
    const search = this.#resting.get(token)
    if (search === undefined) return undefined
    this.#resting.delete(token)
    search.cancelTimer()
    return await this.#page(search, KEYS_ON_A_PAGE)
  }

  /** How many keys there are, as far as can be told within one page's time. */
  async count(
    cache: Cache,
    pattern: string,
  ): Promise<{ readonly total: number; readonly all: boolean }> {
    const { more, total } = await this.begin(cache, pattern, Infinity)
    if (more !== undefined) this.#giveUp(more)
    return { total, all: more === undefined }
  }

  close(): void {
    for (const token of this.#resting.keys()) this.#giveUp(token)
  }

  async #page(search: Search, most: number): Promise<FoundKeys> {
    const found: string[] = []
    const time = { isOver: false }
    let tell = (): void => {}
    const timeOver = new Promise<void>((resolve) => (tell = resolve))
    const cancel = this.#clock.after(LONGEST_MS, () => {
      time.isOver = true
      tell()
    })
    try {
      for (let counted = 0; !time.isOver && counted < most; counted++) {
        search.pending ??= search.keys.next()
        const next = await Promise.race([search.pending, timeOver])
        if (next === undefined) break
        search.pending = undefined
        if (next.done === true) return { keys: found, more: undefined, total: search.total }
        search.total++
        if (found.length < KEYS_ON_A_PAGE) found.push(next.value)
      }
    } catch (error) {
      search.stop.abort()
      throw error
    } finally {
      cancel()
    }
    return { keys: found, more: this.#rest(search), total: search.total }
  }

  #rest(search: Search): string {
    const token = randomBytes(12).toString('base64url')
    // What nobody waits for now may fail all the same, when it is stopped.
    search.pending?.catch(() => {})
    search.cancelTimer = this.#clock.after(KEPT_FOR_MS, () => this.#giveUp(token))
    this.#resting.set(token, search)
    const [oldest] = this.#resting.keys()
    if (this.#resting.size > MOST_SEARCHES) this.#giveUp(oldest as string)
    return token
  }

  #giveUp(token: string): void {
    const search = this.#resting.get(token)
    if (search === undefined) return
    this.#resting.delete(token)
    search.cancelTimer()
    search.stop.abort()
    void search.keys.return().catch(() => {})
  }
}
