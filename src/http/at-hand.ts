// What can be answered in the same turn: a fresh page in this process's own memory. No promise, no timer, nothing to wait
// for, and nothing made that only a view needs. The page passes every check that one from the store does.
import { GLANCE } from '../base/glance.ts'
import type { Exchange } from './exchange.ts'
import { type PageTarget, variantKey } from './key.ts'
import type { PageCache } from './page-cache.ts'
import { readyFor } from './plain-lane.ts'
import { type Select, selector, varyPairs } from './reads.ts'
import { answers, answersQuery, asRecord, type PageRecord, type StoredPage } from './record.ts'
import { freshForMs } from './replay.ts'
import type { Seen } from './seen.ts'
import { serve } from './serve.ts'

/** Said in the place of an answer, which may be of any kind. */
export const NOT_AT_HAND: unique symbol = Symbol('not at hand')

/**
 * @param key of the target's address
 * @param isPlain of {@link plainlyAsked}
 */
export function answerAtHand<Incoming, Answer>(
  cache: PageCache<Incoming>,
  exchange: Exchange<Incoming, Answer>,
  target: PageTarget,
  key: string,
  isPlain: boolean,
): Answer | typeof NOT_AT_HAND {
  let at = key
  let seen = glance(cache, at)
  if (seen === undefined) return NOT_AT_HAND
  const ready = isPlain ? readyFor(cache, seen, target) : undefined
  if (ready !== undefined) {
    cache.countHit(exchange, seen)
    return exchange.reply(ready)
  }
  if (!isForAll(seen.record)) {
    const select = selectorOf(cache, exchange)
    const names = namesToTry(seen.record, select)
    if (names !== undefined) {
      at = variantKey(target, varyPairs(names, select))
      seen = glance(cache, at)
      if (seen === undefined) return NOT_AT_HAND
      useVariant(cache, exchange, key, at)
    }
    if (seen.record.kind !== 'page' || !answers(seen.record, select)) return NOT_AT_HAND
  }
  const page = seen.record
  // To render holes takes time.
  if (page.kind !== 'page' || page.holes !== null || !isHeard(cache, target, page)) {
    return NOT_AT_HAND
  }
  const now = cache.policy.clock.now()
  if (freshForMs(page, now) <= 0) return NOT_AT_HAND
  return serve(cache, exchange, target, { key: at, page, now, seen })
}

/** Nothing of a request tells it from another page of its address. */
function isForAll(record: PageRecord): boolean {
  return record.kind === 'page' && record.vary.length === 0
}

/** All by which pages are told apart, of one request. */
function selectorOf<Incoming>(
  cache: PageCache<Incoming>,
  exchange: Exchange<Incoming, unknown>,
): Select {
  return selector(
    (name) => exchange.header(name),
    () => cache.principal(exchange),
  )
}

/** The names of the variant to look for where a record is not for this request; `undefined` where it is, or there is none. */
export function namesToTry(
  record: PageRecord | undefined,
  select: Select,
): readonly string[] | undefined {
  if (record?.kind === 'vary') return record.names
  if (record?.kind !== 'page' || answers(record, select)) return undefined
  return record.vary.map(([name]) => name)
}

/** One of the variants of a URL is asked for; another may have to go for it. */
export function useVariant<Incoming>(
  cache: PageCache<Incoming>,
  exchange: Exchange<Incoming, unknown>,
  key: string,
  variant: string,
): void {
  const evicted = cache.variants.use(key, variant)
  if (evicted === undefined) return
  cache.tell('evict', exchange, { key: evicted })
  cache.inBackground(() => cache.store.delete(evicted))
}

/** Whether a page answers this query; if it says that it answers others too, this process has now heard so. */
export function isHeard<Incoming>(
  cache: PageCache<Incoming>,
  target: PageTarget,
  page: StoredPage,
): boolean {
  const { query, search } = target
  const { rule } = page.search
  if (rule !== null && search === undefined) {
    cache.searches.hear(target, rule, cache.policy.clock.now())
  }
  return answersQuery(page, query)
}

/** A fresh record that this process has in its own memory; `undefined` says nothing. */
function glance<Incoming>(cache: PageCache<Incoming>, key: string): Seen | undefined {
  const { known, policy, store } = cache
  let value: unknown
  try {
    value = store[GLANCE]?.(key)?.value
  } catch (error) {
    policy.onError(error)
  }
  // Checked when it is seen first: until another takes its place it is the same object.
  if (typeof value !== 'object' || value === null) return undefined
  const before = known.get(value)
  if (before !== undefined) {
    const { record } = before
    return record.kind === 'page' && record.key !== key ? undefined : before
  }
  const record = asRecord(value, key)
  if (record === undefined) return undefined
  const seen: Seen = { record }
  known.set(value, seen)
  return seen
}
