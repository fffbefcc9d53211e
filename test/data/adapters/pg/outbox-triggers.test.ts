import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { outboxRemovalSql, outboxSql } from '../../../../src/data/adapters/pg/outbox-sql.ts'
import { Told } from '../../told.ts'
import { outboxBed } from './outbox-bed.ts'

const bed = outboxBed()

describe('outboxSql', () => {
  it('writes down which rows each statement has touched, under their old and their new keys', async () => {
    await bed.install('products')
    const told = new Told()
    await bed.follow(told)

    await bed.sql(
      "insert into products values (1001, 'a', 1), (1002, 'b', 1)",
      'update products set price = 2 where id = 7',
      'update products set id = 2001 where id = 8',
      'delete from products where id in (9, 10)',
      'update products set price = 2 where id = -1',
      "insert into products values (7, 'c', 1) on conflict (id) do update set name = excluded.name",
      'truncate products',
    )

    await expect
      .poll(() => told.said)
      .toEqual([
        'insert products 1001,1002',
        'update products 7',
        'update products 2001,8',
        'delete products 9,10',
        'update products 7',
        'unknown products *',
      ])
  })

  it('knows the rows of a statement up to a hundred of them', async () => {
    await bed.install('products')
    const told = new Told()
    await bed.follow(told)

    await bed.sql('update products set price = 0 where id <= 100')
    await bed.sql('update products set price = 0 where id <= 101')

    await expect.poll(() => told.changes.map(({ ids }) => ids?.length)).toEqual([100, undefined])
  })

  it('knows rows by a key of several columns, and none where there is no primary key', async () => {
    await bed.sql('create table stock (place text, "Item" integer, n integer)')
    await bed.sql(
      'create table lines (cart text, item integer, n integer, primary key (cart, item))',
    )
    await bed.install('stock', 'lines')
    const told = new Told()
    await bed.follow(told)

    await bed.sql("insert into stock values ('a', 1, 1)", "insert into lines values ('a:b', 7, 1)")

    await expect
      .poll(() => told.said.toSorted())
      .toEqual(['insert lines a%3Ab:7', 'insert stock *'])
  })

  it('hears of a partition as of the whole table, also from who writes to it directly', async () => {
    await bed.sql(
      'create schema audit',
      'create table audit."Log" (id integer primary key, t text) partition by range (id)',
      'create table first_half partition of audit."Log" for values from (0) to (100)',
    )
    await bed.install('audit.Log')
    const told = new Told()
    await bed.follow(told)

    await bed.sql(
      `insert into audit."Log" values (1, 'a')`,
      "insert into first_half values (2, 'b')",
    )

    await expect.poll(() => told.said).toEqual(['insert audit.Log 1', 'insert audit.Log 2'])
    await bed.sql('drop schema audit cascade')
  })

  it('hears of the children that a foreign key deletes', async () => {
    await bed.sql(
      'create table reviews (id integer primary key, product integer references products on delete cascade)',
      'insert into reviews values (1, 7), (2, 7), (3, 8)',
    )
    await bed.install('products', 'reviews')
    const told = new Told()
    await bed.follow(told)

    await bed.sql('delete from products where id = 7')

    await expect
      .poll(() => told.said.toSorted())
      .toEqual(['delete products 7', 'delete reviews 1,2'])
  })

  it('hears of sessions that let no other trigger fire, and of users who may not touch the outbox', async () => {
    await bed.install('products')
    await bed.sql('drop role if exists clerk', 'create role clerk login')
    await bed.sql('grant select, update on products to clerk')
    const told = new Told()
    await bed.follow(told)
    const clerk = new pg.Client(bed.server.url.replace('postgres@', 'clerk@'))
    await clerk.connect()

    await clerk.query('update products set price = 2 where id = 1')
    await clerk.end()
    const loader = await bed.pool.connect()
    await loader.query('set session_replication_role = replica')
    await loader.query('update products set price = 2 where id = 2')
    loader.release(true)

    await expect.poll(() => told.said).toEqual(['update products 1', 'update products 2'])
    await bed.sql('revoke all on products from clerk')
  })

  it('is told nothing of what is rolled back, in whole or to a savepoint', async () => {
    await bed.install('products')
    const told = new Told()
    await bed.follow(told)
    const client = await bed.pool.connect()

    for (const statement of [
      'begin',
      'update products set price = 2 where id = 1',
      'rollback',
      'begin',
      'update products set price = 2 where id = 2',
      'savepoint here',
      'update products set price = 2 where id = 3',
      'rollback to savepoint here',
      'update products set price = 2 where id = 4',
      'commit',
    ])
      await client.query(statement)
    client.release()

    await expect.poll(() => told.said).toEqual(['update products 2', 'update products 4'])
  })

  it('changes nothing when it is done again, and leaves nothing when it is removed', async () => {
    const things = `select 'trigger', count(*)::int from pg_trigger where tgname like 'breakwater%'
      union select 'function', count(*)::int from pg_proc where proname like 'breakwater%'
      union select 'table', count(*)::int from pg_class where relname like 'breakwater%' and relkind = 'r' order by 1`
    await bed.install('products')
    await bed.sql('update products set price = 2 where id = 1')
    await bed.install('products')

    expect(await bed.rows(things)).toEqual([
      ['function', 3],
      ['table', 2],
      ['trigger', 4],
    ])
    expect(await bed.rows('select ids from breakwater_outbox')).toEqual([[['1']]])

    await bed.sql(...outboxRemovalSql(), ...outboxRemovalSql())

    expect((await bed.rows(things)).map(([, n]) => n)).toEqual([0, 0, 0])
    await bed.sql('update products set price = 3 where id = 1')
  })

  it('lies in the schema that it is told to lie in', async () => {
    await bed.sql(
      'create schema "my cache"',
      ...outboxSql({ tables: ['products'], schema: 'my cache' }),
    )
    const told = new Told()
    await bed.follow(told, { schema: 'my cache' })

    await bed.sql('update products set price = 2 where id = 1')

    await expect.poll(() => told.said).toEqual(['update products 1'])
    await bed.sql(...outboxRemovalSql('my cache'), 'drop schema "my cache"')
  })

  it.each([
    [{ tables: 'products' }, 'a list of tables'],
    [{ tables: [''] }, 'a list of tables'],
    [{ tables: ['a'], schema: '' }, 'the name of a schema'],
    [{ tables: ['a'], table: 'b' }, "Did you mean 'tables'?"],
  ])('refuses %j', (options, message) => {
    expect(() => outboxSql(options as never)).toThrow(message)
  })
})

describe('the triggers of the outbox', () => {
  it('never fail a write: the key was renamed, the outbox was dropped', async () => {
    await bed.install('products')
    const told = new Told()
    await bed.follow(told)

    await bed.sql('update products set price = 2 where id = 1')
    await bed.sql('alter table products rename column id to product_id')
    await bed.sql('update products set price = 2 where product_id = 2')
    await expect.poll(() => told.said).toEqual(['update products 1', 'update products *'])
    await bed.sql('drop table breakwater_outbox')
    await bed.sql('update products set price = 3')

    expect(await bed.rows('select sum(price)::int from products')).toEqual([[900]])
  })

  it('go on under the new name of a table', async () => {
    await bed.install('products')
    const told = new Told()
    await bed.follow(told)

    await bed.sql('alter table products rename to goods', 'update goods set price = 2 where id = 1')

    await expect.poll(() => told.said).toEqual(['update goods 1'])
  })

  it('are not believed of rows after the primary key has become another one', async () => {
    await bed.install('products')
    await bed.sql(
      'alter table products drop constraint products_pkey',
      'alter table products add primary key (name)',
    )
    const told = new Told()
    await bed.follow(told)

    await bed.sql('update products set price = 2 where id = 1')

    await expect.poll(() => told.said).toEqual(['update products *'])
  })
})
