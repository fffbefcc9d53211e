import { randomUUID } from 'node:crypto'
import { type Bytes, toBytes } from '../../../base/bytes.ts'
import { systemClock } from '../../../base/clock.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import { type ChangeSink, Follower } from '../../follower.ts'
import {
  type Following,
  FOLLOWING_OPTIONS,
  followingOf,
  type FollowingOptions,
  resolveFollowing,
} from '../../following.ts'
import { publicationName, slotName } from './decoding-sql.ts'
import { DecodingSource, explained } from './decoding-source.ts'
import { checkPool, type LendingPool } from './lent-client.ts'

/** Which slot is followed, and how often it is asked. */
export interface DecodingOptions extends FollowingOptions {
  /**
   * The slot of the fleet that shares one store, made when it is missing: one of its processes reads for all, from where the
   * last one has stopped. A slot that nobody reads keeps the log of the server: see `max_slot_wal_keep_size`. Default: a
   * temporary one of this process alone, which begins now; what was stored of the published tables before is invalid.
   */
  readonly slot?: string
  /** What `decodingSql()` has made. Default `'breakwater'`. */
  readonly publication?: string
  /** From how much of the log that the slot keeps on it is told of. Default `'1gb'`. */
  readonly warnAt?: Bytes
  /** The schema that is left out in front of a table's name. Default `'public'`. */
  readonly defaultSchema?: string
}

/**
 * Invalidates what anybody changes in the published tables, by decoding the log of a PostgreSQL with `wal_level = logical` (14
 * or later). One connection of the pool is kept for it; its user needs the right of replication.
 *
 * Each look decodes what was written since the last checkpoint or so: default of `interval` `'1s'`.
 *
 * @param tracker told of each change
 * @throws {CacheError} `E_OPTION`. Nothing else: what fails later is told to `onError` and tried again
 */
export function followDecoding(
  pool: LendingPool,
  tracker: ChangeSink,
  options: DecodingOptions = {},
): Following {
  const own = ['slot', 'publication', 'warnAt', 'defaultSchema']
  refuseUnknown('followDecoding', options, [...own, ...FOLLOWING_OPTIONS])
  checkPool(pool, 'pool')
  const { publication = 'breakwater', slot, defaultSchema = 'public' } = options
  publicationName(publication)
  const following = resolveFollowing(tracker, { interval: '1s', ...options })
  const onError = (error: unknown): void => following.onError(explained(error, publication))

  const source = new DecodingSource(pool, {
    slot: slot === undefined ? `breakwater_${randomUUID().replaceAll('-', '_')}` : slotName(slot),
    temporary: slot === undefined,
    publication,
    warnBytes: toBytes(options.warnAt ?? '1gb', 'warnAt'),
    defaultSchema,
    now: () => systemClock.now(),
    onError,
    onWake: () => follower.wake(),
  })
  const follower = new Follower(source, tracker, { ...following, onError })
  return followingOf(follower)
}
