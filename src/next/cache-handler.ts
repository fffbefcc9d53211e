import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Asked } from './asked.ts'
import { Moments, nextNow } from './moments.ts'
import { type NextCache, type NextOptions, resolveNextOptions } from './options.ts'
import { Shelf } from './shelf.ts'
import { sizeOf, tooLarge } from './size-of.ts'
import { tagsOf } from './tags.ts'
import { expireOf } from './use-cache-handler.ts'

/** How long Next.js may serve a page. Seconds; false never ends. */
export interface NextCacheControl {
  readonly revalidate: number | false
  readonly expire?: number | undefined
}

/** A page, a route's answer, a redirect or the answer to a `fetch`, as Next.js 16 hands it over. */
export interface NextValue {
  readonly kind: string
  readonly headers?: Readonly<Record<string, unknown>> | undefined
  /** Of a `fetch`, in seconds. */
  readonly revalidate?: number | undefined
}

/** What a handler answers with. */
export interface NextFound {
  /** When it was stored. Milliseconds since the Unix epoch. */
  lastModified: number
  /** `null`: there is no such page. */
  value: NextValue | null
  cacheControl?: NextCacheControl
}

/** What Next.js says when it reads. */
export interface NextGetContext {
  readonly kind: string
  readonly tags?: string[]
  readonly softTags?: string[]
  readonly revalidate?: number | false
}

/** What Next.js says when it writes. */
export interface NextSetContext {
  readonly fetchCache?: boolean
  readonly tags?: string[]
  readonly cacheControl?: NextCacheControl
}

/** What is used of what Next.js tells a handler when it makes one. */
export interface NextHandlerContext {
  readonly serverDistDir?: string | undefined
  readonly revalidatedTags?: string[]
}

/** A handler of `cacheHandler` in `next.config`. Next.js makes one for each request. */
export interface NextCacheHandler {
  get(cacheKey: string, context: NextGetContext): Promise<NextFound | null>
  set(cacheKey: string, value: NextValue | null, context: NextSetContext): Promise<void>
  revalidateTag(tags: string | string[], durations?: { expire?: number }): Promise<void>
  resetRequestCache(): void
}

interface Kept {
  readonly value: NextValue | null
  readonly lastModified: number
  readonly cacheControl?: NextCacheControl
}

/** Where pages name their tags. */
const TAGS_FIELD = 'x-next-cache-tags'

/**
 * Keeps pages, routes and answers to `fetch` in a cache of the application's, for the whole fleet. In a file of its own that
 * `next.config` names as `cacheHandler`: `export default createCacheHandler(caches.default)`.
 *
 * After `revalidateTag` or `revalidatePath` no process serves what began to be made before it, also when it is finished later.
 * Nothing here fails a page: what goes wrong is a miss, and told to `onError`.
 *
 * @param cache of `createCaches`, or a namespace of one
 * @throws {CacheError} `E_OPTION` while building
 */
export function createCacheHandler(
  cache: NextCache,
  options: NextOptions = {},
): new (context: NextHandlerContext) => NextCacheHandler {
  const policy = resolveNextOptions('createCacheHandler', options)
  const moments = new Moments()
  const pages = new Shelf(cache, 'page', policy, moments)
  const fetches = new Shelf(cache, 'fetch', policy, moments)

  return class BreakwaterCacheHandler implements NextCacheHandler {
    readonly #asked: Asked
    readonly #build: string
    readonly #revalidated: readonly string[]

    constructor({ revalidatedTags, serverDistDir }: NextHandlerContext) {
      this.#asked = new Asked(nextNow())
      this.#build = buildOf(serverDistDir)
      this.#revalidated = tagsOf(revalidatedTags)
      void pages.refresh()
    }

    async get(cacheKey: string, context: NextGetContext): Promise<NextFound | null> {
      const ofFetch = context.kind === 'FETCH'
      const key = ofFetch ? cacheKey : this.#ofBuild(cacheKey)
      const found = await this.#find(ofFetch ? fetches : pages, key, context)
      if (found === undefined || isDue(found, context)) this.#asked.missed(key, nextNow())
      return found ?? null
    }

    async set(cacheKey: string, value: NextValue | null, context: NextSetContext): Promise<void> {
      const ofFetch = context.fetchCache === true || value?.kind === 'FETCH'
      const key = ofFetch ? cacheKey : this.#ofBuild(cacheKey)
      const begunAt = this.#asked.begunAt(key)
      // Next.js takes the answer to a `fetch` for one and fails at anything else.
      if (ofFetch && value?.kind !== 'FETCH') return
      const { cacheControl } = context
      const kept: Kept = {
        value,
        lastModified: Date.now(),
        ...(cacheControl === undefined ? {} : { cacheControl }),
      }
      if (sizeOf(value) > policy.maxEntryBytes) {
        policy.onError(tooLarge(cacheKey, policy.maxEntryBytes))
        return
      }
      const ttlMs = (cacheControl?.expire ?? Infinity) * 1000
      const tags = ofFetch ? tagsOf(context.tags) : tagsOfPage(value)
      await (ofFetch ? fetches : pages).put(key, kept, { tags, ttlMs, begunAt })
    }

    async revalidateTag(tags: string | string[], durations?: { expire?: number }): Promise<void> {
      const expire = durations === undefined ? undefined : expireOf(durations)
      await pages.end(tagsOf(tags), expire)
    }

    // Nothing is kept for the time of a request.
    resetRequestCache(): void {}

    async #find(
      shelf: Shelf,
      key: string,
      context: NextGetContext,
    ): Promise<NextFound | undefined> {
      const tags = [...tagsOf(context.tags), ...tagsOf(context.softTags)]
      if (tags.some((tag) => this.#revalidated.includes(tag))) return undefined
      const found = await shelf.find(key, tags)
      if (found === undefined || !isKept(found.value)) return undefined
      if (context.kind === 'FETCH' && found.value.value?.kind !== 'FETCH') return undefined
      return found.stale ? asDue(found.value) : asFound(found.value)
    }

    /** Pages name the files of their build. */
    #ofBuild(cacheKey: string): string {
      return `${this.#build}:${cacheKey}`
    }
  }
}

/** Copies what Next.js may write to. */
function asFound({ cacheControl, lastModified, value }: Kept): NextFound {
  const headers = value?.headers
  return {
    lastModified,
    value: value === null || headers === undefined ? value : { ...value, headers: { ...headers } },
    ...(cacheControl === undefined ? {} : { cacheControl }),
  }
}

/** So old that Next.js makes it anew, and serves it until then. */
function asDue(kept: Kept): NextFound {
  const { expire, revalidate } = kept.cacheControl ?? {}
  // Of those it has another lifetime in mind than what it gave, which may be longer than ours.
  if (kept.value?.kind === 'FETCH') return { ...asFound(kept), lastModified: 1 }
  const seconds = typeof revalidate === 'number' ? revalidate : 1
  const lastModified = Math.min(kept.lastModified, Date.now() - seconds * 1000 - 1000)
  const cacheControl = { revalidate: seconds, ...(expire === undefined ? {} : { expire }) }
  return { ...asFound(kept), lastModified, cacheControl }
}

/** Whether Next.js will make it anew because of its age. */
function isDue({ cacheControl, lastModified, value }: NextFound, context: NextGetContext): boolean {
  const revalidate =
    value?.kind === 'FETCH' ? context.revalidate || value.revalidate : cacheControl?.revalidate
  // Without a lifetime Next.js goes by what this process remembers, or by one second.
  const seconds = revalidate === false ? Infinity : (revalidate ?? 0)
  return Date.now() - lastModified >= seconds * 1000
}

function tagsOfPage(value: NextValue | null): readonly string[] {
  const field = value?.headers?.[TAGS_FIELD]
  return typeof field === 'string' ? tagsOf(field.split(',')) : []
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false
  const { lastModified, value: page } = value as Partial<Kept>
  return (
    typeof lastModified === 'number' &&
    (page === null || (typeof page === 'object' && typeof page.kind === 'string'))
  )
}

const builds = new Map<string, string>()

/** The id of the build that is being served. Empty while it is not known, as in the middle of one. */
function buildOf(serverDistDir: string | undefined): string {
  if (serverDistDir === undefined) return ''
  const known = builds.get(serverDistDir)
  if (known !== undefined) return known
  try {
    const build = readFileSync(join(serverDistDir, '..', 'BUILD_ID'), 'utf8').trim()
    builds.set(serverDistDir, build)
    return build
  } catch {
    return ''
  }
}
