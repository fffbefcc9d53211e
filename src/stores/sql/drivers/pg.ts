// The one file that knows node-postgres.
import { CacheError } from '../../../base/errors.ts'
import type { Driver, Ran, Row, Run } from '../driver.ts'
import { listenOnPg, type PgClient } from './pg-listener.ts'

interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>
}

/** What is used of a `Pool` of node-postgres. */
export interface PgPool extends Queryable {
  /** How many connections it may have: one of them listens. */
  readonly options?: { readonly max?: number }
  connect(): Promise<PgClient>
  end(): Promise<void>
}

export function byPg(pool: PgPool, where = 'of the pool passed in', ours = false): Driver {
  const runOn =
    (queryable: Queryable): Run =>
    async (text, parameters) =>
      ran(await queryable.query(text, [...parameters]))
  return {
    dialect: 'postgres',
    where,
    run: runOn(pool),
    within: (transaction) => runOn(transaction as Queryable),
    listen: (channel, listener) => listenOnPg(pool, channel, listener),
    close: async () => {
      if (ours) await pool.end()
    },
  }
}

function ran({ rows, rowCount }: { rows: unknown[]; rowCount: number | null }): Ran {
  return { rows: rows as Row[], changed: rowCount ?? 0 }
}

/** By URL. @throws {CacheError} `E_CLIENT_MISSING` */
export async function pgPool(connectionString: string): Promise<PgPool> {
  try {
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({ connectionString })
    // A connection that breaks while nobody uses it: the next act makes another.
    pool.on('error', () => {})
    return pool
  } catch (error) {
    throw new CacheError(
      'E_CLIENT_MISSING',
      'PostgreSQL needs the library pg. Run: npm install pg',
      {
        cause: error,
      },
    )
  }
}
