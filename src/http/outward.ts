// What an answer says besides what its view wrote: Cache-Status, its tags for caches outside, and no field that was meant for
// this cache alone.
import { type CacheStatus, cacheStatus } from './cache-status.ts'
import { type Tagged, tagFields } from './cdn/tag-fields.ts'
import type { HeadEdit } from './exchange.ts'
import type { PagePolicy } from './options.ts'

const NOTHING: readonly string[] = []

type Terms = Pick<PagePolicy<never>, 'cdn' | 'ownTargets' | 'statusKey' | 'statusName'>

/**
 * @param status `undefined` says nothing of the cache
 * @param tagged `undefined` for what no cache outside may share, or where none is told
 */
export function outward(policy: Terms, status: CacheStatus | undefined, tagged?: Tagged): HeadEdit {
  const { cdn, ownTargets, statusKey, statusName } = policy
  const isSilent = status === undefined || statusName === undefined
  const said = isSilent ? NOTHING : ['Cache-Status', cacheStatus(statusName, status, statusKey)]
  if (cdn === undefined || tagged === undefined) return { drop: ownTargets, add: said }
  const { add, drop } = tagFields(cdn, tagged)
  return { drop: [...ownTargets, ...drop], add: [...add, ...said] }
}
