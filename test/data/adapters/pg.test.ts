import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { trackedClient } from '../../../src/data/adapters/pg/index.ts'
import { rowTags, tableTag } from '../../../src/data/tags.ts'
import { type ChangeTracker, trackChanges } from '../../../src/data/tracker.ts'
import { FreshCaches } from '../../cache/fresh-caches.ts'
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts'

let server: PostgresServer
let caches: FreshCaches
let cache: Cache
let tracker: ChangeTracker
let pool: pg.Pool

beforeAll(async () => {
  server = await startPostgres()
  const client = new pg.Client(server.url)
  await client.connect()
  await client.query('create table items (id int primary key, n int not null default 0)')
  await client.query(
    'create table other (id int primary key, n int unique deferrable initially deferred)',
  )
  await client.end()
})
afterAll(() => server.stop())

beforeEach(async () => {
  caches = new FreshCaches()
  cache = caches.open()
  const key = [{ name: 'id', kind: 'integer' }] as const
  tracker = trackChanges(cache, {
    schema: {
      tables: [
        { name: 'items', key },
        { name: 'other', key },
      ],
    },
  })
  pool = new pg.Pool({ connectionString: server.url, Client: trackedClient(pg.Client, tracker) })
  await pool.query('insert into items values (1), (2), (3) on conflict (id) do update set n = 0')
  await cache.set('list', 1, { tags: [tableTag('items')] })
  for (const id of [1, 2, 3]) await cache.set(`row ${id}`, 1, { tags: rowTags('items', id) })
})
afterEach(async () => {
  await pool.end()
  await caches.close()
})

const living = async (): Promise<string[]> => [
  ...(await cache.getMany(['list', 'row 1', 'row 2', 'row 3'])).keys(),
]

describe('trackedClient', () => {
  it('knows rows by a condition, by what RETURNING gave back, and by the values of an insert', async () => {
    await pool.query('update items set n = 1 where id = $1', [1])
    expect(await living()).toEqual(['row 2', 'row 3'])

    await pool.query('update items set n = 1 where n = 0 and id < 3 returning id')
    expect(await living()).toEqual(['row 3'])

    await pool.query({ text: 'insert into items (id) values ($1) returning *', values: [100] })
    expect(await living()).toEqual(['row 3'])
  })

  it.for([
    ['a promise', (sql: string) => pool.query(sql)],
    [
      'a callback',
      (sql: string) =>
        new Promise((resolve, reject) => {
          pool.query(sql, (error, result) => (error ? reject(error) : resolve(result)))
        }),
    ],
    [
      'a Query',
      async (sql: string) => {
        const client = await pool.connect()
        const query = client.query(new pg.Query(sql))
        await new Promise((resolve) => void query.on('end', resolve))
        client.release()
      },
    ],
  ] as const)('invalidates before the caller is told, called with %s', async ([, send]) => {
    await send('update items set n = n + 1 where id = 2')

    expect(await living()).toEqual(['row 1', 'row 3'])
  })

  it('takes back what it announced when a COMMIT answers ROLLBACK', async () => {
    const client = await pool.connect()
    await client.query('begin')
    await client.query('update items set n = 1 where id = 1')
    await expect(client.query('select 1/0')).rejects.toThrow('division by zero')
    const { command } = await client.query('commit')
    client.release()

    expect(command).toBe('ROLLBACK')
    expect(await living()).toHaveLength(4)
    await caches.clock.advance(60_000)
    expect(await living()).toHaveLength(4)
  })

  it('invalidates nothing when COMMIT fails, and is ready for the next transaction', async () => {
    const client = await pool.connect()
    await client.query('begin')
    await client.query('update items set n = 1 where id = 1')
    await client.query('insert into other values (1, 1), (2, 1)')
    await expect(client.query('commit')).rejects.toThrow('duplicate key')
    expect(await living()).toHaveLength(4)

    await client.query('update items set n = 1 where id = 2')
    client.release()

    expect(await living()).toEqual(['row 1', 'row 3'])
  })
})
