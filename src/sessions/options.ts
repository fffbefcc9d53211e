import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import type { SessionDatabase } from '../base/session-database.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { CONFLICTS, type OnConflict } from './merge.ts'

/** How long sessions live, and where else than in the cache they are kept. */
export interface SessionStoreOptions {
  /** How long a session lives after it was last used, unless a call or a library's cookie says otherwise. Default `'14d'`. */
  readonly ttl?: Duration
  /** What a save does when another request has changed the session meanwhile. Default `'merge'`. */
  readonly conflict?: OnConflict
  /**
   * A session that is used and not changed is given a new end only when that is later by this. Until then nothing is written, and
   * it may end earlier by as much. `'0s'`: on every request. Default: a twentieth of its ttl.
   */
  readonly touchAfter?: Duration
  /**
   * How long nothing can be stored under the id of a session that was ended: longer than the slowest request. Default `'15m'`.
   */
  readonly tombstone?: Duration
  /** Keeps the sessions in a table, with the cache before it: `sessionTable(...)` of `breakwater/sql`. Default: in the cache alone. */
  readonly database?: SessionDatabase
  /** With `database`, how long the cache's copy serves until the database is asked again. Default `'5m'`. */
  readonly cacheFor?: Duration
}

export interface SessionTerms {
  readonly ttlMs: number
  readonly conflict: OnConflict
  readonly touchAfterMs: number | undefined
  readonly tombstoneMs: number
  readonly database: SessionDatabase | undefined
  readonly cacheMs: number
}

const NAMES = ['ttl', 'conflict', 'touchAfter', 'tombstone', 'database', 'cacheFor'] as const
const ACTS = ['load', 'create', 'save', 'touch', 'destroy', 'clearExpired'] as const

/** @throws {CacheError} `E_OPTION` */
export function resolveSessionOptions(options: SessionStoreOptions): SessionTerms {
  refuseUnknown('sessionStore()', options, NAMES)
  const { conflict = 'merge', database, touchAfter } = options
  if (!CONFLICTS.includes(conflict))
    throw optionError('conflict', CONFLICTS.map((name) => `'${name}'`).join(', '), conflict)
  for (const act of database === undefined ? [] : ACTS) {
    if (typeof (database as Partial<SessionDatabase> | null)?.[act] !== 'function')
      throw optionError('database', `an object with the method '${act}'`, database)
  }
  if (options.cacheFor !== undefined && database === undefined)
    throw optionError('cacheFor', "it together with 'database'", options.cacheFor)
  return {
    ttlMs: sessionLifeMs(options.ttl ?? '14d', 'ttl'),
    conflict,
    touchAfterMs: touchAfter === undefined ? undefined : toMs(touchAfter, 'touchAfter'),
    tombstoneMs: sessionLifeMs(options.tombstone ?? '15m', 'tombstone'),
    database,
    cacheMs: sessionLifeMs(options.cacheFor ?? '5m', 'cacheFor'),
  }
}

/** @throws {CacheError} `E_OPTION` */
export function sessionLifeMs(duration: Duration, option: string): number {
  const ms = toMs(duration, option)
  // A session without an end is a key that opens for ever.
  if (ms > 0 && ms < Infinity) return ms
  throw optionError(option, "longer than '0s' and not 'forever'", duration)
}
