// Keys whose parts are separated by `:`, where what begins with `a:b:` can be emptied at once: each value carries a tag for every
// path that it lies under, and a path is emptied by its tag.
import { createHash } from 'node:crypto'
import { SWEEP } from '../base/sweeping.ts'
import type { Cache } from '../cache/cache.ts'
import { ListedCache } from './listed-cache.ts'

/** Paths of one key that have a tag; a deeper one is emptied key by key. */
const MOST_TAGS = 16
const SEPARATOR = ':'
/** Keys removed at a time. */
const BATCH = 100

/** A namespace of keys such as `users:7:name`. */
export class Paths {
  readonly #view: Cache
  /** What reads and removes. What stores has to be {@link Paths.set}, which knows the tags. */
  readonly entries: ListedCache
  /** Tags are an alias's, so theirs begin with where this view is. */
  readonly #place: string

  /** @param view a namespace that nobody else writes in */
  constructor(view: Cache) {
    this.#view = view
    this.entries = new ListedCache(view)
    this.#place = view.toJSON().namespaces.join('>')
  }

  /** As {@link ListedCache.set}. */
  async set(key: string, value: unknown, ttlMs?: number): Promise<boolean> {
    const tags = pathsOf(key).slice(0, MOST_TAGS)
    return await this.entries.set(
      key,
      value,
      ttlMs,
      tags.map((path) => this.#tagOf(path)),
    )
  }

  /**
   * Empties what lies under a path, and nothing else: `clear('users')` removes `users:7` and leaves `users2:7`. O(1).
   *
   * @param path default: everything
   */
  async clear(path = ''): Promise<void> {
    if (path === '') {
      await this.entries.clear()
      return
    }
    if (pathsOf(path + SEPARATOR).length > MOST_TAGS) {
      await this.#removeUnder(path)
      return
    }
    const { applied } = await this.#view.invalidateTags([this.#tagOf(path)])
    if (applied) this.#view[SWEEP]()
  }

  async #removeUnder(path: string): Promise<void> {
    let keys: string[] = []
    for await (const key of this.entries.keys(path + SEPARATOR)) {
      keys.push(key)
      if (keys.length < BATCH) continue
      await this.entries.deleteMany(keys)
      keys = []
    }
    await this.entries.deleteMany(keys)
  }

  #tagOf(path: string): string {
    // Of any length, and a tag has a longest one.
    const digest = createHash('sha256').update(Buffer.from(path, 'utf16le')).digest('base64url')
    return `${this.#place}>${digest}`
  }
}

/** `a:b:c` lies under `a` and `a:b`. */
function pathsOf(key: string): string[] {
  const paths: string[] = []
  for (let at = key.indexOf(SEPARATOR); at !== -1; at = key.indexOf(SEPARATOR, at + 1)) {
    paths.push(key.slice(0, at))
  }
  return paths
}
