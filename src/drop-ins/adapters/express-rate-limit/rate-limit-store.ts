import { CacheError, isCacheError, optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import type { Cache } from '../../../cache/cache.ts'

export interface RateLimitStoreOptions {
  /**
   * Tells this limiter's clients from those of another one on the same cache; `resetAll` resets those of the same prefix. Every
   * limiter needs its own. Default `'rl:'`.
   */
  readonly prefix?: string
}

/** A client's hits in its window, and when that ends. */
interface Hits {
  readonly totalHits: number
  readonly resetTime: Date
}

/** A number that is made up would let everybody in, or nobody. */
const OR_THROW = { onOutage: 'throw' } as const

/**
 * A store for express-rate-limit: `rateLimit({ windowMs: 60_000, limit: 100, store: rateLimitStore(cache) })`. A window begins with
 * a client's first hit and has a fixed end; hits are counted atomically, in whatever process.
 *
 * While the cache's store is away it rejects, whatever the alias's `onOutage` says: the library's `passOnStoreError` decides what
 * becomes of the request.
 *
 * @throws {CacheError} `E_OPTION`, `E_KEY` for a prefix of more than 64 bytes
 */
export function rateLimitStore(cache: Cache, options: RateLimitStoreOptions = {}): RateLimitStore {
  refuseUnknown('rateLimitStore', options, ['prefix'])
  const { prefix = 'rl:' } = options
  if (typeof prefix !== 'string' || prefix === '')
    throw optionError('prefix', "a string that is not empty, such as 'login:'", prefix)
  return new RateLimitStore(cache, prefix)
}

/** express-rate-limit's `Store`. */
export class RateLimitStore {
  readonly prefix: string
  /** Whether hits in another process are counted apart. */
  readonly localKeys: boolean
  readonly #view: Cache
  #windowMs: number | undefined

  constructor(cache: Cache, prefix: string) {
    this.prefix = prefix
    this.localKeys = !cache.can.shared
    this.#view = cache.namespace('rate-limit').namespace(prefix)
  }

  /** Called by the library before anything else. */
  init(options: { readonly windowMs: number }): void {
    this.#windowMs = options.windowMs
  }

  /** @throws {CacheError} outages; `E_OPTION` before `init` */
  async increment(key: string): Promise<Hits> {
    const windowMs = this.#window()
    const name = nameOf(key)
    const ttl = { milliseconds: windowMs }
    const totalHits = Number(await this.#view.incr(name, 1, { initial: 0, ttl, ...OR_THROW }))
    const leftMs = totalHits === 1 ? undefined : await this.#view.ttl(name, { strict: true })
    return { totalHits, resetTime: new Date(Date.now() + (leftMs ?? windowMs)) }
  }

  /** Takes a hit back, never below none. Nothing where the window has ended. @throws {CacheError} outages */
  async decrement(key: string): Promise<void> {
    const name = nameOf(key)
    const left = await unlessMissing(this.#view.decr(name, 1, OR_THROW))
    if (left !== undefined && left < 0) await unlessMissing(this.#view.incr(name, 1, OR_THROW))
  }

  /** @throws {CacheError} outages */
  async get(key: string): Promise<Hits | undefined> {
    const name = nameOf(key)
    const found = await unlessMissing(this.#view.incr(name, 0, OR_THROW))
    const leftMs = found === undefined ? undefined : await this.#view.ttl(name, { strict: true })
    if (leftMs === undefined) return undefined
    return { totalHits: Number(found), resetTime: new Date(Date.now() + leftMs) }
  }

  /** @throws {CacheError} `E_STORE_DOWN` when it did not happen */
  async resetKey(key: string): Promise<void> {
    const { applied } = await this.#view.invalidate(nameOf(key))
    if (!applied) throw notReset(`'${key}'`)
  }

  /** Resets all clients of this prefix. O(1). @throws {CacheError} `E_STORE_DOWN` when it did not happen */
  async resetAll(): Promise<void> {
    const { applied } = await this.#view.clear()
    if (!applied) throw notReset(`everything under '${this.prefix}'`)
  }

  /** The cache is its owner's to close. */
  shutdown(): void {}

  #window(): number {
    const windowMs = this.#windowMs
    if (typeof windowMs === 'number' && windowMs > 0 && Number.isFinite(windowMs)) return windowMs
    throw optionError('windowMs', 'milliseconds, more than 0, given to `init`', windowMs)
  }
}

/** A client's key may be empty, and a key of the cache may not. */
function nameOf(client: string): readonly [string, string] {
  return ['client', client]
}

async function unlessMissing(
  count: Promise<number | bigint>,
): Promise<number | bigint | undefined> {
  try {
    return await count
  } catch (error) {
    if (isCacheError(error, 'E_KEY_MISSING')) return undefined
    throw error
  }
}

function notReset(what: string): CacheError {
  return new CacheError(
    'E_STORE_DOWN',
    `The hits of ${what} could not be reset: the store is away. They are as soon as it is back.`,
  )
}
