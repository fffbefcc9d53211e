// The table of sessions that are kept in a database behind the cache. It is the application's, not a cache's: nothing here is
// ever evicted.
import { systemClock } from '../../base/clock.ts'
import type { Operation } from '../../base/store.ts'
import type { SessionDatabase, SessionRow } from '../../base/session-database.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import { Database } from './database.ts'
import type { Dialect, Parameter, Row } from './driver.ts'
import { isDuplicate } from './failure.ts'
import { resolveOptions, type SqlOptions } from './options.ts'
import { checkTable } from './statements.ts'
import { driverOf, type SqlClient } from './where.ts'

/** How the table is called. */
export interface SessionTableOptions extends Pick<SqlOptions, 'create' | 'timeout'> {
  /** May be qualified by a schema. Default `'breakwater_sessions'`. */
  readonly table?: string
}

/** Made by {@link sessionTable}. */
export interface SessionTable extends SessionDatabase {
  /** Removes sessions that have ended, in batches that hold up nobody. @param options.signal ends it between two. @returns how many */
  clearExpired(
    options?: Operation & { readonly onProgress?: (removed: number) => void },
  ): Promise<number>
  /** How many sessions have ended and are still in the table. */
  countExpired(options?: Operation): Promise<number>
  /** Ends what this table has opened itself; a client that was passed in stays open. */
  close(): Promise<void>
}

const DEFAULT_TABLE = 'breakwater_sessions'
const BATCH = 1_000

const COLUMNS: Readonly<Record<Dialect, string>> = {
  postgres:
    'id varchar(64) primary key, data bytea not null, version bigint not null, created_at bigint not null, ends_at bigint not null',
  mysql:
    'id varchar(64) character set ascii collate ascii_bin not null primary key, data longblob not null, version bigint not null, created_at bigint not null, ends_at bigint not null',
  sqlite:
    'id text primary key, data blob not null, version integer not null, created_at integer not null, ends_at integer not null',
}

/** The statements that make the table, for a migration. They may be run again. */
export function sessionTableSql(dialect: Dialect, table: string = DEFAULT_TABLE): string[] {
  checkTable(table)
  const index = `${table.replace('.', '_')}_ends_at`
  if (dialect === 'mysql')
    return [
      `create table if not exists ${table} (${COLUMNS.mysql}, index ${index} (ends_at)) engine=InnoDB`,
    ]
  return [
    `create table if not exists ${table} (${COLUMNS[dialect]})`,
    `create index if not exists ${index} on ${table} (ends_at)`,
  ]
}

/**
 * Sessions in a table, for option `database` of `sessionStore()`: what is in it survives the cache. `id` is a hash of the
 * session's id, `data` what the alias's codec makes of it, times are milliseconds since the epoch.
 *
 * @param where a client of the application's or a URL, as for `sql()`
 * @throws {CacheError} `E_OPTION`, `E_URL`
 */
export function sessionTable(
  where: SqlClient | string,
  options: SessionTableOptions = {},
): SessionTable {
  refuseUnknown('sessionTable()', options, ['table', 'create', 'timeout'])
  const resolved = resolveOptions({ table: DEFAULT_TABLE, ...options })
  return new SqlSessions({ ...resolved, driver: driverOf(where) })
}

/**
 * Removes sessions that have ended from a table: for a nightly job. `breakwater sessions:clear-expired` does the same.
 *
 * @returns how many
 * @throws {CacheError} `E_OPTION`, `E_URL`, outages
 */
export async function clearExpiredSessions(
  where: SqlClient | string,
  options: SessionTableOptions & Parameters<SessionTable['clearExpired']>[0] = {},
): Promise<number> {
  const { signal, onProgress, ...own } = options
  const table = sessionTable(where, own)
  try {
    return await table.clearExpired({ signal, ...(onProgress === undefined ? {} : { onProgress }) })
  } finally {
    await table.close()
  }
}

class SqlSessions implements SessionTable {
  readonly #database: Database
  readonly #table: string
  readonly #dialect: Dialect

  constructor(settings: ConstructorParameters<typeof Database>[0]) {
    this.#table = settings.table
    this.#dialect = settings.driver.dialect
    const create = sessionTableSql(this.#dialect, this.#table)
    this.#database = new Database(settings, systemClock, create)
  }

  async load(key: string): Promise<SessionRow | undefined> {
    const { rows } = await this.#run(
      `select data as rec, version as ver, ends_at as keep_until, created_at as n from ${this.#table} where id = ? and ends_at > ?`,
      [key, Date.now()],
    )
    return rows[0] && rowOf(rows[0])
  }

  async create(key: string, { payload, version, createdAt, endsAt }: SessionRow): Promise<boolean> {
    const into = `insert into ${this.#table} (id, data, version, created_at, ends_at) values (?, ?, ?, ?, ?)`
    const once = this.#dialect === 'mysql' ? into : `${into} on conflict (id) do nothing`
    const values = [key, bytesOf(payload), version, Math.floor(createdAt), Math.floor(endsAt)]
    return (await this.#run(once, values)).changed > 0
  }

  async save(
    key: string,
    { payload, version, endsAt }: SessionRow,
    over: number,
  ): Promise<boolean> {
    const { changed } = await this.#run(
      `update ${this.#table} set data = ?, version = ?, ends_at = ? where id = ? and version = ? and ends_at > ?`,
      [bytesOf(payload), version, Math.floor(endsAt), key, over, Date.now()],
    )
    return changed > 0
  }

  async touch(key: string, endsAt: number): Promise<boolean> {
    const { changed } = await this.#run(
      `update ${this.#table} set ends_at = ? where id = ? and ends_at > ?`,
      [Math.floor(endsAt), key, Date.now()],
    )
    return changed > 0
  }

  async destroy(key: string): Promise<boolean> {
    return (await this.#run(`delete from ${this.#table} where id = ?`, [key])).changed > 0
  }

  async clearExpired({
    signal,
    onProgress,
  }: NonNullable<Parameters<SessionTable['clearExpired']>[0]> = {}): Promise<number> {
    const text =
      this.#dialect === 'mysql'
        ? `delete from ${this.#table} where ends_at <= ? order by ends_at limit ${BATCH}`
        : `delete from ${this.#table} where id in (select id from ${this.#table} where ends_at <= ? order by ends_at limit ${BATCH})`
    for (let removed = 0; ;) {
      signal?.throwIfAborted()
      const { changed } = await this.#run(text, [Date.now()], signal)
      removed += changed
      onProgress?.(removed)
      if (changed < BATCH) return removed
    }
  }

  async countExpired({ signal }: Operation = {}): Promise<number> {
    const text = `select count(*) as n from ${this.#table} where ends_at <= ?`
    const { rows } = await this.#run(text, [Date.now()], signal)
    return Number(rows[0]?.['n'] ?? 0)
  }

  async close(): Promise<void> {
    await this.#database.close()
  }

  async #run(
    text: string,
    parameters: readonly Parameter[],
    signal?: AbortSignal,
  ): ReturnType<Database['driver']['run']> {
    let count = 0
    const numbered = this.#dialect === 'postgres' ? text.replaceAll('?', () => `$${++count}`) : text
    return await this.#database.act({ signal }, async (run) => {
      try {
        return await run(numbered, parameters)
      } catch (error) {
        if (isDuplicate(error)) return { rows: [], changed: 0 }
        throw error
      }
    })
  }
}

function rowOf({ rec, ver, keep_until: endsAt, n: createdAt }: Row): SessionRow {
  const payload = rec as Uint8Array
  const [version, created, ends] = [Number(ver), Number(createdAt), Number(endsAt)]
  return { payload, version, createdAt: created, endsAt: ends }
}

function bytesOf(payload: Uint8Array): Buffer {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
}
