import pg from 'pg'
import { psql } from '../../servers/command-line.ts'
import type { HistoryWriter } from '../history.ts'
import { WriterProcesses } from '../writer-process.ts'
import { addTo } from './items.ts'
import type { Shop } from './shop.ts'

const ADD = 'update items set n = n + 1 where id = any($1)'

/** Writers that do not come through the ORM of this process: raw SQL, psql, other processes with the same ORM. */
export class OtherWriters {
  readonly #shop: Shop
  readonly processes: WriterProcesses
  readonly #untracked: pg.Pool

  /** @param by the ORM; @param client where Prisma's generated client lies */
  constructor(shop: Shop, by: string, client?: string) {
    this.#shop = shop
    this.processes = new WriterProcesses({ ...shop.whereabouts, by, client })
    this.#untracked = new pg.Pool({ connectionString: shop.server.url })
  }

  get writers(): HistoryWriter[] {
    return [
      { name: 'raw SQL', write: async (ids) => void (await this.#shop.pool.query(ADD, [ids])) },
      {
        name: 'psql, and somebody says so',
        write: async (ids) => {
          const { server, tracker } = this.#shop
          await psql(server.url, addTo(ids))
          await tracker.changed({ entity: 'items', operation: 'update', ids: ids.map(String) })
        },
      },
    ]
  }

  async truth(): Promise<Map<number, number>> {
    const found = await this.#untracked.query<{ id: number; n: number }>('select id, n from items')
    return new Map(found.rows.map(({ id, n }) => [id, n]))
  }

  async close(): Promise<void> {
    await this.processes.stop()
    await this.#untracked.end()
  }
}
