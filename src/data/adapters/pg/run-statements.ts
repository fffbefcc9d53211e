import { CacheError } from '../../../base/errors.ts'

/**
 * Runs a migration by URL, all of it or nothing. It waits for no table longer than 5 seconds: behind one that waits for a lock
 * everybody else waits too.
 *
 * @throws {CacheError} `E_CLIENT_MISSING`, `E_STORE_REFUSED` with what the database said
 */
export async function runStatements(url: string, statements: readonly string[]): Promise<void> {
  const client = await connect(url)
  try {
    await client.query('begin')
    await client.query("set local lock_timeout = '5s'")
    for (const statement of statements) await client.query(statement)
    await client.query('commit')
  } catch (error) {
    throw refused(error)
  } finally {
    await client.end()
  }
}

interface Client {
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  end(): Promise<void>
}

async function connect(url: string): Promise<Client> {
  const client = await clientFor(url)
  try {
    await client.connect()
  } catch (error) {
    throw refused(error)
  }
  return client
}

async function clientFor(connectionString: string): Promise<Client> {
  try {
    const { default: pg } = await import('pg')
    return new pg.Client({ connectionString })
  } catch (error) {
    const message = 'PostgreSQL needs the library pg. Run: npm install pg'
    throw new CacheError('E_CLIENT_MISSING', message, { cause: error })
  }
}

function refused(error: unknown): CacheError {
  const { message, code } = error as { message?: string; code?: string }
  const said = message === undefined || message === '' ? String(code) : message
  return new CacheError('E_STORE_REFUSED', `The database refused it: ${said}.`, { cause: error })
}
