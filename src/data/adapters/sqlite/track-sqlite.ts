import { type Duration, toMs } from '../../../base/duration.ts'
import { optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import type { Cache } from '../../../cache/cache.ts'
import type { LoadContext } from '../../../cache/load-call.ts'
import { TARGET } from '../../../cache/transaction.ts'
import { type CachedQueryOptions, cachedQuery } from '../../cached-query.ts'
import { type Change, wholeTables } from '../../change.ts'
import type { Params } from '../../row-ids.ts'
import { everythingChanged } from '../../sql-statements.ts'
import type { Settled } from '../../statement.ts'
import { ChangeTracker } from '../../tracker.ts'
import { Connection } from './connection.ts'
import { isInTransaction, type SqliteDatabase, type SqliteStatement } from './driver.ts'
import { hook } from './hook.ts'

/** How writes of other processes are noticed. */
export interface TrackSqliteOptions {
  /**
   * How often it is looked whether another connection has committed, in this process or another; then everything is
   * invalidated, since nobody says what it was. Before each {@link TrackedSqlite.cached} it is looked in any case. More than 0;
   * default `'1s'`. `false`: never, because this connection is the only one that writes, or all others are tracked.
   */
  readonly watch?: Duration | false
}

/** What a write says of itself. */
export interface WriteOptions {
  /** The tables that may be changed: they are announced. Default: all that are known, which costs no more than a longer message. */
  readonly tables?: readonly string[]
}

/** How {@link TrackedSqlite.cached} keeps its result. */
export interface CachedRowsOptions extends CachedQueryOptions {
  /** Default: the first of the tracker's. */
  readonly cache?: Cache
}

/**
 * Lets a database of better-sqlite3 or node:sqlite tell `tracker` what is changed over it, by whatever is called on it from now
 * on: statements that are prepared later, `exec`, `transaction`.
 *
 * Its calls answer at once and wait for nobody. What they commit is invalidated before they return where the store is in this
 * process; a shared store is told at once, and `settled` waits until it knows.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function trackSqlite(
  database: SqliteDatabase,
  tracker: ChangeTracker,
  options: TrackSqliteOptions = {},
): TrackedSqlite {
  if (typeof database?.prepare !== 'function' || typeof database.exec !== 'function')
    throw optionError('database', 'a Database of better-sqlite3 or node:sqlite', database)
  if (!(tracker instanceof ChangeTracker))
    throw optionError('tracker', 'what trackChanges answers', tracker)
  refuseUnknown('trackSqlite', options, ['watch'])
  const { watch = '1s' } = options
  const watchMs = watch === false ? undefined : toMs(watch, 'watch')
  if (watchMs !== undefined && !(watchMs > 0 && Number.isFinite(watchMs)))
    throw optionError('watch', "more than '0s', or false", watch)
  return new TrackedSqlite(database, tracker, watchMs)
}

/** A tracked database, and what its own calls cannot do: wait. */
export class TrackedSqlite {
  readonly #database: SqliteDatabase
  readonly #tracker: ChangeTracker
  readonly #cache: Cache
  readonly #watchMs: number | undefined
  readonly #version: SqliteStatement
  #seen: unknown
  #stopTimer: (() => void) | undefined
  #isClosed = false
  /** Told to the stores and not yet confirmed; they never reject. */
  readonly #pending = new Set<Promise<boolean>>()
  /** What the running {@link write} has committed. */
  #written: Change[] | undefined

  constructor(database: SqliteDatabase, tracker: ChangeTracker, watchMs: number | undefined) {
    this.#database = database
    this.#tracker = tracker
    // A tracker has one at least.
    const [cache] = tracker.caches
    this.#cache = cache
    this.#watchMs = watchMs
    this.#version = database.prepare('pragma data_version')
    this.#seen = this.#versionNow()
    const connection = new Connection(
      () => isInTransaction(database),
      (changes) => this.#tell(changes),
    )
    hook(database, tracker, connection)
    this.#watchLater()
  }

  /**
   * Runs work that writes with the full promise: what it may change is announced before it runs, in one go, and what it has
   * changed is invalidated when the call resolves, or soon after this process has died.
   *
   * @throws what `work` throws; {CacheError} `E_OPTION` when it is asynchronous; outages only under `onOutage: 'throw'`, and
   * then it is not run
   */
  async write<T>(work: () => T, options: WriteOptions = {}): Promise<T> {
    if (typeof work !== 'function') throw optionError('work', 'a function that writes', work)
    refuseUnknown('write', options, ['tables'])
    const { known } = this.#tracker
    const changes =
      options.tables === undefined ? everythingChanged(known) : wholeTables(options.tables)
    const written: Change[] = []
    const narrow = (): readonly Change[] => written
    return await this.#tracker.session('sqlite').run(
      [{ kind: 'write', changes, narrow }],
      async () => {
        this.#written = written
        try {
          return refusePromise(work())
        } finally {
          this.#written = undefined
        }
      },
      // Whatever it has come to, what was committed is known.
      (): Settled => ({ outcome: 'done', rows: [[]] }),
    )
  }

  /** The same within a transaction (`BEGIN IMMEDIATE`): all of it is committed, or, if it throws, nothing. */
  async transaction<T>(work: () => T, options: WriteOptions = {}): Promise<T> {
    if (typeof work !== 'function') throw optionError('work', 'a function that writes', work)
    return await this.write(() => {
      this.#database.exec('begin immediate')
      try {
        const result = refusePromise(work())
        this.#database.exec('commit')
        return result
      } catch (error) {
        if (isInTransaction(this.#database)) this.#database.exec('rollback')
        throw error
      }
    }, options)
  }

  /**
   * The rows of a query, cached until something that it reads is changed. It sees what this process has written, and what
   * others have committed before the call.
   *
   * Within an open transaction of the connection the database is asked, and nothing is stored.
   *
   * @throws what the database throws; {CacheError} as `cachedQuery`
   */
  async cached<T = Record<string, unknown>>(
    sql: string,
    params: Params = [],
    options: CachedRowsOptions = {},
  ): Promise<T[]> {
    this.check()
    if (this.#pending.size > 0) await this.settled()
    const { cache = this.#cache, ...rest } = options
    return await cachedQuery<T[]>(cache, {
      ...rest,
      tracker: this.#tracker,
      dialect: 'sqlite',
      sql,
      params,
      inTransaction: isInTransaction(this.#database),
      run: async (context?: LoadContext) => {
        // Somebody has begun one since.
        if (isInTransaction(this.#database)) context?.skip('a transaction is open')
        const statement = this.#database.prepare(sql)
        const given = (Array.isArray(params) ? params : [params]) as never[]
        // Rows of node:sqlite have no prototype.
        return statement.all(...given).map((row) => ({ ...(row as T) }))
      },
    })
  }

  /** Waits until the stores know of everything that was committed so far. @returns whether all have confirmed it */
  async settled(): Promise<{ readonly applied: boolean }> {
    const confirmed = await Promise.all(this.#pending)
    return { applied: confirmed.every(Boolean) }
  }

  /** Looks whether another connection has committed; then everything is invalidated. @returns whether one has */
  check(): boolean {
    if (this.#watchMs === undefined || this.#isClosed) return false
    const now = this.#versionNow()
    if (now === this.#seen) return false
    this.#seen = now
    this.#wait(this.#tracker.raise('all'))
    return true
  }

  /** Looks no more. The database stays open. */
  close(): void {
    this.#isClosed = true
    this.#stopTimer?.()
  }

  #tell(changes: readonly Change[]): void {
    if (this.#written !== undefined) this.#written.push(...changes)
    else this.#wait(this.#tracker.committed(changes))
  }

  #wait(told: Promise<{ readonly applied: boolean }>): void {
    const confirmed = told
      .then(({ applied }) => applied)
      .catch(() => false)
      .finally(() => this.#pending.delete(confirmed))
    this.#pending.add(confirmed)
  }

  /** Of this connection: another number when another one has committed. Source: SQLite, "PRAGMA data_version" */
  #versionNow(): unknown {
    return (this.#version.get() as { readonly data_version: unknown }).data_version
  }

  #watchLater(): void {
    if (this.#watchMs === undefined) return
    const { core } = this.#cache[TARGET]
    this.#stopTimer = core.clock.after(this.#watchMs, () => {
      if (this.#isClosed || core.closing.aborted) return
      try {
        this.check()
      } catch (error) {
        core.failed('SQLite could not be asked for its data_version.', error)
        return this.close()
      }
      this.#watchLater()
    })
  }
}

function refusePromise<T>(result: T): T {
  if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function')
    throw optionError('work', 'a function that writes without waiting for anything', 'a promise')
  return result
}
