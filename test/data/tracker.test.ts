import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import type { Change } from '../../src/data/change.ts'
import { rowTags, tableTag } from '../../src/data/tags.ts'
import { type ChangeTracker, trackChanges, type TrackerOptions } from '../../src/data/tracker.ts'
import { chaosStore } from '../../src/testing/chaos-store.ts'
import { FreshCaches, messagesOf } from '../cache/fresh-caches.ts'

let caches: FreshCaches
let cache: Cache

const key = [{ name: 'id', kind: 'integer' }] as const
const schema = { tables: [{ name: 'products', key }] }

beforeEach(() => {
  caches = new FreshCaches()
  cache = caches.open()
})
afterEach(() => caches.close())

async function send(tracker: ChangeTracker, ...texts: string[]): Promise<void> {
  const session = tracker.session('sqlite')
  for (const sql of texts)
    await session.run(tracker.statements(sql, [], 'sqlite'), () => Promise.resolve())
}

describe('trackChanges', () => {
  it('invalidates what rules name, in the caches that they are about', async () => {
    const other = caches.open()
    const tracker = trackChanges([cache, other], {
      schema,
      rules: [
        { entity: 'products', tags: ({ ids }) => (ids ?? ['all']).map((id) => `shelf:${id}`) },
        { entity: 'products', keys: () => ['home'], on: ['delete'] },
      ],
    })
    await cache.set('shelf', 1, { tags: ['shelf:7'] })
    await cache.set('home', 1)

    await send(tracker, 'update products set n = 1 where id = 7')
    expect(await cache.get('shelf')).toBeUndefined()
    expect(await cache.get('home')).toBe(1)
    await send(tracker, 'delete from products where id = 7')

    expect(await cache.get('home')).toBeUndefined()
  })

  it('loads anew what a rule wants written through, after the commit, and keeps the newest', async () => {
    let price = 1
    const product = cache.define({
      key: (id: string) => ['product', id],
      load: () => price,
      ttl: '1h',
    })
    const tracker = trackChanges(cache, {
      schema,
      rules: [
        { entity: 'products', keys: ({ ids = [] }) => ids.map((id) => ['product', id]) },
        {
          entity: 'products',
          refresh: ({ ids = [] }) => ids.map((id) => () => product.refresh(id)),
        },
      ],
    })
    expect(await product.get('7')).toBe(1)

    price = 2
    await send(tracker, 'update products set price = 2 where id = 7')
    await caches.settle()

    expect(await cache.get(['product', '7'])).toBe(2)
  })

  it('invalidates by the default tags although a rule throws once it knows the rows', async () => {
    const messages = messagesOf(cache)
    let calls = 0
    const tags = (): string[] => {
      if (++calls > 1) throw new Error('broken rule')
      return []
    }
    const tracker = trackChanges(cache, { schema, rules: [{ entity: 'products', tags }] })
    await cache.set('row', 1, { tags: rowTags('products', 7) })

    await send(tracker, 'update products set n = 1 where id = 7')

    expect(await cache.get('row')).toBeUndefined()
    expect(messages).toEqual(['A rule of changes threw; the default tags were invalidated.'])
  })

  it('counts by entity what was known by row, and what as a whole', async () => {
    const tracker = trackChanges(cache, { schema })
    const told: Change[] = []
    const stop = tracker.onChange((changes) => told.push(...changes))

    await send(
      tracker,
      'delete from products where id in (1, 2)',
      'delete from products',
      'begin',
      'delete from products',
      'rollback',
    )
    stop()
    await send(tracker, 'delete from products')

    expect(tracker.counts().get('products')).toEqual({ precise: 1, rows: 2, whole: 2 })
    expect(told.map(({ ids }) => ids)).toEqual([['1', '2'], undefined])
  })

  it('takes the release of the savepoint that began a transaction of SQLite for its COMMIT', async () => {
    const tracker = trackChanges(cache, { schema })
    await cache.set('list', 1, { tags: [tableTag('products')] })
    const session = tracker.session('sqlite')
    const run = async (sql: string): Promise<void> =>
      await session.run(tracker.statements(sql, [], 'sqlite'), () => Promise.resolve())

    await run('savepoint a')
    await run('delete from products')
    await run('savepoint b')
    await run('release b')
    expect(await cache.get('list')).toBe(1)
    await run('release a')

    expect(await cache.get('list')).toBeUndefined()
  })

  it('keeps what a COMMIT that failed would have committed, for the one that comes again', async () => {
    const tracker = trackChanges(cache, { schema })
    await cache.set('list', 1, { tags: [tableTag('products')] })
    const session = tracker.session('sqlite')
    const run = async (sql: string, fails = false): Promise<void> =>
      await session.run(
        tracker.statements(sql, [], 'sqlite'),
        () => Promise.resolve(),
        () => ({ outcome: fails ? 'undone' : 'done' }),
      )

    await run('begin')
    await run('delete from products')
    await run('commit', true)
    expect(await cache.get('list')).toBe(1)
    await run('commit')

    expect(await cache.get('list')).toBeUndefined()
  })

  it('takes a text in double quotes of MySQL for no column: it may be true of every row', () => {
    const tracker = trackChanges(cache, { schema })
    const idsIn = (sql: string) => tracker.statements(sql, [], 'mysql')[0]?.changes[0]?.ids

    expect(idsIn('update products set n = 1 where `id` = 7')).toEqual(['7'])
    expect(idsIn('update products set n = 1 where "id" = 0')).toBeUndefined()
  })

  it('takes nothing back of what it announced before the narrower change is heard of', async () => {
    const store = chaosStore(caches.store, { seed: 1, only: ['bump'] })
    const dying = caches.open({ store })
    const tracker = trackChanges(dying, { schema })
    await cache.set('row', 1, { tags: rowTags('products', 7) })
    store.down()
    // Announced for the whole table; its answer says that it was one row.
    await tracker.session('postgres').run(
      tracker.statements('update products set n = 1 where n = 0 returning id', [], 'postgres'),
      () => Promise.resolve(),
      () => ({ outcome: 'done', rows: [[{ id: 7 }]] }),
    )
    await dying.close()
    expect(await cache.get('row')).toBe(1)

    await caches.clock.advance(31_000)

    expect(await cache.get('row')).toBeUndefined()
  })

  it('says nothing of what is sent while a connection is told not to', async () => {
    const tracker = trackChanges(cache, { schema })
    await cache.set('list', 1, { tags: [tableTag('products')] })
    const session = tracker.session('sqlite')
    await session.noInvalidate(async () => {
      await session.run(tracker.statements('delete from products', [], 'sqlite'), () =>
        Promise.resolve(),
      )
    })
    expect(await cache.get('list')).toBe(1)

    await tracker.raise(['products'])

    expect(await cache.get('list')).toBeUndefined()
  })

  it('commits after a driver threw instead of sending', async () => {
    const tracker = trackChanges(cache, { schema })
    const session = tracker.session('sqlite')
    const thrown = (): never => {
      throw new Error('not sent')
    }
    await session.run(tracker.statements('begin', [], 'sqlite'), () => Promise.resolve())
    await expect(
      session.run(tracker.statements('delete from products', [], 'sqlite'), thrown),
    ).rejects.toThrow('not sent')
    await session.run(tracker.statements('delete from products', [], 'sqlite'), () =>
      Promise.resolve(),
    )
    await session.run(tracker.statements('commit', [], 'sqlite'), () => Promise.resolve())

    expect(session.inTransaction).toBe(false)
  })

  it.for([
    [{ rules: [{ entity: '' }] }, 'entity'],
    [{ rules: [{ entity: 'a', tags: 'b' }] }, 'tags'],
    [{ timeout: '0s' }, 'timeout'],
    [{ consistency: 'strong' }, 'consistency'],
    [{ unknownTables: 'yes' }, 'unknownTables'],
    [{ name: '' }, 'name'],
    [{ shcema: {} }, "Did you mean 'schema'"],
  ] as const)('refuses %o', ([options, says]) => {
    expect(() => trackChanges(cache, options as unknown as TrackerOptions)).toThrow(says)
  })

  it('refuses changes that say nothing', async () => {
    const tracker = trackChanges(cache)

    await expect(tracker.changed({ entity: '', operation: 'update' })).rejects.toThrow('entity')
    await expect(tracker.changed({ entity: 'a', operation: 'x' as 'update' })).rejects.toThrow(
      'operation',
    )
    await expect(
      tracker.changed({ entity: 'a', operation: 'update', ids: [7 as never] }),
    ).rejects.toThrow('ids')
    expect(() => trackChanges([])).toThrow('caches')
  })
})
