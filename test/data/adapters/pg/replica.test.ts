import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../../src/cache/cache.ts'
import { createCaches } from '../../../../src/config/create-caches.ts'
import {
  type Replica,
  replica,
  type ReplicaOptions,
} from '../../../../src/data/adapters/pg/replica.ts'
import type { Schema } from '../../../../src/data/schema.ts'
import { trackChanges } from '../../../../src/data/tracker.ts'
import { memory } from '../../../../src/stores/memory/memory.ts'
import { type PostgresServer, startPostgres, startReplica } from '../../../servers/postgres.ts'

const SCHEMA: Schema = {
  tables: [{ name: 'products', key: [{ name: 'id', kind: 'integer' }] }],
}
let servers: PostgresServer[]
let primary: pg.Pool
let standby: pg.Pool
let cache: Cache

beforeAll(async () => {
  const first = await startPostgres()
  primary = new pg.Pool({ connectionString: first.url })
  await primary.query('create table products (id integer primary key, price integer)')
  await primary.query('insert into products select n, 0 from generate_series(1, 50) n')
  const second = await startReplica(first)
  standby = new pg.Pool({ connectionString: second.url })
  servers = [first, second]
})
afterAll(async () => {
  await Promise.all([primary.end(), standby.end()])
  await Promise.all(servers.map(async (server) => await server.stop()))
})
beforeEach(() => {
  cache = createCaches({ default: { store: memory() } }).default
})
afterEach(async () => {
  await resume()
  await cache.close()
})

const pause = async (): Promise<unknown> => await standby.query('select pg_wal_replay_pause()')
const resume = async (): Promise<unknown> => await standby.query('select pg_wal_replay_resume()')

/** The replica shows everything that was committed. */
async function caughtUp(): Promise<void> {
  // With a commit behind it the log is flushed, which is what a standby is sent.
  const { rows } = await primary.query("select pg_logical_emit_message(true, '', '')::text as lsn")
  const isThere = async (): Promise<unknown> =>
    (await standby.query('select pg_last_wal_replay_lsn() >= $1::pg_lsn as there', [rows[0].lsn]))
      .rows[0].there
  await expect.poll(isThere).toBe(true)
}

async function setPrice(id: number, price: number): Promise<void> {
  await primary.query('update products set price = $2 where id = $1', [id, price])
  await cache.invalidateTags(['products'])
}

interface Seen {
  readonly price: number
  readonly replica: boolean
}

async function read(client: pg.PoolClient, id: number): Promise<Seen> {
  const text = 'select price, pg_is_in_recovery() as replica from products where id = $1'
  return (await client.query<Seen>(text, [id])).rows[0] as Seen
}

const tags = ['products']
const fenced = (options: Partial<ReplicaOptions<pg.PoolClient>> = {}): Replica<pg.PoolClient> =>
  replica<pg.PoolClient>(cache, { primary, replica: standby, ...options })

describe('a fill from a replica that is behind', () => {
  it('stores the old row without a fence in 20 of 20 cases, and with one in none', async () => {
    const reads = fenced()
    let [unfencedStale, fencedStale] = [0, 0]
    for (let id = 1; id <= 20; id++) {
      await caughtUp()
      await pause()
      await setPrice(id, 1)
      await cache.getOrSet(
        ['plain', id],
        async () => {
          const client = await standby.connect()
          return await read(client, id).finally(() => client.release())
        },
        { tags },
      )
      await reads.getOrSet(['fenced', id], async (client) => await read(client, id), { tags })
      await resume()

      const stored = async (name: string): Promise<number> =>
        ((await cache.get([name, id])) as Seen).price
      if ((await stored('plain')) !== 1) unfencedStale++
      if ((await stored('fenced')) !== 1) fencedStale++
    }

    expect([unfencedStale, fencedStale]).toEqual([20, 0])
  })

  it('is not stored under behind: skip, and its callers see what the replica shows', async () => {
    await caughtUp()
    await pause()
    await setPrice(21, 1)

    const seen = await fenced({ behind: 'skip' }).getOrSet(
      'p',
      async (client) => await read(client, 21),
      { tags },
    )

    expect(seen).toEqual({ price: 0, replica: true })
    expect(await cache.get('p')).toBeUndefined()
  })

  it('waits for the replica as long as it is told to', async () => {
    await caughtUp()
    await pause()
    await setPrice(22, 1)

    const reading = fenced({ wait: '20s' }).getOrSet(
      'p',
      async (client) => await read(client, 22),
      { tags },
    )
    await resume()

    expect(await reading).toEqual({ price: 1, replica: true })
    expect(await cache.get('p')).toEqual({ price: 1, replica: true })
  })

  it('is refused also for a tag that only its load has named', async () => {
    await caughtUp()
    const load = async (wait: '0s' | '20s'): Promise<Seen> =>
      await fenced({ wait }).getOrSet(
        'p',
        async (client, { tag }) => {
          tag('products')
          return await read(client, 23)
        },
        { tags: ['shelf'] },
      )
    // The fence of the shelf is older than the change.
    await load('20s')
    await cache.delete('p')
    await pause()
    await setPrice(23, 1)

    expect(await load('0s')).toEqual({ price: 0, replica: true })
    expect(await cache.get('p')).toBeUndefined()
  })

  it('is fenced also when the fence was evicted', async () => {
    const reads = fenced()
    const load = async (): Promise<Seen> =>
      await reads.getOrSet('p', async (client) => await read(client, 24), { tags })
    await load()
    await pause()
    await setPrice(24, 1)
    await cache.deletePattern('*')

    expect(await load()).toEqual({ price: 1, replica: false })
  })

  it('is not stored while the primary cannot be asked', async () => {
    const away = new pg.Pool({ connectionString: 'postgres://postgres@127.0.0.1:1/postgres' })

    const seen = await fenced({ primary: away }).getOrSet(
      'p',
      async (client) => await read(client, 25),
      { tags },
    )

    expect(seen.replica).toBe(true)
    expect(await cache.get('p')).toBeUndefined()
    await away.end()
  })
})

describe('a fill from a replica that is far enough', () => {
  it('is stored, and asks the primary once for many entries and again after an invalidation', async () => {
    let asked = 0
    const counted = {
      async connect() {
        asked++
        return await primary.connect()
      },
    }
    const reads = fenced({ primary: counted, wait: '20s' })
    const load = async (id: number): Promise<Seen> => {
      await caughtUp()
      return await reads.getOrSet(['p', id], async (client) => await read(client, id), { tags })
    }
    await load(30)
    await load(31)
    expect([asked, await cache.get(['p', 31])]).toEqual([1, { price: 0, replica: true }])
    await setPrice(31, 7)

    expect(await load(31)).toEqual({ price: 7, replica: true })
    expect(asked).toBe(2)
  })
})

describe('a cached query on a replica', () => {
  const text = 'select price, pg_is_in_recovery() as replica from products where id = $1'

  it('is never older than what was said to the tracker', async () => {
    const tracker = trackChanges(cache, { schema: SCHEMA })
    const query = async (id: number, wait: '0s' | '20s' = '0s'): Promise<Seen> =>
      (
        await fenced({ wait }).query<Seen>({ tracker, sql: text, params: [id], ttl: '1h' })
      )[0] as Seen
    await caughtUp()
    const before = [await query(40, '20s'), await query(41, '20s')]
    await pause()
    await primary.query('update products set price = 5 where id = 40')
    await tracker.changed({ entity: 'products', operation: 'update', ids: ['40'] })

    const after = [await query(40), await query(41)]

    const old = { price: 0, replica: true }
    expect(before).toEqual([old, old])
    // The other row was not touched: it is still cached.
    expect(after).toEqual([
      { price: 5, replica: false },
      { price: 0, replica: true },
    ])
  })

  it('sends to the primary what is no plain query', async () => {
    const tracker = trackChanges(cache, { schema: SCHEMA })
    const sql =
      'update products set price = 6 where id = 42 returning pg_is_in_recovery() as replica'

    expect(await fenced().query({ tracker, sql })).toEqual([{ replica: false }])
  })
})

describe('replica', () => {
  it.each([
    [{ behind: 'never' }, "'primary' or 'skip'"],
    [{ wait: 'forever' }, 'not for ever'],
    [{ replica: {} }, 'a Pool of node-postgres'],
    [{ replicas: [] }, "Did you mean 'replica'?"],
  ])('refuses %j', (options, message) => {
    expect(() => fenced(options as never)).toThrow(message)
  })

  it('refuses an entry without tags', async () => {
    const load = fenced().getOrSet('p', async () => 1, { tags: [] })

    await expect(load).rejects.toThrow('at least one tag')
  })

  it('gives what the queries throw to the caller', async () => {
    const load = fenced().getOrSet('p', async (client) => await client.query('selec'), { tags })

    await expect(load).rejects.toMatchObject({ code: '42601' })
  })
})
