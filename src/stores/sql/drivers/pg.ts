// The one file that knows node-postgres.
import { CacheError } from '../../../base/errors.ts'
import type { Driver, Ran, Row, Run } from '../driver.ts'

interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>
}

interface PgClient extends Queryable {
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
  release(error?: boolean | Error): void
}

/** What is used of a `Pool` of node-postgres. */
export interface PgPool extends Queryable {
  connect(): Promise<PgClient>
  end(): Promise<void>
}

const RETRY_MS = { first: 100, longest: 5000 }

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
    listen: (channel, receive, lost) => listen(pool, channel, receive, lost),
    close: async () => {
      if (ours) await pool.end()
    },
  }
}

function ran({ rows, rowCount }: { rows: unknown[]; rowCount: number | null }): Ran {
  return { rows: rows as Row[], changed: rowCount ?? 0 }
}

/** On a connection of its own, made again when it is lost. */
async function listen(
  pool: PgPool,
  channel: string,
  receive: (message: string) => void,
  lost: () => void,
): Promise<() => Promise<void>> {
  let endCurrent = (): void => {}
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const open = async (): Promise<void> => {
    const made = await pool.connect()
    let over = false
    const end = (): void => {
      if (over) return
      over = true
      made.release(true)
      if (!stopped) again(RETRY_MS.first)
    }
    made.on('error', end)
    made.on('end', end)
    made.on('notification', ({ payload = '' }) => receive(payload))
    endCurrent = end
    if (stopped) return end()
    try {
      await made.query(`listen "${channel}"`)
    } catch (error) {
      // Whoever called tries again.
      if (!over) made.release(true)
      over = true
      throw error
    }
  }
  const again = (pause: number): void => {
    timer = setTimeout(() => {
      open().then(lost, () => again(Math.min(pause * 2, RETRY_MS.longest)))
    }, pause)
    timer.unref()
  }

  // Not there yet: until it is, waits are polls.
  await open().catch(() => again(RETRY_MS.first))
  return async () => {
    stopped = true
    clearTimeout(timer)
    endCurrent()
  }
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
