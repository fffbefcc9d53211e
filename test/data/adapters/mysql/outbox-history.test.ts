import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../../src/cache/cache.ts'
import {
  followOutbox,
  schemaOf,
  type MysqlOutboxOptions,
  outboxSql,
  trackMysql,
} from '../../../../src/data/adapters/mysql/index.ts'
import { outboxTables } from '../../../../src/data/adapters/mysql/outbox-tables.ts'
import { cachedQuery } from '../../../../src/data/cached-query.ts'
import type { Following } from '../../../../src/data/following.ts'
import { type ChangeTracker, trackChanges } from '../../../../src/data/tracker.ts'
import { mariadb } from '../../../servers/command-line.ts'
import { type MariadbServer, startMariadb } from '../../../servers/mariadb.ts'
import { type Proxy, startProxy } from '../../../servers/proxy.ts'
import { type RedisServer, startRedis } from '../../../servers/redis.ts'
import {
  type HistoryReader,
  type HistoryWriter,
  NOTHING_WRONG,
  playHistory,
} from '../../history.ts'
import { patientCache } from '../../patient-cache.ts'
import { WriterProcess } from '../../writer-process.ts'
import { addTo, byId, type Item } from '../items.ts'

const ROWS = 5

let server: MariadbServer
let store: RedisServer
let network: Proxy
let plain: Pool
/** Of this test: what a dead writer of another has announced does not concern it. */
let prefix: string
let tests = 0
/** For the writers in processes of their own. */
const children: { stop(): Promise<unknown> }[] = []
const open: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  ;[server, store] = await Promise.all([startMariadb(), startRedis()])
  network = await startProxy(Number(new URL(server.url).port))
  plain = createPool(server.url)
  await plain.query('create table items (id int primary key, n int not null) engine=innodb')
  await plain.query('insert into items values (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)')
  const statements = outboxSql({ tables: await outboxTables(plain, ['items']) })
  const connection = await plain.getConnection()
  for (const statement of statements) await connection.query(statement)
  connection.release()
})
beforeEach(async () => {
  prefix = `outbox${++tests}`
  await plain.query('update items set n = 0')
})
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})
afterAll(async () => {
  await Promise.all(children.map((each) => each.stop()))
  await plain.end()
  await network.stop()
  await Promise.all([server.stop(), store.stop()])
})

/** One process of the fleet: a cache on the shared store, a tracker, and a pool whose writes are tracked. */
interface Member {
  readonly cache: Cache
  readonly tracker: ChangeTracker
  readonly pool: Pool
}

async function member(): Promise<Member> {
  const cache = patientCache(store.url, prefix)
  const tracker = trackChanges(cache)
  const pool = trackMysql(createPool(server.url), tracker)
  tracker.learn(await schemaOf(pool))
  open.push(
    () => cache.close(),
    () => pool.end(),
  )
  return { cache, tracker, pool }
}

async function follow(
  tracker: ChangeTracker,
  options: MysqlOutboxOptions = {},
): Promise<Following> {
  const pool = createPool({
    uri: server.url.replace(/:\d+\//, `:${network.port}/`),
    connectionLimit: 1,
  })
  const own = { interval: '10ms', onError: () => {}, ...options } as const
  const following = followOutbox(pool, tracker, own)
  open.push(
    () => pool.end(),
    () => following.close(),
  )
  return following
}

/** A process that reads the outbox for all. */
async function followElsewhere(): Promise<ChildProcess> {
  const args = [store.url, prefix, server.url]
  const child = fork('.build/test/programs/outbox-follower.js', args)
  children.push({ stop: async () => child.kill('SIGKILL') })
  await once(child, 'message')
  return child
}

function reader(name: string, { cache, tracker }: Member, byRow: boolean): HistoryReader {
  const rowsOf = (sql: string, params: number[]): Promise<Item[]> =>
    cachedQuery(cache, {
      tracker,
      dialect: 'mysql',
      sql,
      params,
      run: async () => (await plain.query<(Item & RowDataPacket)[]>(sql, params))[0],
    })
  return {
    name,
    async read(ids) {
      const rows = byRow
        ? await Promise.all(ids.map((id) => rowsOf('select id, n from items where id = ?', [id])))
        : [await rowsOf('select id, n from items', [])]
      return byId(rows.flat())
    },
  }
}

async function truth(): Promise<Map<number, number>> {
  return byId((await plain.query<(Item & RowDataPacket)[]>('select id, n from items'))[0])
}

const LAST = 'select coalesce(max(id), 0) as last from breakwater_outbox'

/** The outbox's bound, exactly: what was written there until now has been handled, and was invalidated before. */
async function heardOf(last: number): Promise<void> {
  const sql = 'select count(*) as n from breakwater_outbox where id <= ?'
  const left = async (): Promise<unknown> =>
    (await plain.query<RowDataPacket[]>(sql, [last]))[0][0]?.['n']
  await expect.poll(left, { interval: 10 }).toBe(0)
}

const throughClient: HistoryWriter = {
  name: 'the client of MariaDB',
  async write(ids) {
    const text = `begin; ${addTo(ids)}; commit; ${LAST};`
    await heardOf(Number(await mariadb(server.url, text)))
  },
}
const rolledBack: HistoryWriter = {
  name: 'the client of MariaDB, rolled back',
  write: async (ids) => void (await mariadb(server.url, `begin; ${addTo(ids)}; rollback;`)),
  keeps: () => [],
}
const lateProgram: HistoryWriter = {
  name: 'a program that commits late',
  async write(ids) {
    const connection = await plain.getConnection()
    await connection.query('begin')
    await connection.query(addTo(ids))
    // What others write down meanwhile has higher numbers, and is read and deleted before its own rows appear.
    await mariadb(server.url, 'insert into items values (9, 0); delete from items where id = 9')
    await connection.query('commit')
    const [[row]] = await connection.query<RowDataPacket[]>(LAST)
    connection.release()
    await heardOf(Number(row?.['last']))
  },
}

describe('a fleet that follows an outbox of MariaDB', { timeout: 90_000 }, () => {
  it('reads nothing stale after the outbox was read, whoever has written', async () => {
    const [one, two] = [await member(), await member()]
    const following = [await follow(one.tracker), await follow(two.tracker)]
    const setup = { by: 'mysql2', store: store.url, prefix, database: server.url }
    const process = new WriterProcess(setup, '30s')
    children.push(process)

    const report = await playHistory({
      readers: [reader('list', one, false), reader('row', two, true)],
      writers: [
        throughClient,
        rolledBack,
        lateProgram,
        { name: 'the application', write: async (ids) => void (await one.pool.query(addTo(ids))) },
        { name: 'another process of it', write: (ids) => process.write(ids, 'transaction') },
      ],
      rows: ROWS,
      writes: 20,
      truth,
    })

    expect(report).toMatchObject(NOTHING_WRONG)
    expect(following.filter(({ reads }) => reads)).toHaveLength(1)
  })

  it('hears of a writer of its own that was killed between its commit and the invalidation', async () => {
    const one = await member()
    await follow(one.tracker)
    const list = reader('list', one, false)
    const setup = { by: 'mysql2', store: store.url, prefix, database: server.url }
    // What it has announced would come much later.
    const writer = new WriterProcess(setup, '30m')
    children.push(writer)
    await list.read([])

    await writer.killed([1])

    await expect.poll(async () => (await list.read([])).get(1)).toBe(1)
  })

  it('goes on where a process was killed that read for all, and misses nothing of what came meanwhile', async () => {
    const one = await member()
    const child = await followElsewhere()
    const following = await follow(one.tracker)
    const list = reader('list', one, false)
    await throughClient.write([1])
    expect((await list.read([])).get(1)).toBe(1)
    expect(following.reads).toBe(false)

    child.kill('SIGKILL')
    await mariadb(server.url, addTo([2]))

    await expect.poll(async () => (await list.read([])).get(2)).toBe(1)
    await expect.poll(() => following.reads).toBe(true)
  })

  it('stores nothing for longer than it may be blind, and reads on when the database is back', async () => {
    const one = await member()
    const following = await follow(one.tracker, { lostAfter: '300ms' })
    await expect.poll(() => following.reads).toBe(true)
    const list = reader('list', one, false)
    await list.read([])
    await network.refuse()

    await mariadb(server.url, addTo([3]))

    // Nobody has read what was written down: all of the table is invalidated.
    await expect.poll(async () => (await list.read([])).get(3)).toBe(1)
    const [[left]] = await plain.query<RowDataPacket[]>(
      'select count(*) as n from breakwater_outbox',
    )
    expect(left?.['n']).toBeGreaterThan(0)
    await network.heal()
    await throughClient.write([3])
    expect((await list.read([])).get(3)).toBe(2)
  })
})
