import Database from 'better-sqlite3'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { createCaches } from '../../../src/config/create-caches.ts'
import { createTable, invalidateIn, sql, tableSql } from '../../../src/stores/sql/index.ts'
import { DATABASES, type TestedDatabase } from './databases.ts'

describe.each(DATABASES)('a cache on %s', (_, start) => {
  let database: TestedDatabase
  const opened: Cache[] = []
  let count = 0

  beforeAll(async () => {
    database = await start()
  }, 60_000)
  beforeEach(() => {
    count++
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((cache) => cache.close()))
  })
  afterAll(async () => {
    await database.stop()
  })

  function open(options: object = {}): Cache {
    const store = sql(database.client, { table: `entry_${count}`, timeout: '20s', ...options })
    const { default: cache } = createCaches({ default: { store, prefix: 'shop' } })
    opened.push(cache)
    return cache
  }

  it('makes its table when it is first used, or is told to', async () => {
    expect(await open().set('a', 1)).toBe(true)
    const store = sql(database.client, { table: 'made_by_hand', create: false })
    await createTable(store)
    await createTable(store)
    const { default: cache } = createCaches({ default: { store } })
    opened.push(cache)

    expect(await cache.set('a', 1)).toBe(true)
  })

  it('says what to do where it may not make the table', async () => {
    const cache = open({ create: false })
    const errors: unknown[] = []
    cache.on('error', ({ error }) => errors.push(error))

    expect(await cache.set('a', 1)).toBe(false)
    expect(errors[0]).toMatchObject({ code: 'E_STORE_REFUSED' })
    expect(String(errors[0])).toContain(`There is no table 'entry_${count}'`)
    expect(String(errors[0])).toContain('breakwater create-table')
  })

  it('takes the table that a printed migration has made', async () => {
    const table = `migrated_${count}`
    const { client } = database
    const dialect = 'mysql' in client ? 'mysql' : 'sqlite' in client ? 'sqlite' : 'postgres'
    // Twice, as a migration that is run again.
    for (const statement of [...tableSql(dialect, table), ...tableSql(dialect, table)]) {
      if ('pg' in client) await client.pg.query(statement)
      else if ('pglite' in client) await client.pglite.query(statement)
      else if ('mysql' in client) await client.mysql.query(statement)
      else client.sqlite.exec(statement)
    }
    const cache = open({ table, create: false })

    expect(await cache.set('a', 1, { tags: ['t'] })).toBe(true)
    await cache.invalidateTags(['t'])
    expect(await cache.get('a')).toBeUndefined()
  })

  it('keeps exact counters under 32 writers', async () => {
    const caches = [open(), open(), open(), open()]
    await caches[0]?.set('n', 0)
    await Promise.all(
      Array.from({ length: 32 }, async (__, writer) => {
        for (let n = 0; n < 10; n++) await caches[writer % 4]?.incr('n')
      }),
    )

    expect(await caches[0]?.get('n')).toBe(320)
  }, 60_000)

  it('removes what has expired, and what is too much, without being asked', async () => {
    const cache = open({ maxEntries: 100 })
    for (let n = 0; n < 50; n++) await cache.set(`short${n}`, n, { ttl: '50ms' })
    for (let n = 0; n < 400; n++) await cache.set(`k${n}`, n, { ttl: `${n + 60}s` })

    await expect.poll(async () => (await cache.stats()).entries).toBeLessThanOrEqual(125)
    expect(await cache.get('k399')).toBe(399)
    expect(await cache.get('k0')).toBeUndefined()
    expect((await cache.stats()).evictions).toBeGreaterThan(200)
  }, 60_000)

  it('takes keys that collations would make one', async () => {
    const cache = open()
    const keys = ['a', 'A', 'ä', 'a\u0308', 'a.', 'ß', 'ss', "'; drop table x; --"]
    await cache.setMany(keys.map((key) => [key, key] as const))

    expect(await cache.getMany(keys)).toEqual(new Map(keys.map((key) => [key, key])))
  })

  it('hears of an invalidation of another process, and loads once for both', async () => {
    const [one, two] = [open(), open()]
    let loads = 0
    const load = async (): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return ++loads
    }
    expect(await Promise.all([one, two].map((each) => each.getOrSet('a', load)))).toEqual([1, 1])
    await one.invalidate('a')

    expect(await two.getOrSet('a', load)).toBe(2)
  })

  describe('invalidation inside a transaction of the application', () => {
    async function within(cache: Cache, end: 'commit' | 'rollback'): Promise<void> {
      const store = sql(database.client, { table: `entry_${count}` })
      const changes = { prefix: 'shop', tags: ['t'], keys: [cache.wireKey('key')] }
      const { client } = database
      if ('pg' in client) {
        const trx = await client.pg.connect()
        await trx.query('begin')
        await invalidateIn(store, trx, changes)
        await trx.query(end)
        trx.release()
      } else if ('pglite' in client) {
        await client.pglite.query('begin')
        await invalidateIn(store, client.pglite, changes)
        await client.pglite.query(end)
      } else if ('sqlite' in client) {
        client.sqlite.exec('begin immediate')
        await invalidateIn(store, client.sqlite, changes)
        client.sqlite.exec(end)
      } else {
        const pool = client.mysql as unknown as { getConnection(): Promise<never> }
        const trx = (await pool.getConnection()) as {
          query(text: string): Promise<unknown>
          release(): void
        }
        await trx.query('start transaction')
        await invalidateIn(store, trx, changes)
        await trx.query(end)
        trx.release()
      }
    }

    it.each([
      ['commit', undefined],
      ['rollback', 1],
    ] as const)('counts from its %s', async (end, expected) => {
      const cache = open()
      await cache.set('tagged', 1, { tags: ['t'] })
      await cache.set('key', 1)
      await cache.set('other', 1)
      await within(cache, end)

      expect(await cache.get('tagged')).toBe(expected)
      expect(await cache.get('key')).toBe(expected)
      expect(await cache.get('other')).toBe(1)
    })

    it('refuses a load that began before it', async () => {
      const cache = open()
      await cache.get('warm')
      let finish = (__: string): void => {}
      const loading = cache.getOrSet(
        'tagged',
        () => new Promise<string>((resolve) => (finish = resolve)),
        { tags: ['t'] },
      )
      await expect.poll(async () => (await cache.stats()).loads).toBe(1)
      await within(cache, 'commit')
      finish('old')
      expect(await loading).toBe('old')

      expect(await cache.get('tagged')).toBeUndefined()
    })
  })
})

describe('sql()', () => {
  /** As `createPool` of mysql2 makes it, without `/promise`. */
  const callbackPool = { query() {}, end() {}, promise() {} }

  it.each<[string, unknown, object, RegExp]>([
    ['nothing it knows', { oracle: {} }, {}, /{ pg: pool }.*got .{ oracle }/],
    ['nothing at all', undefined, {}, /{ pg: pool }.*got undefined/],
    ['a single client', { pg: new pg.Client() }, {}, /'pg'.*new pg\.Pool/],
    ['a pool with callbacks', { mysql: callbackPool }, {}, /'mysql'.*pool\.promise\(\)/],
    ['a URL of something else', 'oracle://x', {}, /postgres:\/\/, mysql:\/\//],
    ['a URL without a database', 'mysql://root@localhost', {}, /mysql:\/\/.*\/database/],
    ['a URL without a file', 'sqlite://', {}, /sqlite:\/\/\/path/],
    ['an unknown option of a URL', 'sqlite:///x.db?tabel=x', {}, /'tabel'.*'table'/],
    ['a password with signs in it', 'postgres://u:p@ss/w0rd@h/db', {}, /^(?!.*w0rd).*p@ss/],
    ['a table that is no name', 'sqlite::memory:', { table: 'a; drop' }, /letters, digits/],
    ['a bound of nothing', 'sqlite::memory:', { maxEntries: 0 }, /whole number, 1 or more/],
    ['a bound that is no number', 'sqlite::memory:', { maxEntries: 'many' }, /whole number/],
    ['neither true nor false', 'sqlite::memory:', { create: 'maybe' }, /true or false/],
    ['no deadline', 'sqlite::memory:', { timeout: '0s' }, /longer than '0s'/],
    ['an unknown option', 'sqlite::memory:', { tabel: 'x' }, /'table'/],
  ])('refuses %s', (_, where, options, message) => {
    expect(() => sql(where as string, options)).toThrow(message)
  })

  it('refuses a SQLite that is closed, or may not be written', () => {
    const db = new Database(':memory:')
    db.close()

    expect(() => sql({ sqlite: db })).toThrow(/'sqlite'.*open/)
    const readonly = { prepare() {}, exec() {}, close() {}, readonly: true }
    expect(() => sql({ sqlite: readonly as never })).toThrow(/'sqlite'.*written/)
  })

  it('prints the statements of a migration', () => {
    expect(tableSql('postgres', 'app.cache')).toEqual([
      'create table if not exists app.cache (k bytea primary key, rec bytea not null, ver varchar(32) not null, keep_until bigint not null)',
      'create index if not exists app_cache_keep_until on app.cache (keep_until)',
    ])
    expect(tableSql('mysql')).toHaveLength(1)
  })

  it('works from an address alone', async () => {
    const caches = createCaches({ default: { store: 'sqlite::memory:?ttl=1h' } })
    await caches.default.set('a', { at: new Date(1) })

    expect(await caches.default.get('a')).toEqual({ at: new Date(1) })
    await caches.close()
  })
})
