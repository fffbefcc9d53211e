// What an answer says besides what its view wrote: Cache-Status, and no field that was meant for this cache alone.
import { type CacheStatus, cacheStatus } from './cache-status.ts'
import type { HeadEdit } from './exchange.ts'
import type { PagePolicy } from './options.ts'

type Terms = Pick<PagePolicy<never>, 'ownTargets' | 'statusKey' | 'statusName'>

/** @param status `undefined` says nothing of the cache */
export function outward(policy: Terms, status: CacheStatus | undefined): HeadEdit {
  const { ownTargets, statusKey, statusName } = policy
  if (status === undefined || statusName === undefined) return { drop: ownTargets, add: [] }
  return { drop: ownTargets, add: ['Cache-Status', cacheStatus(statusName, status, statusKey)] }
}
