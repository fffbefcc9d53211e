import { isForCdns } from './cdn/tagged.ts'
import type { Exchange } from './exchange.ts'
import type { PageTarget } from './key.ts'
import { outward } from './outward.ts'
import type { PageCache } from './page-cache.ts'
import type { StoredPage } from './record.ts'
import { freshForMs, replay } from './replay.ts'
import { tagOuter } from './tag.ts'

/**
 * Answers with a page from the store.
 *
 * @param key under which it was found
 * @param now when it was found to be good
 * @param shared it was made for another request while this one waited: for want of what
 */
export function serve<Incoming, Answer>(
  cache: PageCache<Incoming>,
  exchange: Exchange<Incoming, Answer>,
  target: PageTarget,
  found: {
    readonly key: string
    readonly page: StoredPage
    readonly now: number
    readonly shared?: 'uri-miss' | 'stale' | undefined
  },
): Answer {
  const { policy } = cache
  const { key, now, page, shared } = found
  const ttlMs = freshForMs(page, now)
  const what = shared !== undefined ? 'collapsed' : ttlMs > 0 ? 'hit' : 'stale'
  cache.tell(what, exchange, { key, ttlMs, ageMs: now - page.storedAt })
  const { fields, tags } = page
  tagOuter(tags)
  const isShared = policy.cdn !== undefined && target.principal === undefined && isForCdns(fields)
  const tagged = isShared ? { fields, tags } : undefined
  const header = (name: string): string | undefined => exchange.header(name)
  const reply = replay(page, exchange.method, header, now, (status) => {
    if (shared === undefined || page.held !== null) {
      const held = page.held !== null && ttlMs <= 0 ? { detail: page.held.failure } : undefined
      return outward(policy, { hit: true, ttlMs, key, ...held }, tagged)
    }
    const fwdStatus = status === page.status ? {} : { fwdStatus: page.status }
    const told = { hit: false, fwd: shared, ...fwdStatus, collapsed: true, key } as const
    return outward(policy, told, tagged)
  })
  return exchange.reply(reply)
}
