import { schemaOf, trackMysql } from 'breakwater/mysql'
import { createPool } from 'mysql2/promise'
import type { Opened, Writer } from './writer.ts'

export async function openMysql({ setup, tracker }: Opened): Promise<Writer> {
  const pool = trackMysql(createPool(setup.database), tracker)
  tracker.learn(await schemaOf(pool))
  const add = 'update items set n = n + 1 where id in (?)'
  return {
    add: (ids) => pool.query(add, [ids]),
    async transaction(ids, work) {
      const connection = await pool.getConnection()
      try {
        await connection.beginTransaction()
        await connection.query(add, [ids])
        work()
        await connection.commit()
      } catch (error) {
        await connection.rollback()
        throw error
      } finally {
        connection.release()
      }
    },
  }
}
