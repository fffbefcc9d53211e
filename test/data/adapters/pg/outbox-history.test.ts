import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cache } from '../../../../src/cache/cache.ts'
import { createCaches } from '../../../../src/config/create-caches.ts'
import { followOutbox, outboxSql, trackedClient } from '../../../../src/data/adapters/pg/index.ts'
import { cachedQuery } from '../../../../src/data/cached-query.ts'
import type { Following } from '../../../../src/data/following.ts'
import { type ChangeTracker, trackChanges } from '../../../../src/data/tracker.ts'
import { redis } from '../../../../src/stores/redis/index.ts'
import { type PostgresServer, startPostgres } from '../../../servers/postgres.ts'
import { psql } from '../../../servers/command-line.ts'
import { type RedisServer, startRedis } from '../../../servers/redis.ts'
import {
  type HistoryReader,
  type HistoryWriter,
  NOTHING_WRONG,
  playHistory,
} from '../../history.ts'

const ROWS = 5
const schema = {
  tables: [
    { name: 'items', key: [{ name: 'id', kind: 'integer' }] },
    { name: 'product', key: [{ name: 'id', kind: 'integer' }] },
  ],
} as const

let postgres: PostgresServer
let store: RedisServer
let plain: pg.Pool
let stranger: ChildProcess
const open: { close(): Promise<unknown> }[] = []

/** One process of the fleet: a cache on the shared store, a tracker, and a pool whose writes are tracked. */
interface Member {
  readonly cache: Cache
  readonly tracker: ChangeTracker
  readonly pool: pg.Pool
  readonly following: Following
}

function member(): Member {
  const caches = createCaches({ default: { store: redis(store.url), prefix: 'history' } })
  const cache = caches.default
  const tracker = trackChanges(cache, { schema })
  const Client = trackedClient(pg.Client, tracker)
  const pool = new pg.Pool({ connectionString: postgres.url, Client })
  pool.on('error', () => {})
  const following = followOutbox(plain, tracker, { name: 'shop', interval: '10ms' })
  open.push(following, { close: async () => await pool.end() }, caches)
  return { cache, tracker, pool, following }
}

beforeAll(async () => {
  ;[postgres, store] = await Promise.all([startPostgres(), startRedis()])
  plain = new pg.Pool({ connectionString: postgres.url })
  plain.on('error', () => {})
  await plain.query('create table items (id integer primary key, n integer not null)')
  await plain.query(`insert into items select n, 0 from generate_series(1, ${ROWS}) n`)
  await plain.query('create table product (id integer primary key, price integer)')
  await plain.query('insert into product values (1, 1)')
  for (const statement of outboxSql({ tables: ['items', 'product'] })) await plain.query(statement)
  stranger = fork('.build/test/programs/stranger.js', [postgres.url])
  await once(stranger, 'message')
})
afterAll(async () => {
  stranger.disconnect()
  for (const each of open) await each.close()
  await plain.end()
  await Promise.all([postgres.stop(), store.stop()])
})

/** The outbox's bound, exactly: what this transaction has changed was read by the fleet, and is invalidated. */
async function heardOf(xid: string): Promise<void> {
  const text =
    'select pg_visible_in_snapshot($1::xid8, position) as heard from breakwater_outbox_reader'
  await expect.poll(async () => (await plain.query(text, [xid])).rows[0]?.heard).toBe(true)
}

function reader(name: string, { cache, tracker, pool }: Member, byRow: boolean): HistoryReader {
  const rowsOf = async (sql: string, params: number[]): Promise<{ id: number; n: number }[]> =>
    await cachedQuery(cache, {
      tracker,
      dialect: 'postgres',
      sql,
      params,
      run: async () => (await pool.query<{ id: number; n: number }>(sql, params)).rows,
    })
  return {
    name,
    async read(ids) {
      const rows = byRow
        ? await Promise.all(
            ids.map(async (id) => await rowsOf('select id, n from items where id = $1', [id])),
          )
        : [await rowsOf('select id, n from items', [])]
      return new Map(rows.flat().map(({ id, n }) => [id, n]))
    },
  }
}

const add = (ids: readonly number[]): string =>
  `update items set n = n + 1 where id in (${ids.join(', ')})`

const throughPsql: HistoryWriter = {
  name: 'psql',
  async write(ids) {
    const text = `begin; ${add(ids)}; select pg_current_xact_id(); commit;`
    await heardOf((await psql(postgres.url, text)).trim())
  },
}
const rolledBack: HistoryWriter = {
  name: 'psql, rolled back',
  write: async (ids) => void (await psql(postgres.url, `begin; ${add(ids)}; rollback;`)),
  keeps: () => [],
}
const anotherProgram: HistoryWriter = {
  name: 'a program that knows nothing of the cache',
  async write(ids) {
    // One at a time: its answers do not say to which question.
    await (turn = turn.then(async () => {
      stranger.send(ids)
      const [{ xid }] = (await once(stranger, 'message')) as [{ xid: string }]
      await heardOf(xid)
    }))
  },
}
let turn: Promise<void> = Promise.resolve()

describe('a fleet that follows an outbox', () => {
  it('reads nothing stale after the outbox was read, whoever has written', async () => {
    const [one, two] = [member(), member()]
    const own: HistoryWriter = {
      name: 'the application',
      write: async (ids) => void (await one.pool.query(add(ids))),
    }

    const report = await playHistory({
      readers: [reader('list', one, false), reader('row', two, true)],
      writers: [throughPsql, rolledBack, anotherProgram, own],
      rows: ROWS,
      writes: 40,
      truth: async () => {
        const { rows } = await plain.query<{ id: number; n: number }>('select id, n from items')
        return new Map(rows.map(({ id, n }) => [id, n]))
      },
    })

    expect(report).toMatchObject(NOTHING_WRONG)
    expect([one, two].filter(({ following }) => following.reads)).toHaveLength(1)
  })

  it('hears of a writer of its own that was killed between its commit and the invalidation', async () => {
    const { cache, tracker, pool } = member()
    const sql = 'select price from product where id = 1'
    const price = async (): Promise<number> => {
      const run = async (): Promise<{ price: number }[]> => (await pool.query(sql)).rows
      const [row] = await cachedQuery(cache, { tracker, dialect: 'postgres', sql, run })
      return row?.price ?? Number.NaN
    }
    expect(await price()).toBe(1)
    const args = [store.url, 'history', postgres.url, 'without a transaction']
    const writer = fork('.build/test/programs/price-writer.js', args)
    await once(writer, 'message')
    writer.kill('SIGKILL')

    await expect.poll(price).toBe(2)
  })
})
