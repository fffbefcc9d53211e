import { CacheError, isCacheError } from '../../../base/errors.ts'
import type { MysqlQueryable } from './outbox-tables.ts'

/**
 * Opens one connection by URL for a migration, which MySQL can neither do as a whole nor take back.
 *
 * @throws {CacheError} `E_CLIENT_MISSING`, `E_STORE_REFUSED` with what the database said
 */
export async function withConnection<T>(
  url: string,
  work: (connection: MysqlQueryable) => Promise<T>,
): Promise<T> {
  const connect = await connector()
  try {
    const connection = await connect(url)
    try {
      await connection.query('set session lock_wait_timeout = 5')
      return await work(connection)
    } finally {
      await connection.end()
    }
  } catch (error) {
    if (isCacheError(error)) throw error
    const { message, code } = error as { message?: string; code?: string }
    const said = message === undefined || message === '' ? String(code) : message
    throw new CacheError('E_STORE_REFUSED', `The database refused it: ${said}.`, { cause: error })
  }
}

type Connect = (url: string) => Promise<MysqlQueryable & { end(): Promise<void> }>

async function connector(): Promise<Connect> {
  try {
    return (await import('mysql2/promise')).createConnection
  } catch (error) {
    const message = 'MySQL and MariaDB need the library mysql2. Run: npm install mysql2'
    throw new CacheError('E_CLIENT_MISSING', message, { cause: error })
  }
}
