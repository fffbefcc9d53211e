// The one file that knows PGlite.
import { CacheError } from '../../../base/errors.ts'
import type { Driver, Row, Run } from '../driver.ts'

interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; affectedRows?: number }>
}

/** What is used of a `PGlite`. */
export interface PgLite extends Queryable {
  listen(channel: string, receive: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

export function byPglite(db: PgLite, where = 'PGlite', ours = false): Driver {
  const runOn =
    (queryable: Queryable): Run =>
    async (text, parameters) => {
      const { rows, affectedRows } = await queryable.query(text, [...parameters])
      return { rows: rows as Row[], changed: affectedRows ?? 0 }
    }
  return {
    dialect: 'postgres',
    isHere: true,
    where,
    run: runOn(db),
    within: (transaction) => runOn(transaction as Queryable),
    // In this very process: nothing is ever lost.
    listen: (channel, listener) => {
      const listening = db.listen(channel, (message) => listener.receive(message))
      listening.then(
        () => listener.up(),
        (error: unknown) => listener.down(error),
      )
      return async () => await (await listening.catch(() => undefined))?.()
    },
    close: async () => {
      if (ours) await db.close()
    },
  }
}

/** By URL. @throws {CacheError} `E_CLIENT_MISSING` */
export async function openPglite(folder: string | undefined): Promise<PgLite> {
  try {
    const { PGlite } = await import('@electric-sql/pglite')
    return (await PGlite.create(folder)) as PgLite
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new CacheError(
      'E_CLIENT_MISSING',
      'PGlite needs the library @electric-sql/pglite. Run: npm install @electric-sql/pglite',
      { cause: error },
    )
  }
}
