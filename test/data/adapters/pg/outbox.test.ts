import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { createCaches } from '../../../../src/config/create-caches.ts'
import { followOutbox } from '../../../../src/data/adapters/pg/outbox.ts'
import { trackedClient } from '../../../../src/data/adapters/pg/tracked-client.ts'
import { trackChanges } from '../../../../src/data/tracker.ts'
import { memory } from '../../../../src/stores/memory/memory.ts'
import { Told } from '../../told.ts'
import { outboxBed } from './outbox-bed.ts'

const bed = outboxBed()

async function outboxRows(): Promise<number> {
  const [row] = await bed.rows('select count(*)::int from breakwater_outbox')
  return Number(row?.[0])
}

const price = (id: number): string => `update products set price = price + 1 where id = ${id}`

describe('followOutbox', () => {
  it('is told at once of what is committed, whoever was first, and however long others take', async () => {
    await bed.install('products')
    const told = new Told()
    await bed.follow(told)
    const slow = await bed.pool.connect()
    await slow.query('begin')
    await slow.query(price(1))

    await bed.sql(price(2), price(3))
    await expect.poll(() => told.said).toEqual(['update products 2', 'update products 3'])
    await slow.query('commit')
    slow.release()

    await expect.poll(() => told.said.at(-1)).toBe('update products 1')
    expect(told.said).toHaveLength(3)
  })

  it('tells each change once', async () => {
    await bed.install('products')
    const told = new Told()
    await bed.follow(told)

    await Promise.all(
      Array.from({ length: 10 }, async (_, writer) => {
        for (let n = 0; n < 10; n++) await bed.sql(price(1 + writer * 10 + n))
      }),
    )

    await expect.poll(() => told.changes.length).toBeGreaterThanOrEqual(100)
    expect(new Set(told.said).size).toBe(100)
    expect(told.changes).toHaveLength(100)
  })

  it('deletes what all have read, and what one has not read only when that one is forgotten', async () => {
    await bed.install('products')
    await bed.sql(
      `insert into breakwater_outbox_reader select 'gone', pg_current_snapshot(), 'x', 'o', now(), now()`,
    )
    await bed.follow(new Told(), { name: 'shop' })

    await bed.sql(price(1), price(2))
    await expect
      .poll(() =>
        bed.rows(
          "select pg_snapshot_xmin(position) > (select max(x) from breakwater_outbox) from breakwater_outbox_reader where name = 'shop'",
        ),
      )
      .toEqual([[true]])
    expect(await outboxRows()).toBe(2)
    await bed.sql(
      "update breakwater_outbox_reader set seen_at = now() - interval '2 days' where name = 'gone'",
    )

    await expect.poll(outboxRows).toBe(0)
    expect(await bed.rows('select name from breakwater_outbox_reader')).toEqual([['shop']])
  })

  it('tells only the tables when there is more than can be told', async () => {
    await bed.install('products')
    const first = await bed.follow(new Told(), { name: 'shop' })
    await first.close()
    await bed.sql(
      `insert into breakwater_outbox (x, entity_schema, entity, operation, key_columns, ids)
       select pg_current_xact_id(), 'public', 'products', 'update', 1, array[n::text] from generate_series(1, 12000) n`,
    )
    const told = new Told()
    await bed.follow(told, { name: 'shop' })

    await expect.poll(() => told.said).toEqual(['unknown products *'])
    expect(told.raised).toEqual([])
  })

  it('is woken by NOTIFY, and by hand', async () => {
    await bed.install('products')
    const told = new Told()
    const following = await bed.follow(told, { interval: '1h' })

    await bed.sql(price(1), "select pg_notify('breakwater_outbox', '')")
    await expect.poll(() => told.said).toEqual(['update products 1'])
    await bed.sql(price(2))
    following.wake()

    await expect.poll(() => told.said.length).toBe(2)
  })

  it('says again what could not be invalidated', async () => {
    await bed.install('products')
    const told = new Told()
    const errors: unknown[] = []
    await bed.follow(told, { onError: (error) => errors.push(error) })
    told.failure = new Error('the store is away')
    await bed.sql(price(1))
    await expect.poll(() => errors.length).toBeGreaterThan(1)
    told.failure = undefined
    await expect.poll(() => told.said).toEqual(['update products 1'])
    told.away = true
    await bed.sql(price(2))
    await expect.poll(() => told.unconfirmed).toBeGreaterThan(1)
    told.away = false

    await expect.poll(() => told.said).toEqual(['update products 1', 'update products 2'])
  })

  it('says again that nothing is known of what was before, until that is invalidated', async () => {
    await bed.install('products')
    const [one, two] = [new Told(), new Told()]
    one.away = true
    const first = await bed.follow(one, { name: 'shop' })
    await first.close()
    await bed.follow(two, { name: 'shop' })

    await expect.poll(() => two.raised).toEqual([['products']])
  })
})

describe('followOutbox for one process alone', () => {
  it('knows nothing of what was before, and leaves nothing behind', async () => {
    await bed.install('products')
    await bed.sql(price(1))
    const told = new Told()
    const following = await bed.follow(told)
    await bed.sql(price(2))
    await expect.poll(() => told.said).toEqual(['update products 2'])

    await following.close()

    expect(told.raised).toEqual([['products']])
    expect(await bed.rows('select name from breakwater_outbox_reader')).toEqual([])
  })
})

describe('followOutbox for a fleet', () => {
  it('reads in one process, and in another one when that is closed', async () => {
    await bed.install('products')
    const [one, two] = [new Told(), new Told()]
    const first = await bed.follow(one, { name: 'shop' })
    const second = bed.own(followOutbox(bed.pool, two, { name: 'shop', interval: '10ms' }))
    await bed.sql(price(1))
    await expect.poll(() => one.said).toEqual(['update products 1'])
    expect([first.reads, second.reads]).toEqual([true, false])

    await first.close()
    await bed.sql(price(2))

    await expect.poll(() => two.said).toEqual(['update products 2'])
    expect(one.said).toEqual(['update products 1'])
    expect(two.raised).toEqual([])
  })

  it('takes over from a process that died, when its lease is over', async () => {
    await bed.install('products')
    await bed.sql(
      `insert into breakwater_outbox_reader select 'shop', pg_current_snapshot(),
         substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8), 'dead', now() + interval '2 s', now()`,
      price(1),
    )
    const told = new Told()
    const following = bed.own(followOutbox(bed.pool, told, { name: 'shop', interval: '10ms' }))
    const held = await bed.rows(
      'select held_until > clock_timestamp() from breakwater_outbox_reader',
    )
    expect([held, following.reads]).toEqual([[[true]], false])

    await expect.poll(() => told.said).toEqual(['update products 1'])
    expect(told.raised).toEqual([])
  })

  it('hears of everything that was changed while none of its processes was there', async () => {
    await bed.install('products')
    const first = await bed.follow(new Told(), { name: 'shop' })
    await first.close()
    await bed.sql(price(1), price(2))
    const told = new Told()
    await bed.follow(told, { name: 'shop' })

    await expect.poll(() => told.said).toEqual(['update products 1', 'update products 2'])
    expect(told.raised).toEqual([])
  })

  it('does not take another fleet’s changes away', async () => {
    await bed.install('products')
    const [one, two] = [new Told(), new Told()]
    await bed.follow(one, { name: 'shop' })
    await bed.follow(two, { name: 'admin' })

    await bed.sql(price(1))

    await expect.poll(() => [...one.said, ...two.said]).toEqual(Array(2).fill('update products 1'))
  })

  it('invalidates everything of its tables when it was away for longer than its place is kept', async () => {
    await bed.install('products')
    const first = await bed.follow(new Told(), { name: 'shop' })
    await first.close()
    await bed.sql("update breakwater_outbox_reader set seen_at = now() - interval '2 days'")
    await bed.follow(new Told(), { name: 'other' })
    await expect
      .poll(() => bed.rows('select name from breakwater_outbox_reader'))
      .toEqual([['other']])
    const told = new Told()
    await bed.follow(told, { name: 'shop' })

    await expect.poll(() => told.raised).toEqual([['products']])
  })

  it.each([
    ['was promoted or restored', "timeline = '000000FF'"],
    ['has lost transactions', "position = '9999999:9999999:'"],
  ])('invalidates everything of its tables when the database %s', async (_, damage) => {
    await bed.install('products')
    const first = await bed.follow(new Told(), { name: 'shop' })
    await first.close()
    await bed.sql(`update breakwater_outbox_reader set ${damage}`)
    const told = new Told()
    await bed.follow(told, { name: 'shop' })
    await bed.sql(price(1))

    await expect.poll(() => told.raised).toEqual([['products']])
    await expect.poll(() => told.said).toEqual(['update products 1'])
  })

  it('reads on where it was when its connection is lost for a moment', async () => {
    await bed.install('products')
    const told = new Told()
    await bed.follow(told, { name: 'shop' })

    await bed.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%breakwater_outbox%' and pid <> pg_backend_pid()",
      price(1),
    )

    await expect.poll(() => told.said).toEqual(['update products 1'])
    expect(told.raised).toEqual([['products']])
  })

  it('invalidates everything of its tables for as long as it is blind, and then reads on', async () => {
    await bed.install('products')
    const told = new Told()
    await bed.follow(told, { name: 'shop', lostAfter: '50ms' })
    await bed.sql('alter table breakwater_outbox rename to elsewhere')

    await expect.poll(() => told.raised.length).toBeGreaterThan(2)
    expect(told.raised[0]).toEqual(['products'])
    await bed.sql('alter table elsewhere rename to breakwater_outbox', price(1))

    await expect.poll(() => told.said).toEqual(['update products 1'])
    const raised = told.raised.length
    await bed.sql(price(2))
    await expect.poll(() => told.said.length).toBe(2)
    expect(told.raised).toHaveLength(raised)
  })
})

describe('followOutbox options', () => {
  it.each([
    [{ name: '' }, "the fleet's name"],
    [{ keep: '1s' }, "'1m' or more"],
    [{ interval: '0s' }, "more than '0s'"],
    [{ timeout: 'forever' }, 'not for ever'],
    [{ onError: 1 }, 'a function'],
    [{ intervall: '1s' }, "Did you mean 'interval'?"],
  ])('refuses %j', (options, message) => {
    expect(() => followOutbox(bed.pool, new Told(), options as never)).toThrow(message)
  })

  it('refuses a pool whose statements are tracked: what it writes itself would be told as changes', async () => {
    const cache = createCaches({ default: { store: memory() } }).default
    const Client = trackedClient(pg.Client, trackChanges(cache))
    const tracked = new pg.Pool({ connectionString: bed.server.url, Client })
    const errors: string[] = []
    bed.own(
      followOutbox(tracked, new Told(), {
        interval: '10ms',
        onError: (error) => errors.push(String(error)),
      }),
    )

    await expect.poll(() => errors[0]).toContain('expected one whose statements are not tracked')
    await tracked.end()
    await cache.close()
  })

  it('refuses what is no pool and what is no tracker', () => {
    expect(() => followOutbox({} as never, new Told())).toThrow('a Pool of node-postgres')
    expect(() => followOutbox(bed.pool, {} as never)).toThrow('what trackChanges() has made')
  })
})
