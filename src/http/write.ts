import type { Exchange, Tap } from './exchange.ts'
import { allowedQuery } from './key.ts'
import { outward } from './outward.ts'
import type { PageCache } from './page-cache.ts'
import { within } from './patience.ts'
import { changedBy } from './purge.ts'

/**
 * A write always runs, and what it changed is dropped when its head is known: before its answer is given up where the
 * answer is a value (`Response`), and otherwise beside it.
 */
export async function answerWrite<Incoming, Answer>(
  cache: PageCache<Incoming>,
  exchange: Exchange<Incoming, Answer>,
): Promise<Answer> {
  const { policy, store } = cache
  const { authority, path, query } = exchange
  if (store.invalidateTags === undefined || authority === undefined) {
    return await exchange.run(undefined)
  }
  const { allowQuery } = policy
  const kept = allowQuery === undefined ? query : allowedQuery(query, allowQuery)
  let dropping: Promise<unknown> | undefined
  const tap = cache.passing('bypass', undefined, (head) => {
    const tags = changedBy(head, { authority, path, query: kept })
    if (tags.length === 0) return
    cache.tell('purge', exchange, { tags })
    dropping = within(
      policy,
      async () => await store.invalidateTags?.(tags),
      () => {},
    )
  })
  // A write says nothing of the cache.
  const quiet: Tap = { ...tap, head: (head) => (tap.head(head), outward(policy, undefined)) }
  const answer = await exchange.run(quiet)
  await dropping
  return answer
}
