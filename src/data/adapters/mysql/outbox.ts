import { systemClock } from '../../../base/clock.ts'
import { optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import { type ChangeSink, Follower } from '../../follower.ts'
import {
  type Following,
  FOLLOWING_OPTIONS,
  followingOf,
  type FollowingOptions,
  resolveFollowing,
} from '../../following.ts'
import { type LendingMysql, MysqlOutboxSource } from './outbox-source.ts'

/** Which outbox is followed, and how often it is asked. */
export interface MysqlOutboxOptions extends FollowingOptions {
  /**
   * The table that the triggers write to. What one process has handled is deleted, so an outbox belongs to one fleet that shares
   * one store; another fleet installs one of its own. Default `'breakwater_outbox'`.
   */
  readonly outbox?: string
}

/**
 * Invalidates what anybody changes in the watched tables of MySQL or MariaDB: reads the outbox that the triggers of `outboxSql()`
 * fill. One connection of the pool is kept for it.
 *
 * @param tracker told of each change
 * @throws {CacheError} `E_OPTION`. Nothing else: what fails later is told to `onError` and tried again
 */
export function followOutbox(
  pool: LendingMysql,
  tracker: ChangeSink,
  options: MysqlOutboxOptions = {},
): Following {
  refuseUnknown('followOutbox', options, ['outbox', ...FOLLOWING_OPTIONS])
  if (typeof (pool as Partial<LendingMysql> | undefined)?.getConnection !== 'function')
    throw optionError('pool', 'a pool of mysql2/promise', pool)
  const following = resolveFollowing(tracker, options)

  const source = new MysqlOutboxSource(pool, {
    outbox: options.outbox,
    now: () => systemClock.now(),
    onWake: () => follower.wake(),
  })
  const follower = new Follower(source, tracker, following)
  return followingOf(follower)
}
