// Pages of an address or a tag that must not be served again. RFC 9111 §4.4.
//
// Every page carries a tag of its address, whatever its variant, user or scheme: dropping the tag drops all of them in one
// step, and a page that is being made meanwhile is not kept.
import { createHash } from 'node:crypto'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { publishPage } from './page-events.ts'
import { groupTags } from './rules/cache-groups.ts'
import { fieldLines } from './rules/fields.ts'
import type { ResponseHead } from './rules/storable.ts'

/** What can drop tags; a `Cache` of `createCaches` can. */
export interface PurgeStore {
  /** As of a cache. */
  invalidateTags(tags: readonly string[]): Promise<unknown>
}

/** Which pages: exactly one of the three. */
export interface PurgeTarget {
  /** Absolute, such as `'https://shop.example/product/7?page=2'`; the scheme and a fragment do not matter, host and query do. */
  readonly url?: string
  /** The pattern of a route, as the framework or option `route` writes it: `'/product/:id'`. */
  readonly route?: string
  /** As given to option `tags` or to `tag(...)`. */
  readonly tag?: string
}

/**
 * Drops the pages of one address, all variants of it, or those of a route, or those with a tag, however many. A page that is being made while this runs is not
 * kept, in any process. Of routes with `allowQuery` name only the allowed parameters, sorted by name.
 *
 * @throws {CacheError} `E_OPTION` unless exactly one of `url`, `route` and `tag` is given, or for an address that is none; `E_KEY` for
 * a bad tag; what the store rejects with
 */
export async function purge(store: PurgeStore, target: PurgeTarget): Promise<void> {
  refuseUnknown('purge', target, ['url', 'route', 'tag'])
  const { route, tag, url } = target
  if ([url, route, tag].filter((each) => each !== undefined).length !== 1) {
    throw optionError('purge', "one of 'url', 'route' and 'tag'", target)
  }
  if (tag !== undefined) return await drop(store, [tag])
  if (route !== undefined) {
    if (typeof route !== 'string' || route === '')
      throw optionError('route', "a pattern such as '/product/:id'", route)
    return await drop(store, [routeTag(route)])
  }
  if (!URL.canParse(url as string)) {
    throw optionError('url', "an address such as 'https://shop.example/product/7'", url)
  }
  const { host, pathname, search } = new URL(url as string)
  await drop(store, addressTags(host, pathname, search))
}

async function drop(store: PurgeStore, tags: readonly string[]): Promise<void> {
  await store.invalidateTags(tags)
  publishPage('purge', { tags })
}

/** The tags of all pages that an address may be answered by: those made for it, and those that say so of other queries. */
function addressTags(authority: string, path: string, query: string): readonly string[] {
  return [addressTag(authority, path, query), searchTag(authority, path)]
}

/** The tag of all pages of a path that answer more queries than their own. */
export function searchTag(authority: string, path: string): string {
  return hashedTag('page-search', [authority.toLowerCase(), path])
}

/** The tag of all pages of an address. */
export function addressTag(authority: string, path: string, query: string): string {
  return hashedTag('page-url', [authority.toLowerCase(), path, query])
}

function hashedTag(kind: string, parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
  return `${kind}:${hash.slice(0, 22)}`
}

/** What a tag may have in bytes, with room for its own head. */
const LONGEST_ROUTE = 200

/** The tag of all pages of a route. */
export function routeTag(pattern: string): string {
  const readable = pattern.isWellFormed() && Buffer.byteLength(pattern) <= LONGEST_ROUTE
  // The head differs, so that no pattern is written like the hash of another.
  if (readable) return `page-route:${pattern}`
  return `page-route#${createHash('sha256').update(pattern).digest('base64url')}`
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether a request of this method may change its resource; what nobody knows may. RFC 9110 §9.2.1 */
export function isUnsafe(method: string): boolean {
  return !SAFE.has(method)
}

/**
 * The tags of what a write's answer says has changed: nothing if it failed; else its own address, what Location and
 * Content-Location name on the same host, and the groups of Cache-Group-Invalidation. RFC 9111 §4.4, RFC 9875 §3
 */
export function changedBy(
  head: ResponseHead,
  request: { readonly authority: string; readonly path: string; readonly query: string },
): readonly string[] {
  if (head.status < 200 || head.status >= 400) return []
  const { authority, path, query } = request
  const groups = groupTags(head.fields, 'cache-group-invalidation')
  const tags = new Set([...addressTags(authority, path, query), ...groups])
  const base = `http://${authority}${path}`
  for (const name of ['location', 'content-location']) {
    for (const line of fieldLines(head.fields, name)) {
      if (!URL.canParse(line, base)) continue
      const { host, pathname, search } = new URL(line, base)
      // A default port is written by some and left out by others; the scheme of the key need not be the client's.
      if (host === new URL(base).host || host === authority.toLowerCase()) {
        for (const tag of addressTags(authority, pathname, search)) tags.add(tag)
      }
    }
  }
  return [...tags]
}
