// The shop's only way to its data. Works on any PostgreSQL; without DATABASE_URL it brings its own.
import type { ChangeTracker } from 'breakwater/data'
import { schemaOf, trackedClient } from 'breakwater/pg'
import pg from 'pg'
import { startEmbeddedDatabase } from './embedded.ts'
import { upgrade } from './schema.ts'
import { BRING_ORDERS_UP_TO_DATE, seed } from './seed.ts'

type Row = Record<string, unknown>

/** Runs one statement. Inside a transaction this is the transaction's own connection. */
export type Query = <T extends object = Row>(
  sql: string,
  params?: readonly unknown[],
) => Promise<T[]>

export interface Database {
  readonly name: string
  /** Statements sent since the start: what the cache is there to save. */
  readonly queries: number
  readonly query: Query
  /** Commits when `work` resolves, rolls back and rethrows when it rejects. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** A visitor who has waited this long for a connection has gone; an error now is kinder than an answer later. */
const CONNECTION_TIMEOUT_MS = 5_000

/**
 * @param url `postgres://…` of an existing database, which is filled when it is empty; without it an embedded one starts
 * @param tracker is told of everything that is changed
 */
export async function openDatabase(
  url: string | undefined,
  tracker?: ChangeTracker,
): Promise<Database> {
  const embedded = url ? undefined : await startEmbeddedDatabase()
  if (url) await prepare(url)
  const pool = new pg.Pool({
    connectionString: url ?? embedded?.url,
    ...(tracker && { Client: trackedClient(pg.Client, tracker) }),
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    // PGlite is one session: a second connection would share its transactions. A real server gets a real pool.
    max: embedded ? 1 : 10,
    idleTimeoutMillis: embedded ? 0 : 30_000,
    ...(embedded && { onConnect: forgetStatements }),
  })
  // Without a listener, a connection that breaks while idle would end the process.
  pool.on('error', () => {})

  let queries = 0
  const counted = (client: pg.Pool | pg.PoolClient): Query => {
    return async <T extends object>(sql: string, params: readonly unknown[] = []) => {
      queries++
      const result = await client.query<T>({ name: nameOf(sql), text: sql, values: [...params] })
      return result.rows
    }
  }
  const query = counted(pool)

  tracker?.learn(await schemaOf(pool))

  return {
    name: embedded ? 'PGlite (embedded)' : 'PostgreSQL',
    get queries() {
      return queries
    },
    query,
    async transaction(work) {
      const client = await pool.connect()
      const inTransaction = counted(client)
      try {
        await inTransaction('begin')
        const result = await work(inTransaction)
        await inTransaction('commit')
        client.release()
        return result
      } catch (error) {
        // A connection that cannot even roll back is in an unknown state: drop it instead of lending it to the next visitor.
        await client.query('rollback').then(
          () => client.release(),
          () => client.release(true),
        )
        throw error
      }
    },
    async close() {
      await pool.end()
      await embedded?.close()
    },
  }
}

/** PGlite's session outlives a connection, and so would its statements, whose names the next connection uses again. */
const forgetStatements = (async (client) => {
  await client.query('deallocate all')
}) as NonNullable<pg.PoolConfig['onConnect']>

const names = new Map<string, string>()

/** A name makes it a prepared statement: planned once per connection, which for small queries is most of the work. */
function nameOf(sql: string): string {
  const known = names.get(sql)
  if (known !== undefined) return known
  const name = `statement_${names.size}`
  names.set(sql, name)
  return name
}

/** Over a connection of its own, which nobody tracks: a shop that starts beside others changes nothing that they show. */
async function prepare(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await fill(client)
  } finally {
    await client.end()
  }
}

async function fill(client: pg.Client): Promise<void> {
  const found = await client.query<{ filled: boolean }>(
    `select to_regclass('products') is not null as filled`,
  )
  if (!found.rows[0]?.filled) {
    await client.query('begin')
    await seed({
      script: (sql) => client.query(sql),
      query: (sql, params) => client.query(sql, params),
    })
    await client.query('commit')
  } else {
    await client.query(upgrade)
  }
  await client.query(BRING_ORDERS_UP_TO_DATE)
}
