// The one file that knows mysql2.
import { CacheError } from '../../../base/errors.ts'
import type { Driver, Row, Run } from '../driver.ts'

interface Queryable {
  query(text: string, values?: unknown[]): Promise<[unknown, unknown]>
}

/** What is used of a pool of mysql2/promise. */
export interface MysqlPool extends Queryable {
  end(): Promise<void>
}

export function byMysql(pool: MysqlPool, where = 'of the pool passed in', ours = false): Driver {
  const runOn =
    (queryable: Queryable): Run =>
    async (text, parameters) => {
      const [result] = await queryable.query(text, [...parameters])
      return Array.isArray(result)
        ? { rows: result as Row[], changed: 0 }
        : { rows: [], changed: (result as { affectedRows: number }).affectedRows }
    }
  return {
    dialect: 'mysql',
    where,
    run: runOn(pool),
    within: (transaction) => runOn(transaction as Queryable),
    close: async () => {
      if (ours) await pool.end()
    },
  }
}

/** By URL. @throws {CacheError} `E_CLIENT_MISSING` */
export async function mysqlPool(uri: string): Promise<MysqlPool> {
  try {
    const { createPool } = await import('mysql2/promise')
    return createPool(uri)
  } catch (error) {
    throw new CacheError(
      'E_CLIENT_MISSING',
      'MySQL and MariaDB need the library mysql2. Run: npm install mysql2',
      { cause: error },
    )
  }
}
