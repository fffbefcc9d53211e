import pg from 'pg'
import type { HistoryReader, HistoryWriter } from '../history.ts'
import type { OtherProcess, Shop } from './shop.ts'

const ADD = 'update items set n = n + 1 where id = any($1)'

/** Writers that do not come through the ORM. */
export class OtherWriters {
  readonly #shop: Shop
  readonly #process: OtherProcess
  /** As `psql` is: not tracked. */
  readonly #untracked: pg.Pool

  constructor(shop: Shop) {
    this.#shop = shop
    this.#process = shop.openProcess()
    this.#untracked = new pg.Pool({ connectionString: shop.server.url })
  }

  get writers(): HistoryWriter[] {
    return [
      { name: 'raw SQL', write: async (ids) => void (await this.#shop.pool.query(ADD, [ids])) },
      {
        name: 'a second process',
        write: async (ids) => void (await this.#process.pool.query(ADD, [ids])),
      },
      {
        name: 'a program that is not tracked, and says so',
        write: async (ids) => {
          await this.#untracked.query(ADD, [ids])
          const changed = { entity: 'items', operation: 'update', ids: ids.map(String) } as const
          await this.#shop.tracker.changed(changed)
        },
      },
      {
        name: 'a process that is killed after COMMIT',
        mayFail: true,
        write: async (ids) => {
          await this.killed(ids)
          throw new Error('killed')
        },
      },
    ]
  }

  async truth(): Promise<Map<number, number>> {
    const found = await this.#untracked.query<{ id: number; n: number }>('select id, n from items')
    return new Map(found.rows.map(({ id, n }) => [id, n]))
  }

  async isSeenBy(readers: readonly HistoryReader[]): Promise<boolean> {
    const truth = await this.truth()
    const seen = await Promise.all(readers.map((reader) => reader.read([...truth.keys()])))
    return seen.every((rows) => [...truth].every(([id, n]) => rows.get(id) === n))
  }

  async close(): Promise<void> {
    await this.#process.close()
    await this.#untracked.end()
  }

  /** A writer: nothing that comes after COMMIT was answered is done any more. */
  async killed(ids: readonly number[]): Promise<void> {
    const process = this.#shop.openProcess({ timeout: '300ms' })
    const session = process.tracker.session('postgres')
    const client = await this.#untracked.connect()
    const send = async (sql: string, values?: unknown[]): Promise<void> => {
      const statements = process.tracker.statements(sql, values, 'postgres')
      await session.run(statements, () => client.query(sql, values))
    }
    await send('begin')
    await send(ADD, [ids])
    await new Promise<void>((resolve) => {
      void session.run(process.tracker.statements('commit', [], 'postgres'), async () => {
        await client.query('commit')
        resolve()
        return await new Promise(() => {})
      })
    })
    client.release()
    await process.close()
  }
}
