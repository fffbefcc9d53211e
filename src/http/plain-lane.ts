// The lane of those who ask for nothing but the page of an address, which are most: no condition, no part, nobody's name, and
// no option that looks at the request. What is said to them is made once a second and lies with the page. Whether the page may
// be served is asked of the cache for each of them, as ever; where anything is in doubt the lane steps aside, and the request
// goes the ordinary way.
import { currentMaking } from '../cache/making.ts'
import type { Exchange } from './exchange.ts'
import type { PageTarget } from './key.ts'
import type { PageCache } from './page-cache.ts'
import { knownTarget } from './plain-targets.ts'
import { answersQuery, type PageRecord, type StoredPage } from './record.ts'
import { freshForMs, type Reply, replay } from './replay.ts'
import { representationsOf } from './representation.ts'
import { isNoted } from './request-notes.ts'
import type { Seen } from './seen.ts'
import { headEdits } from './serve.ts'

/** What is said to all who ask plainly, for as long as nothing in it differs: a second at the most. */
export interface Ready {
  readonly reply: Reply
  /** Milliseconds since the Unix epoch, both. */
  readonly from: number
  readonly until: number
}

/** What is asked for, where it is an address that was asked for before and no more than that. */
export function plainlyAsked<Incoming>(
  cache: PageCache<Incoming>,
  exchange: Exchange<Incoming, unknown>,
): PageTarget | undefined {
  if (!isOpen(cache) || exchange.method !== 'GET') return undefined
  // Within a page this one is a part of it, and a word may have been said on the request.
  if (currentMaking() !== undefined || isNoted(exchange.incoming)) return undefined
  if (exchange.isPlain !== true) return undefined
  const { authority, path } = exchange
  if (authority === undefined || !cache.admits(authority, path)) return undefined
  const { prefix, scheme = exchange.scheme } = cache.policy
  return knownTarget({
    prefix,
    site: cache.givesWay ? 1 : 0,
    scheme,
    authority,
    path,
    query: exchange.query,
  })
}

/** No option looks at a request, and nobody listens to hits. */
function isOpen<Incoming>({ events, isPlain, searches }: PageCache<Incoming>): boolean {
  return isPlain && searches.isEmpty && !events.wants('hit')
}

/** What is to be said now; `undefined` where that depends on more than the address. */
export function readyFor<Incoming>(
  cache: PageCache<Incoming>,
  seen: Seen,
  target: PageTarget,
): Reply | undefined {
  const now = cache.policy.clock.now()
  const { ready } = seen
  if (ready !== undefined && now >= ready.from && now < ready.until) return ready.reply
  seen.ready = prepared(cache, seen, target, now)
  return seen.ready?.reply
}

function prepared<Incoming>(
  { policy }: PageCache<Incoming>,
  seen: Seen,
  target: PageTarget,
  now: number,
): Ready | undefined {
  const page = seen.record
  if (!isForAll(page) || !answersQuery(page, target.query)) return undefined
  const ttlMs = freshForMs(page, now)
  if (ttlMs <= 0) return undefined
  const representations = (seen.representations ??= representationsOf(page))
  const ask = { method: 'GET', header: () => undefined, now, cut: policy.ranges, representations }
  const reply = replay(page, ask, headEdits(policy, target, { key: page.key, page, now }))
  return { reply, from: now, until: Math.min(nextAge(page, now), nextTtl(ttlMs, now)) }
}

/** When it will have aged by another second. */
function nextAge({ storedAt }: StoredPage, now: number): number {
  return storedAt + 1000 * (Math.max(0, Math.floor((now - storedAt) / 1000)) + 1)
}

/** When it will be fresh for a second less, of which Cache-Status tells; at the latest when it no longer is. */
function nextTtl(ttlMs: number, now: number): number {
  return ttlMs === Infinity ? Infinity : now + Math.max(ttlMs % 1000, Math.min(1, ttlMs))
}

/** All who ask plainly get one and the same, and it says nothing of other queries. */
function isForAll(page: PageRecord): page is StoredPage {
  return (
    page.kind === 'page' &&
    page.vary.length === 0 &&
    page.coded.length === 0 &&
    page.holes === null &&
    page.search.rule === null
  )
}
