import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCaches } from '../../../src/config/create-caches.ts'
import { createTable, sql } from '../../../src/stores/sql/index.ts'
import { DATABASES, type TestedDatabase } from './databases.ts'

const PROGRAM = resolve('.build/test/programs/sql-counter.js')
const PROCESSES = 8
const WRITERS = 4
const TIMES = 10

// PGlite lives within one process: its 32 writers are in sql.test.ts.
describe.each(DATABASES.filter(([name]) => name !== 'PGlite'))(
  'several processes on %s',
  (_, start) => {
    let database: TestedDatabase

    beforeAll(async () => {
      database = await start()
    }, 60_000)
    afterAll(async () => {
      await database.stop()
    })

    it('who make the table at once all find it made', async () => {
      const tables = Array.from({ length: 6 }, (__, n) => `made_${Date.now()}_${n}`)
      for (const table of tables) {
        const stores = Array.from({ length: 8 }, () => sql(database.url ?? '', { table }))
        await Promise.all(stores.map(createTable))
        expect(await createTable(sql(database.client, { table }))).toBeUndefined()
      }
    })

    it('32 writers in 8 processes, each with a connection of its own, lose no increment', async () => {
      // They also make the table, all at once.
      const prefix = `count${Date.now()}`
      const args = [PROGRAM, database.url ?? '', prefix, String(WRITERS), String(TIMES)]
      const children = Array.from({ length: PROCESSES }, () =>
        spawn(process.execPath, args, { stdio: 'inherit' }),
      )
      const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
      const store = sql(database.client, { timeout: '60s' })
      const cache = createCaches({ default: { store, prefix } }).default
      const total = await cache.get('total')
      await cache.close()

      expect(codes).toEqual(Array.from({ length: PROCESSES }, () => 0))
      expect(total).toBe(PROCESSES * WRITERS * TIMES)
    }, 180_000)
  },
)
