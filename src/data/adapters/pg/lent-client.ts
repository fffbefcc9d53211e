import { optionError } from '../../../base/errors.ts'
import type { OpenConnection } from '../../kept-connection.ts'

/** What is used of a client that a `Pool` of node-postgres lends. */
export interface LentClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  on(event: 'notification', listener: (message: { channel: string }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
  release(error?: boolean | Error): void
}

/** What is used of a `Pool` of node-postgres. */
export interface LendingPool {
  connect(): Promise<LentClient>
}

/** @throws {CacheError} `E_OPTION` */
export function checkPool(pool: unknown, option: string): void {
  if (typeof (pool as Partial<LendingPool> | undefined)?.connect === 'function') return
  throw optionError(option, 'a Pool of node-postgres', pool)
}

/** @param lost told once or more when it is broken */
export async function lendFrom(
  pool: LendingPool,
  lost: () => void,
): Promise<OpenConnection & { readonly client: LentClient }> {
  const client = await pool.connect()
  client.on('error', lost)
  client.on('end', lost)
  return {
    client,
    rows: async (text, values) => (await client.query(text, values)).rows,
    drop: () => client.release(true),
  }
}
