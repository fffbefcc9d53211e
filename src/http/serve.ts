import { isForCdns } from './cdn/tagged.ts'
import type { Exchange, HeadEdit } from './exchange.ts'
import type { PageTarget } from './key.ts'
import type { PagePolicy } from './options.ts'
import { outward } from './outward.ts'
import type { PageCache } from './page-cache.ts'
import type { StoredPage } from './record.ts'
import { freshForMs, replay } from './replay.ts'
import { representationsOf } from './representation.ts'
import type { Seen } from './seen.ts'
import { tagOuter } from './tag.ts'

/** A page from the store that is good for a request. */
interface Found {
  /** Under which it was found. */
  readonly key: string
  readonly page: StoredPage
  /** When it was found to be good. */
  readonly now: number
  /** It was made for another request while this one waited: for want of what. */
  readonly shared?: 'uri-miss' | 'stale' | undefined
  /** What is known of it, where it lies in this process's memory. */
  readonly seen?: Seen
}

/** Answers with a page that is the same for all who get it. */
export function serve<Incoming, Answer>(
  cache: PageCache<Incoming>,
  exchange: Exchange<Incoming, Answer>,
  target: PageTarget,
  found: Found,
): Answer {
  const editFor = noteServed(cache, exchange, target, found)
  const header = (name: string): string | undefined => exchange.header(name)
  const { method } = exchange
  const { now, page, seen } = found
  const representations =
    seen === undefined
      ? representationsOf(page)
      : (seen.representations ??= representationsOf(page))
  const cut = cache.policy.ranges
  return exchange.reply(replay(page, { method, header, now, cut, representations }, editFor))
}

/**
 * Tells of a page that is served: those who listen, and a page around it.
 *
 * @returns how its head goes out, by its status
 */
export function noteServed<Incoming>(
  cache: PageCache<Incoming>,
  exchange: Exchange<Incoming, unknown>,
  target: PageTarget,
  found: Found,
): (status: number) => HeadEdit {
  const { key, now, page, seen, shared } = found
  const ttlMs = freshForMs(page, now)
  const what = shared !== undefined ? 'collapsed' : ttlMs > 0 ? 'hit' : 'stale'
  cache.tell(what, exchange, { key, ttlMs, ageMs: now - page.storedAt }, seen)
  tagOuter(page.tags)
  return headEdits(cache.policy, target, found)
}

/** How the head of a page goes out, by its status. */
export function headEdits<Incoming>(
  policy: PagePolicy<Incoming>,
  target: PageTarget,
  { key, now, page, shared }: Pick<Found, 'key' | 'now' | 'page' | 'shared'>,
): (status: number) => HeadEdit {
  const ttlMs = freshForMs(page, now)
  const { fields, tags } = page
  if (policy.statusName === undefined && policy.cdn === undefined) return policy.quiet
  const isShared = policy.cdn !== undefined && target.principal === undefined && isForCdns(fields)
  const tagged = isShared ? { fields, tags } : undefined
  return (status) => {
    if (shared === undefined || page.held !== null) {
      const held = page.held !== null && ttlMs <= 0 ? { detail: page.held.failure } : undefined
      return outward(policy, { hit: true, ttlMs, key, ...held }, tagged)
    }
    const fwdStatus = status === page.status ? {} : { fwdStatus: page.status }
    const told = { hit: false, fwd: shared, ...fwdStatus, collapsed: true, key } as const
    return outward(policy, told, tagged)
  }
}
