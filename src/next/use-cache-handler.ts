import { bytesOf, streamOf } from './bytes-of.ts'
import { nextNow } from './moments.ts'
import { type NextCache, type NextOptions, type NextPolicy, resolveNextOptions } from './options.ts'
import { Shelf } from './shelf.ts'
import { tooLarge } from './size-of.ts'
import { tagsOf } from './tags.ts'

/** What a `use cache` function has made, as Next.js 16 hands it over. */
export interface UseCacheEntry {
  value: ReadableStream<Uint8Array>
  tags: string[]
  /** Seconds, for browsers. */
  stale: number
  /** When it began to be made. Milliseconds since the Unix epoch. */
  timestamp: number
  /** Seconds from `timestamp` on. */
  expire: number
  /** Seconds from `timestamp` on; negative: at once. */
  revalidate: number
}

/** A handler of `cacheHandlers` in `next.config`. */
export interface UseCacheHandler {
  get(cacheKey: string, softTags: string[]): Promise<UseCacheEntry | undefined>
  set(cacheKey: string, pendingEntry: Promise<UseCacheEntry>): Promise<void>
  refreshTags(): Promise<void>
  getExpiration(tags: string[]): Promise<number>
  updateTags(tags: string[], durations?: { expire?: number }): Promise<void>
}

/** What is kept of an entry. */
interface Kept extends Omit<UseCacheEntry, 'value'> {
  readonly body: Buffer
}

/**
 * Keeps what functions with `'use cache'` return in a cache of the application's, for the whole fleet. In a file of its own
 * that `next.config` names under `cacheHandlers`: `export default createUseCacheHandler(caches.default)`.
 *
 * After `updateTag` or `revalidateTag` no process serves what began to be made before it, also when it is finished later.
 * Nothing here fails a page: what goes wrong is a miss, and told to `onError`.
 *
 * @param cache of `createCaches`, or a namespace of one
 * @throws {CacheError} `E_OPTION` while building
 */
export function createUseCacheHandler(
  cache: NextCache,
  options: NextOptions = {},
): UseCacheHandler {
  const policy = resolveNextOptions('createUseCacheHandler', options)
  const shelf = new Shelf(cache, 'use-cache', policy)
  /** What this process is storing, by key: whoever asks for it meanwhile waits. */
  const pending = new Map<string, Promise<void>>()

  return {
    async get(cacheKey, softTags) {
      const storing = pending.get(cacheKey)
      if (storing !== undefined) await within(storing, policy.waitMs)
      const found = await shelf.find(cacheKey, tagsOf(softTags))
      if (found === undefined || !isKept(found.value)) return undefined
      const { body, ...entry } = found.value
      // In the past: Next.js serves it once more and makes it anew.
      return { ...entry, ...(found.stale ? { revalidate: -1 } : {}), value: streamOf(body) }
    },
    async set(cacheKey, pendingEntry) {
      const storing = store(shelf, policy, cacheKey, pendingEntry)
      pending.set(cacheKey, storing)
      await storing
      if (pending.get(cacheKey) === storing) pending.delete(cacheKey)
    },
    async refreshTags() {
      await shelf.refresh()
    },
    // Soft tags are given to `get`, where the store judges them.
    getExpiration: async () => Infinity,
    async updateTags(tags, durations) {
      await shelf.end(tagsOf(tags), durations === undefined ? undefined : expireOf(durations))
    },
  }
}

/** Never rejects, and keeps nothing of the request alive. */
async function store(
  shelf: Shelf,
  policy: NextPolicy,
  cacheKey: string,
  pendingEntry: Promise<UseCacheEntry>,
): Promise<void> {
  try {
    const entry = await pendingEntry
    const { expire, revalidate, stale, timestamp } = entry
    const tags = tagsOf(entry.tags)
    const ttlMs = timestamp + expire * 1000 - nextNow()
    if (!(ttlMs > 0)) {
      await entry.value.cancel()
      return
    }
    const body = await bytesOf(entry.value, policy.maxEntryBytes)
    if (body === undefined) throw tooLarge(cacheKey, policy.maxEntryBytes)
    const kept: Kept = { body, tags: [...tags], expire, revalidate, stale, timestamp }
    await shelf.put(cacheKey, kept, { tags, ttlMs, begunAt: timestamp })
  } catch (error) {
    policy.onError(error)
  }
}

/** Seconds; `Infinity` where it never ends. */
export function expireOf(durations: { readonly expire?: number | undefined }): number {
  const { expire } = durations
  return typeof expire === 'number' ? expire : Infinity
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false
  const { body, expire, revalidate, stale, tags, timestamp } = value as Partial<Kept>
  return (
    body instanceof Uint8Array &&
    Array.isArray(tags) &&
    [expire, revalidate, stale, timestamp].every((number) => typeof number === 'number')
  )
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = ms === Infinity ? undefined : setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
