// Not on Drizzle's own cache: it invalidates while the write is still under way (drizzle-orm#5828), knows no transactions
// (#4580) and misses the tables of CTEs (#4677), of `$count` and of sub-queries.
import { optionError } from '../../../base/errors.ts'
import {
  answered,
  type Asked,
  asker,
  type AskedStatement,
  type CachedQueriesOptions,
} from '../../asked.ts'
import type { CachedQueryOptions } from '../../cached-query.ts'
import type { ChangeTracker } from '../../tracker.ts'
import type { Dialect } from '../../dialect.ts'
import {
  type BuiltQuery,
  type DrizzleDatabase,
  type DrizzleQuery,
  type DrizzleSql,
  kindOf,
  type Parts,
  type Prepared,
  type Session,
} from './drizzle.ts'
import { inTransaction } from './in-transaction.ts'

/** Runs queries of Drizzle through the cache. */
export interface CachedDrizzle {
  /**
   * A read that is answered from the cache: `await cached(db.select().from(products), { ttl: '5m' })`. It takes selects, set
   * operations, relational queries (`db.query.products.findMany(...)`) and `db.$count(...)`. Values are as Drizzle gives them:
   * dates, mapped columns, types of one's own. Within `db.transaction(...)` it reads the database and stores nothing.
   *
   * @throws {CacheError} `E_OPTION` when it is no such query
   */
  <T>(query: DrizzleQuery<T>, options: CachedQueryOptions): Promise<T>
  /**
   * A raw read that is answered from the cache: ``await cached.sql(db, sql`select ...`, { ttl: '5m' })``, instead of
   * `` db.execute(sql`select ...`) ``, whose result does not tell which database it belongs to. With the `tx` of a transaction it
   * reads the database and stores nothing.
   *
   * @returns what `db.execute` gives; of node-postgres and PGlite its `rows`, and its `rowCount` if it has one
   */
  sql<D extends DrizzleDatabase>(
    db: D,
    query: DrizzleSql,
    options: CachedQueryOptions,
  ): Promise<Awaited<ReturnType<D['execute']>>>
}

/** Of these the rows are stored as the database gave them, and Drizzle maps them on each hit. */
const KEEPS_ROWS: readonly string[] = ['NodePgSession', 'PgliteSession']

/**
 * Cached reads for Drizzle 0.45: `const cached = cachedQueries(tracker)`.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function cachedQueries(
  tracker: ChangeTracker,
  options?: CachedQueriesOptions,
): CachedDrizzle {
  const ask = asker(tracker, options)
  const read = async (query: DrizzleQuery<unknown>, given: CachedQueryOptions): Promise<unknown> =>
    await readBuilt(query, ask(given))
  const sql = async (
    db: DrizzleDatabase,
    query: DrizzleSql,
    given: CachedQueryOptions,
  ): Promise<unknown> => await readSql(db, query, ask(given))
  return Object.assign(read, { sql }) as CachedDrizzle
}

async function readBuilt(query: DrizzleQuery<unknown>, asked: Asked): Promise<unknown> {
  const parts = query as unknown as Partial<Parts> | undefined
  const session = parts?.session
  const built = session === undefined ? undefined : builtOf(parts as Parts, session)
  if (session === undefined || built === undefined) {
    const expected =
      'a select, a relational query or a $count of Drizzle (for db.execute: cached.sql)'
    throw optionError('query', expected, typeof query)
  }
  const prepared = KEEPS_ROWS.includes(kindOf(session)) ? parts?._prepare?.() : undefined
  if (prepared?.queryWithCache === undefined) {
    const run = async (): Promise<Boxed> => ({ value: await query })
    const { value } = await answered(asked, statement(session, built, 'drizzle', run))
    return value
  }
  const mapping: Prepared = Object.create(prepared) as Prepared
  mapping.queryWithCache = async (_sql, _params, send) => {
    const run = async (): Promise<unknown> => ({ rows: ((await send()) as { rows: unknown }).rows })
    return await answered(asked, statement(session, built, 'drizzle rows', run))
  }
  return await mapping.execute()
}

async function readSql(db: DrizzleDatabase, query: DrizzleSql, asked: Asked): Promise<unknown> {
  const session = (db as { session?: Session } | undefined)?.session
  if (session === undefined) throw optionError('db', 'a database of Drizzle', typeof db)
  if (typeof (query as Partial<DrizzleSql> | undefined)?.getSQL !== 'function')
    throw optionError('query', 'what the sql tag of Drizzle makes', query)
  const keepsRows = KEEPS_ROWS.includes(kindOf(session))
  const run = async (): Promise<Boxed> => {
    const result = await db.execute(query as never)
    return { value: keepsRows ? plain(result) : result }
  }
  const built = session.dialect.sqlToQuery(query.getSQL())
  const { value } = await answered(asked, statement(session, built, 'drizzle sql', run))
  return value
}

/** `undefined` is a result, too. */
interface Boxed {
  readonly value: unknown
}

function statement<T>(
  session: Session,
  { sql, params }: BuiltQuery,
  form: string,
  run: () => Promise<T>,
): AskedStatement<T> {
  const dialect = spokenBy(session)
  return { sql, params, form, run, dialect, inTransaction: inTransaction(session) }
}

function plain(result: unknown): unknown {
  const { rows, rowCount } = result as { rows: unknown; rowCount?: number }
  return rowCount === undefined ? { rows } : { rows, rowCount }
}

function builtOf(query: Parts, session: Session): BuiltQuery | undefined {
  if (typeof query.toSQL === 'function') return query.toSQL()
  return kindOf(query).includes('CountBuilder') && query.sql !== undefined
    ? session.dialect.sqlToQuery(query.sql)
    : undefined
}

function spokenBy(session: Session): Dialect {
  const kind = kindOf(session.dialect)
  if (kind.startsWith('MySql')) return 'mysql'
  return kind.startsWith('SQLite') ? 'sqlite' : 'postgres'
}
