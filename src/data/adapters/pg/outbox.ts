import { randomUUID } from 'node:crypto'
import { systemClock } from '../../../base/clock.ts'
import { type Duration, toMs } from '../../../base/duration.ts'
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
import { checkPool, type LendingPool } from './lent-client.ts'
import { OutboxSource } from './outbox-source.ts'
import { outboxStatements } from './outbox-statements.ts'

/** Which outbox is followed, and how often it is asked. */
export interface OutboxOptions extends FollowingOptions {
  /**
   * Names the fleet that shares one store: one of its processes reads for all, from where the last one has stopped, also after
   * all of them were gone. Default: this process reads for itself alone, from now on; what was stored of the watched tables
   * before is invalid. Right for caches that live in the process.
   */
  readonly name?: string
  /** How long the position of a reader that is gone is kept, and with it the rows that it has not read. Default `'1d'`. */
  readonly keep?: Duration
  /** Where the outbox lies. Default `'public'`. */
  readonly schema?: string
  /** The schema that is left out in front of a table's name. Default `'public'`. */
  readonly defaultSchema?: string
  /** Whether its connection listens, so that `NOTIFY breakwater_outbox` wakes it. Not behind a pooler of transactions. Default true. */
  readonly listen?: boolean
}

/** A process that died is followed by another one within this time and a third. */
const LEASE_MS = 3000

/**
 * Invalidates what anybody changes in the watched tables: reads the outbox that `breakwater pg:install` has made. One connection
 * of the pool is kept for it.
 *
 * @param tracker told of each change
 * @throws {CacheError} `E_OPTION`. Nothing else: what fails later is told to `onError` and tried again
 */
export function followOutbox(
  pool: LendingPool,
  tracker: ChangeSink,
  options: OutboxOptions = {},
): Following {
  const own = ['name', 'keep', 'schema', 'defaultSchema', 'listen']
  refuseUnknown('followOutbox', options, [...own, ...FOLLOWING_OPTIONS])
  checkPool(pool, 'pool')
  const { name, schema, defaultSchema = 'public', listen = true } = options
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw optionError('name', "the fleet's name", name)
  const keepMs = toMs(options.keep ?? '1d', 'keep')
  if (keepMs < 60_000) throw optionError('keep', "'1m' or more", options.keep)
  const following = resolveFollowing(tracker, options)

  const source = new OutboxSource(pool, outboxStatements(schema), {
    name: name ?? `process ${randomUUID()}`,
    private: name === undefined,
    owner: randomUUID(),
    leaseMs: Math.max(LEASE_MS, following.intervalMs * 3),
    // A year stands for ever: the database counts in seconds.
    keepMs: Math.min(keepMs, 31_536_000_000),
    listen,
    defaultSchema,
    now: () => systemClock.now(),
    onError: following.onError,
    onWake: () => follower.wake(),
  })
  const follower = new Follower(source, tracker, following)
  return followingOf(follower)
}
