// Tags of Next.js on top of those of the cache.
//
// A tag of Next.js is a tag of the cache of the same name: `revalidateTag('products')` drops what the application has cached
// under 'products', and the other way round. `revalidateTag('products', 'max')` asks for less: what there is may be served on
// while it is made anew. So each entry has a witness of its freshness beside it, which belongs to the tags' `stale:` names;
// that call takes the witnesses, and notes for each tag until when what has lost its witness may still be served.
import { createHash } from 'node:crypto'
import type { Key } from '../base/key.ts'
import type { NextCache } from './options.ts'

const LONGEST_BYTES = 256

/** The name in the cache of a tag of Next.js, whose tags of paths can be longer than a tag here. */
export function hardTag(tag: string): string {
  return fitting(tag)
}

/** The name of the tag that witnesses belong to. */
export function staleTag(tag: string): string {
  return fitting(`stale:${tag}`)
}

function fitting(tag: string): string {
  if (tag.isWellFormed() && Buffer.byteLength(tag) <= LONGEST_BYTES) return tag
  return `sha256:${createHash('sha256').update(tag).digest('base64url')}`
}

/** Those that can be tags at all, each once. */
export function tagsOf(tags: unknown): readonly string[] {
  const given = typeof tags === 'string' ? [tags] : tags
  if (!Array.isArray(given)) return []
  return [...new Set(given.filter((tag) => typeof tag === 'string' && tag !== ''))] as string[]
}

/** Says of tags until when what carried them before may be served. */
export class TagEnds {
  readonly #cache: NextCache
  readonly #keepForMs: number

  /** @param keepForMs no entry is kept longer */
  constructor(cache: NextCache, keepForMs: number) {
    this.#cache = cache
    this.#keepForMs = keepForMs
  }

  /**
   * @param expireSeconds for how long what there is may still be served, while it is made anew; `undefined`: no longer
   * @returns whether the store has confirmed it
   */
  async end(tags: readonly string[], expireSeconds: number | undefined): Promise<boolean> {
    if (tags.length === 0) return true
    if (expireSeconds === undefined || !(expireSeconds > 0)) return await this.#drop(tags)
    const now = Date.now()
    // What there is does not outlive that in any case.
    const end = now + Math.min(expireSeconds * 1000, this.#keepForMs)
    const known = await this.#ends(tags)
    // An end that has passed must not be moved: what it ended stays so.
    const over = tags.filter((tag) => (known.get(tag) ?? Infinity) <= now)
    const dropped = over.length === 0 || (await this.#drop(over))
    // As long as anything lives that it speaks of.
    const lifeMs = end - now + this.#keepForMs
    const ttl = lifeMs === Infinity ? 'forever' : { milliseconds: lifeMs }
    for (const tag of tags) {
      const earliest = over.includes(tag) ? end : Math.min(known.get(tag) ?? end, end)
      await this.#cache.set(endKey(tag), earliest, { ttl })
    }
    const { applied } = await this.#cache.invalidateTags(tags.map(staleTag))
    return dropped && applied
  }

  /** Whether an entry with these tags that has lost its witness may still be served. What nobody knows of may not. */
  async mayStillServe(tags: readonly string[]): Promise<boolean> {
    const ends = await this.#ends(tags)
    const now = Date.now()
    const over = [...ends].filter(([, end]) => end <= now).map(([tag]) => tag)
    if (over.length === 0) return ends.size > 0
    // What was made since then is dropped with it, once; afterwards the tag has no end any more.
    if (await this.#drop(over)) await this.#cache.deleteMany(over.map(endKey))
    return false
  }

  async #drop(tags: readonly string[]): Promise<boolean> {
    return (await this.#cache.invalidateTags(tags.map(hardTag))).applied
  }

  async #ends(tags: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const keys = tags.map(endKey)
    const found = await this.#cache.getMany(keys)
    const ends = new Map<string, number>()
    for (const [index, tag] of tags.entries()) {
      const end = found.get(keys[index] as Key)
      if (typeof end === 'number') ends.set(tag, end)
    }
    return ends
  }
}

function endKey(tag: string): Key {
  return ['next', 'end', hardTag(tag)]
}
