import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCaches } from '../../../src/config/create-caches.ts'
import { sql } from '../../../src/stores/sql/index.ts'
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

    it('32 writers in 8 processes, each with a connection of its own, lose no increment', async () => {
      const args = [PROGRAM, database.url ?? '', String(WRITERS), String(TIMES)]
      const children = Array.from({ length: PROCESSES }, () =>
        spawn(process.execPath, args, { stdio: 'inherit' }),
      )
      const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
      const cache = createCaches({
        default: { store: sql(database.client, { timeout: '60s' }), prefix: 'count' },
      }).default

      expect(codes).toEqual(Array.from({ length: PROCESSES }, () => 0))
      expect(await cache.get('total')).toBe(PROCESSES * WRITERS * TIMES)
      await cache.close()
    }, 180_000)
  },
)
