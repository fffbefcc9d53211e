import { createConnection, createPool, type Pool } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  followOutbox,
  type MysqlOutboxOptions,
} from '../../../../src/data/adapters/mysql/outbox.ts'
import { outboxRemovalSql, outboxSql } from '../../../../src/data/adapters/mysql/outbox-sql.ts'
import { outboxTables } from '../../../../src/data/adapters/mysql/outbox-tables.ts'
import type { Following } from '../../../../src/data/following.ts'
import { type MariadbServer, startMariadb } from '../../../servers/mariadb.ts'
import { Told } from '../../told.ts'

const TABLES = ['products', 'lines', 'files', 'notes']
let server: MariadbServer
let pool: Pool
const open: Following[] = []

beforeAll(async () => {
  server = await startMariadb()
  pool = createPool({ uri: server.url, connectionLimit: 20 })
})
afterAll(async () => {
  await pool.end()
  await server.stop()
})
/** A table of products, new for each test. */
function withProducts(): void {
  beforeEach(async () => {
    await sql(
      'create table products (id integer primary key, name varchar(20), price integer)',
      "insert into products values (1, 'a', 1), (2, 'b', 1), (3, 'c', 1), (4, 'd', 1), (5, 'e', 1)",
    )
  })
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
    await sql(...outboxRemovalSql(TABLES), 'drop table if exists products, `lines`, files, notes')
  })
}

/** On one connection, as `lock tables` wants it. */
async function sql(...statements: string[]): Promise<void> {
  const connection = await pool.getConnection()
  for (const statement of statements) await connection.query(statement)
  connection.release()
}

async function install(...names: string[]): Promise<void> {
  await sql(...outboxSql({ tables: await outboxTables(pool, names) }))
}

async function follow(told: Told, options: MysqlOutboxOptions = {}): Promise<Following> {
  const own = { interval: '10ms', onError: () => {}, ...options } as const
  const following = followOutbox(pool, told, own)
  open.push(following)
  await expect.poll(() => following.reads).toBe(true)
  return following
}

async function count(text: string): Promise<number> {
  const [rows] = await pool.query(text)
  return Number(Object.values((rows as object[])[0] ?? {})[0])
}

const price = (id: number): string => `update products set price = price + 1 where id = ${id}`

describe('outboxSql of MySQL', () => {
  withProducts()

  it('writes down which rows were changed, under their old and their new keys', async () => {
    await sql(
      'create table `lines` (cart varchar(20), item integer, n integer, primary key (cart, item))',
    )
    await install('products', 'lines')
    const told = new Told()
    await follow(told)

    await sql(price(1))
    await expect.poll(() => told.said).toEqual(['update products 1'])
    await sql('update products set id = 12 where id = 2')
    await expect.poll(() => told.said.at(-1)).toBe('update products 2,12')
    await sql('delete from products where id in (3, 4)')
    await expect.poll(() => told.said.at(-1)).toBe('delete products 3,4')
    await sql("insert into `lines` values ('a:b', 7, 1), ('it''s', 8, 1)")

    await expect.poll(() => told.said.at(-1)).toBe("insert lines a%3Ab:7,it's:8")
  })

  it('knows no rows where the key is no text and no number, or where there is none', async () => {
    await sql('create table files (id binary(16) primary key)', 'create table notes (t text)')
    await install('files', 'notes')
    const told = new Told()
    await follow(told)

    await sql("insert into files values (unhex('ff00ff00ff00ff00ff00ff00ff00ff00'))")
    await sql("insert into notes values ('a')")

    await expect.poll(() => told.said.toSorted()).toEqual(['insert files *', 'insert notes *'])
  })

  it('can be done again, and leaves nothing when it is removed', async () => {
    const triggers = 'select count(*) from information_schema.triggers'
    await sql(
      'create table `lines` (cart varchar(20), item integer, n integer, primary key (cart, item))',
    )
    await install('products', 'lines')
    await sql(price(1))
    await install('products', 'lines')

    expect(await count(triggers)).toBe(6)
    expect(await count('select count(*) from breakwater_outbox')).toBe(1)

    await sql(...outboxRemovalSql(['products', 'lines']))

    expect(await count(triggers)).toBe(0)
    await sql(price(1))
  })

  it('misses no write while its triggers are replaced', async () => {
    await install('products')
    const told = new Told()
    await follow(told)
    let writes = 0
    const over = new AbortController()
    const writing = (async () => {
      const connection = await createConnection(server.url)
      while (!over.signal.aborted) {
        await connection.query('insert into products values (?, ?, 1)', [1000 + writes++, 'x'])
      }
      await connection.end()
    })()

    for (let round = 0; round < 3; round++) await install('products')
    over.abort()
    await writing

    const ids = (): Set<string> => new Set(told.changes.flatMap((change) => change.ids ?? []))
    await expect.poll(() => ids().size).toBe(writes)
  })
})

describe('followOutbox on MySQL', () => {
  withProducts()

  it('is told of what is committed late, and not of what is rolled back', async () => {
    await install('products')
    const told = new Told()
    await follow(told)
    const [slow, undone] = [await pool.getConnection(), await pool.getConnection()]
    for (const each of [slow, undone]) await each.query('begin')
    await slow.query(price(1))
    await undone.query(price(2))

    await sql(price(3))
    await expect.poll(() => told.said).toEqual(['update products 3'])
    await slow.query('commit')
    await undone.query('rollback')
    for (const each of [slow, undone]) each.release()

    await expect.poll(() => told.said).toEqual(['update products 3', 'update products 1'])
    await sql(price(4))
    await expect.poll(() => told.said.length).toBe(3)
  })

  it('deletes what it has handled, and says again what could not be invalidated', async () => {
    await install('products')
    const told = new Told()
    await follow(told)
    told.away = true
    await sql(price(1))
    await expect.poll(() => told.unconfirmed).toBeGreaterThan(1)
    expect(await count('select count(*) from breakwater_outbox')).toBe(1)
    told.away = false

    await expect.poll(() => told.said).toEqual(['update products 1'])
    await expect.poll(() => count('select count(*) from breakwater_outbox')).toBe(0)
  })

  it('reads in one process, and in another one when that is gone', async () => {
    await install('products')
    const [one, two] = [new Told(), new Told()]
    const first = await follow(one)
    const second = followOutbox(pool, two, { interval: '10ms', onError: () => {} })
    open.push(second)
    await sql(price(1))
    await expect.poll(() => one.said).toEqual(['update products 1'])
    expect(second.reads).toBe(false)
    await first.close()
    await sql(price(2))

    await expect.poll(() => two.said).toEqual(['update products 2'])
    expect(one.said).toHaveLength(1)
  })

  it('reads on when its connection was killed', async () => {
    await install('products')
    const told = new Told()
    await follow(told)
    const ids =
      "select id from information_schema.processlist where id <> connection_id() and command = 'Sleep'"
    const [rows] = await pool.query(ids)
    for (const { id } of rows as { id: number }[]) await pool.query(`kill ${id}`).catch(() => {})
    const writer = await createConnection(server.url)
    await writer.query(price(1))
    await writer.end()

    await expect.poll(() => told.said).toEqual(['update products 1'])
  })

  it('does not believe triggers of rows when the primary key has become another one', async () => {
    await install('products')
    await sql('alter table products drop primary key, add primary key (name)')
    const told = new Told()
    await follow(told)

    await sql(price(1))

    await expect.poll(() => told.said).toEqual(['update products *'])
  })

  it('tells the table alone when too many of its rows were changed', async () => {
    await install('products')
    await sql('insert into products select seq, seq, 1 from seq_1000_to_2500')
    const told = new Told()
    await follow(told)

    await expect.poll(() => told.said).toEqual(['insert products *'])
  })
})

describe('the options of the outbox of MySQL', () => {
  it.each([
    [{ tables: ['products'] }, 'a list such as'],
    [{ tables: [{ name: 'audit.log', key: [] }] }, 'its database too'],
    [{ tables: [], outbox: '' }, 'the name of a table'],
    [{ table: [] }, "Did you mean 'tables'?"],
  ])('refuses %j', (options, message) => {
    expect(() => outboxSql(options as never)).toThrow(message)
  })

  it('refuses what is no pool, and options that there are not', () => {
    expect(() => followOutbox({} as never, new Told())).toThrow('a pool of mysql2/promise')
    expect(() => followOutbox(pool, new Told(), { outbox: '' })).toThrow('the name of a table')
    expect(() => followOutbox(pool, new Told(), { name: 'a' } as never)).toThrow('unknown option')
  })
})
