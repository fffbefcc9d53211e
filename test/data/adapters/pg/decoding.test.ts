import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DecodingOptions, followDecoding } from '../../../../src/data/adapters/pg/decoding.ts'
import { decodingRemovalSql, decodingSql } from '../../../../src/data/adapters/pg/decoding-sql.ts'
import type { Following } from '../../../../src/data/following.ts'
import { type PostgresServer, startPostgres } from '../../../servers/postgres.ts'
import { Told } from '../../told.ts'

let server: PostgresServer
let pool: pg.Pool
const open: Following[] = []

beforeAll(async () => {
  server = await startPostgres({ settings: ['wal_level=logical'] })
  pool = new pg.Pool({ connectionString: server.url })
  pool.on('error', () => {})
})
afterAll(async () => {
  await pool.end()
  await server.stop()
})
beforeEach(async () => {
  await sql(
    'create table products (id integer primary key, name text, price integer)',
    "insert into products select n, 'p' || n, n from generate_series(1, 2000) n",
    'create table lines (cart text, item integer, n integer, primary key (cart, item))',
    'create table notes (id integer unique not null, t text)',
    'alter table notes replica identity full',
    ...decodingSql({ tables: ['products', 'lines', 'notes'] }),
  )
})
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
  await expect.poll(slots).toEqual(expect.not.arrayContaining([expect.stringMatching(/active/)]))
  await sql(...decodingRemovalSql('shop'), 'drop schema public cascade', 'create schema public')
})

async function sql(...statements: string[]): Promise<void> {
  for (const statement of statements) await pool.query(statement)
}

async function slots(): Promise<string[]> {
  const { rows } = await pool.query(
    "select slot_name || case when active then ' active' else '' end as slot from pg_replication_slots",
  )
  return rows.map(({ slot }) => slot as string)
}

async function follow(told: Told, options: DecodingOptions = {}): Promise<Following> {
  const own = { interval: '10ms', onError: () => {}, ...options } as const
  const following = followDecoding(pool, told, own)
  open.push(following)
  await expect
    .poll(() => told.raised.length + Number(options.slot === 'shop' && following.reads))
    .toBeGreaterThan(0)
  return following
}

const price = (id: number): string => `update products set price = price + 1 where id = ${id}`

describe('followDecoding', () => {
  it('tells which rows were changed, under their old and their new keys', async () => {
    const told = new Told()
    await follow(told)

    await sql(price(7))
    await expect.poll(() => told.said).toEqual(['update products 7'])
    await sql('update products set id = 3001 where id = 8')
    await expect.poll(() => told.said.at(-1)).toBe('update products 8,3001')
    await sql("insert into lines values ('a:b', 7, 1), ('c', 8, 2)")
    await expect.poll(() => told.said.at(-1)).toBe('insert lines a%3Ab:7,c:8')
    await sql('delete from products where id in (9, 10)')
    await expect.poll(() => told.said.at(-1)).toBe('delete products 9,10')
    await sql('truncate products')

    await expect.poll(() => told.said.at(-1)).toBe('unknown products *')
    expect(told.raised).toEqual([['products', 'lines', 'notes']])
  })

  it('tells the whole table where the rows are not known by a primary key, or are too many', async () => {
    const told = new Told()
    await follow(told)

    await sql("insert into notes values (1, 'a')")
    await expect.poll(() => told.said).toEqual(['insert notes *'])
    await sql('update products set price = 0 where id <= 1001')

    await expect.poll(() => told.said.at(-1)).toBe('update products *')
  })

  it('is told nothing of what is rolled back, and of nothing before it is committed', async () => {
    const told = new Told()
    await follow(told)
    const client = await pool.connect()
    await client.query('begin')
    await client.query(price(1))

    await sql(price(2))
    await expect.poll(() => told.said).toEqual(['update products 2'])
    await client.query('rollback')
    client.release()
    await sql(price(3))

    await expect.poll(() => told.said).toEqual(['update products 2', 'update products 3'])
  })

  it('hears what an application says in its transaction, and is not stopped by what it cannot understand', async () => {
    const told = new Told()
    const errors: string[] = []
    await follow(told, { onError: (error) => errors.push(String(error)) })
    const emit = (content: string): string =>
      `select pg_logical_emit_message(true, 'breakwater', '${content}')`

    await sql(emit('{"entity": "prices", "ids": [7, "8"]}'), emit('not JSON'), emit('{"ids": [1]}'))
    await sql(emit('[{"entity": "a"}, {"entity": "b", "operation": "delete"}]'))
    await sql('select pg_logical_emit_message(true, \'others\', \'{"entity": "c"}\')')

    await expect.poll(() => told.said).toEqual(['unknown prices 7,8', 'unknown a *', 'delete b *'])
    expect(errors.filter((error) => error.includes('message of the application'))).toHaveLength(2)
  })

  it('warns of a slot that may fill the disk', async () => {
    const errors: string[] = []
    await follow(new Told(), { warnAt: 1, onError: (error) => errors.push(String(error)) })

    expect(errors.join()).toContain('Set max_slot_wal_keep_size')
  })
})

describe('followDecoding for a fleet', () => {
  it('hears of everything that was changed while none of its processes was there', async () => {
    const first = await follow(new Told(), { slot: 'shop' })
    await first.close()
    await sql(price(1))
    const told = new Told()
    await follow(told, { slot: 'shop' })

    await expect.poll(() => told.said).toEqual(['update products 1'])
    expect(told.raised).toEqual([])
    expect(await slots()).toEqual(expect.arrayContaining([expect.stringMatching(/^shop/)]))
  })

  it('reads in one process, and in another one when that is gone', async () => {
    const [one, two] = [new Told(), new Told()]
    const first = await follow(one, { slot: 'shop' })
    const second = followDecoding(pool, two, { slot: 'shop', interval: '10ms', onError: () => {} })
    open.push(second)
    await sql(price(1))
    await expect.poll(() => one.said).toEqual(['update products 1'])
    await first.close()
    await sql(price(2))

    await expect.poll(() => two.said).toEqual(['update products 2'])
    expect([one.said.length, two.raised]).toEqual([1, []])
  })

  it('says again what could not be invalidated', async () => {
    const told = new Told()
    await follow(told, { slot: 'shop' })
    told.away = true
    await sql(price(1))
    await expect.poll(() => told.unconfirmed).toBeGreaterThan(1)
    told.away = false

    await expect.poll(() => told.said).toEqual(['update products 1'])
  })

  it('knows nothing of what was before until that is invalidated, whoever dies in between', async () => {
    const [one, two] = [new Told(), new Told()]
    one.away = true
    const first = await follow(one, { slot: 'shop' })
    await first.close()
    await follow(two, { slot: 'shop' })

    await expect.poll(() => two.raised).toEqual([['products', 'lines', 'notes']])
  })

  it('begins anew when its slot was dropped', async () => {
    const first = await follow(new Told(), { slot: 'shop' })
    await first.close()
    await expect.poll(slots).toEqual(['shop'])
    await sql("select pg_drop_replication_slot('shop')", price(1))
    const told = new Told()
    await follow(told, { slot: 'shop' })

    await expect.poll(() => told.raised).toEqual([['products', 'lines', 'notes']])
  })

  it('lets the server forget the log that it has read, also where nothing concerned it', async () => {
    await follow(new Told(), { slot: 'shop' })
    await sql(
      'create table other (t text)',
      "insert into other select repeat('x', 1000) from generate_series(1, 3000)",
    )
    await sql('checkpoint')

    const kept = async (): Promise<number> => {
      const text = `select pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::int as n from pg_replication_slots`
      return (await pool.query(text)).rows[0].n as number
    }
    await expect.poll(kept).toBeLessThan(10_000)
  })
})

describe('decodingSql', () => {
  it('can be done again, with other tables', async () => {
    await sql(...decodingSql({ tables: ['products'] }), ...decodingSql({ tables: ['lines'] }))

    const { rows } = await pool.query('select tablename from pg_publication_tables')
    expect(rows).toEqual([{ tablename: 'lines' }])
  })

  it('refuses a table whose updates would fail once it is published', async () => {
    await sql('create table bare (id integer)')

    await expect(sql(...decodingSql({ tables: ['products', 'bare'] }))).rejects.toThrow(
      'neither a primary key nor a replica identity',
    )
  })

  it.each([
    [{ tables: [], publication: '' }, 'the name of a publication'],
    [{ tables: 'a' }, 'a list of tables'],
    [{ tabels: [] }, "Did you mean 'tables'?"],
  ])('refuses %j', (options, message) => {
    expect(() => decodingSql(options as never)).toThrow(message)
  })
})

describe('followDecoding options', () => {
  it.each([
    [{ slot: 'My Slot' }, 'small letters'],
    [{ publication: '' }, 'the name of a publication'],
    [{ warnAt: 0 }, 'an amount of memory'],
    [{ slots: 'a' }, "Did you mean 'slot'?"],
  ])('refuses %j', (options, message) => {
    expect(() => followDecoding(pool, new Told(), options as never)).toThrow(message)
  })
})

describe('followDecoding without wal_level = logical', () => {
  it('says what is missing, and stands in nobody’s way', async () => {
    const plain = await startPostgres()
    const other = new pg.Pool({ connectionString: plain.url })
    await other.query('create publication breakwater')
    const errors: string[] = []
    const following = followDecoding(other, new Told(), {
      interval: '10ms',
      onError: (error) => errors.push(String(error)),
    })

    await expect.poll(() => errors[0]).toContain('only under wal_level = logical')
    await following.close()
    await other.end()
    await plain.stop()
  })
})
