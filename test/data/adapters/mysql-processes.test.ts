import { cachedQuery } from 'breakwater/data'
import { schemaOf, trackMysql } from 'breakwater/mysql'
import { createPool, type RowDataPacket } from 'mysql2/promise'
import { mariadb } from '../../servers/command-line.ts'
import { startMariadb } from '../../servers/mariadb.ts'
import { addTo, byId, type Item } from './items.ts'
import { describeShared } from './shared-table.ts'

describeShared('mysql2', async ({ cache, tracker, processesOn, said }) => {
  const server = await startMariadb()
  const pool = trackMysql(createPool(server.url), tracker)
  await pool.query('create table items (id int primary key, n int not null) engine=innodb')
  tracker.learn(await schemaOf(pool))
  const rows = async (sql: string, params: number[] = []): Promise<Map<number, number>> => {
    const run = async (): Promise<Item[]> =>
      (await pool.query<(Item & RowDataPacket)[]>(sql, params))[0]
    return byId(
      await cachedQuery(cache, { tracker, dialect: 'mysql', sql, params, run, ttl: '1h' }),
    )
  }
  return {
    readers: [
      {
        name: 'a row',
        read: async (ids) => {
          const sql = 'select id, n from items where id = ?'
          const found = await Promise.all(ids.map((id) => rows(sql, [id])))
          return new Map(found.flatMap((each) => [...each]))
        },
      },
      { name: 'a list', read: () => rows('select id, n from items') },
    ],
    writers: [
      {
        name: 'a statement',
        write: async (ids) =>
          void (await pool.query('update items set n = n + 1 where id in (?)', [ids])),
      },
      {
        name: 'the client of MariaDB, and somebody says so',
        write: async (ids) => {
          await mariadb(server.url, addTo(ids))
          await said(ids)
        },
      },
    ],
    processes: processesOn(server.url),
    truth: async () => {
      const [found] = await pool.query<(Item & RowDataPacket)[]>('select id, n from items')
      return byId(found)
    },
    reset: async () => {
      await pool.query('delete from items')
      await pool.query('insert into items values (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)')
    },
    close: async () => {
      await pool.end()
      await server.stop()
    },
  }
})
