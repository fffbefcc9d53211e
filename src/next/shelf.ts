// Where both handlers keep what Next.js makes: in a cache of the application's, under the tags of Next.js.
//
// Next.js asks, makes the entry by itself, and brings it later. So what is brought is stored as of a moment before it began
// to be made, and the store's own rule does the rest: an entry is served only while it is not older than the invalidation of
// any of its tags, by whichever process and whenever that came. docs/decisions/0070 has the argument.
//
// Nothing here rejects: what fails is a miss, or is not kept.
import type { LateFills } from '../base/late-fills.ts'
import { CacheError } from '../base/errors.ts'
import { Moments, nextNow } from './moments.ts'
import { lateFillsOf, type NextCache, type NextPolicy } from './options.ts'
import { hardTag, staleTag, TagEnds } from './tags.ts'

export interface Shelved {
  readonly value: unknown
  /** One of its tags asks for it to be made anew; until then it may be served. */
  readonly stale: boolean
}

export interface Shelving {
  readonly tags: readonly string[]
  readonly ttlMs: number
  /** When it began to be made, or earlier, by `nextNow`. */
  readonly begunAt: number
}

/** A refresh of what is known of the store that is younger than this spares another one. */
const RECENT_MS = 1000

export class Shelf {
  readonly #kind: string
  readonly #late: LateFills
  readonly #policy: NextPolicy
  readonly #moments: Moments
  readonly #ends: TagEnds

  /**
   * @param kind entries of two kinds have keys of their own
   * @param moments of this cache, for several shelves in it
   * @throws {CacheError} `E_OPTION`
   */
  constructor(
    cache: NextCache,
    kind: string,
    policy: NextPolicy,
    moments: Moments = new Moments(),
  ) {
    this.#moments = moments
    this.#kind = kind
    this.#late = lateFillsOf(cache)
    this.#policy = policy
    this.#ends = new TagEnds(cache, policy.keepForMs)
  }

  /** @param tags that its reader depends on besides the entry's own */
  async find(key: string, tags: readonly string[]): Promise<Shelved | undefined> {
    return await this.#spared(async () => {
      const [entry, witness] = await Promise.all([
        this.#late.find(this.#key(key), tags.map(hardTag)),
        this.#late.find(this.#witnessKey(key), tags.map(staleTag)),
      ])
      if (entry !== undefined) this.#moments.note(entry.moment, nextNow())
      const found = entry?.entry
      if (found === undefined) return undefined
      if (witness?.entry !== undefined) return { value: found.value, stale: false }
      const mayServe = await this.#ends.mayStillServe([...new Set([...found.tags, ...tags])])
      return mayServe ? { value: found.value, stale: true } : undefined
    })
  }

  async put(key: string, value: unknown, { begunAt, tags, ttlMs }: Shelving): Promise<void> {
    await this.#spared(async () => {
      const lifeMs = Math.min(ttlMs, this.#policy.keepForMs)
      if (!(lifeMs > 0)) return
      const moment = this.#moments.before(begunAt)
      // Nothing is known of the time before it began, so neither of what was invalidated since.
      if (moment === undefined) return
      const entry = { key: this.#key(key), value, tags: unique(tags.map(hardTag)), ttlMs: lifeMs }
      const witness = {
        key: this.#witnessKey(key),
        value: 1,
        tags: unique(tags.map(staleTag)),
        ttlMs: lifeMs,
      }
      // Each for itself: what was only marked stale meanwhile is kept, without its witness.
      await Promise.all([this.#late.store([entry], moment), this.#late.store([witness], moment)])
    })
  }

  /** @param expireSeconds for how long what there is may still be served while it is made anew; `undefined`: no longer */
  async end(tags: readonly string[], expireSeconds: number | undefined): Promise<void> {
    await this.#spared(async () => {
      if (await this.#ends.end(tags, expireSeconds)) return
      throw new CacheError(
        'E_STORE_DOWN',
        'The store is away: tags of Next.js are invalidated as soon as it is back, before this process serves anything of it.',
      )
    })
  }

  /** Learns what the store's clock is, if that was not heard of lately. */
  async refresh(): Promise<void> {
    if (nextNow() - this.#moments.heardAt < RECENT_MS) return
    await this.#spared(async () => {
      const moment = await this.#late.moment()
      if (moment !== undefined) this.#moments.note(moment, nextNow())
    })
  }

  async #spared<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act()
    } catch (error) {
      this.#policy.onError(error)
      return undefined
    }
  }

  #key(key: string): readonly string[] {
    return ['next', this.#kind, key]
  }

  #witnessKey(key: string): readonly string[] {
    return ['next', this.#kind, key, 'fresh']
  }
}

function unique(tags: readonly string[]): readonly string[] {
  return [...new Set(tags)]
}
