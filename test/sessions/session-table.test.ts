// Sessions in a table with a cache before it, on every database.
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cache, createCaches, memory, type StoreDefinition } from 'breakwater'
import { file } from 'breakwater/file'
import { type SessionDatabase, sessionStore } from 'breakwater/sessions'
import {
  clearExpiredSessions,
  type SessionTable,
  sessionTable,
  sessionTableSql,
} from 'breakwater/sql'
import { chaosStore } from 'breakwater/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rejectionOf } from '../cache/barrier.ts'
import { DATABASES, type TestedDatabase } from '../stores/sql/databases.ts'

// PGlite answers as PostgreSQL does.
const TABLES = DATABASES.filter(([name]) => name !== 'PGlite')

describe.each(TABLES)('sessionTable on %s', (_, start) => {
  let database: TestedDatabase
  let table: SessionTable

  beforeAll(async () => {
    database = await start()
    table = sessionTable(database.client, { timeout: '20s' })
  }, 60_000)
  afterAll(async () => {
    await table.close()
    await database.stop()
  })

  /** As another process: a cache of its own on the same table. */
  const process = (): ReturnType<typeof sessionStore> =>
    sessionStore(createCaches({ default: { store: memory() } }).default, { database: table })

  it('keeps what survives the cache', async () => {
    const { id } = await process().create({ user: 7, list: [1, { a: 'ü' }] })

    const found = await process().load(id)

    expect(found?.data).toEqual({ user: 7, list: [1, { a: 'ü' }] })
    expect(found?.createdAt).toBeGreaterThan(Date.now() - 60_000)
  })

  it('counts 60 updates of two processes to 60', async () => {
    const [one, two] = [process(), process()]
    const { id } = await one.create({ n: 0 })

    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        await (index % 2 === 0 ? one : two).update(id, (data) => {
          data['n'] = Number(data['n']) + 1
        })
      }),
    )

    expect((await process().load(id))?.data).toEqual({ n: 60 })
  })

  it('does not bring back what was ended', async () => {
    const [one, two] = [process(), process()]
    const session = await one.create({ user: 7 })

    expect(await one.destroy(session.id)).toBe(true)

    expect(await one.load(session.id)).toBeUndefined()
    expect(await one.destroy(session.id)).toBe(false)
    expect(await rejectionOf(two.save(session, { user: 8 }))).toMatchObject({
      code: 'E_SESSION_ENDED',
    })
    expect(await two.touch(session, { ttl: '30d' })).toBe(false)
    expect(await process().load(session.id)).toBeUndefined()
  })

  it('moves the end of a session that is touched', async () => {
    const one = process()
    const session = await one.create({ n: 1 }, { ttl: '1h' })

    expect(await one.touch(session, { ttl: '2h' })).toBe(true)

    expect((await one.load(session.id))?.endsAt).toBeGreaterThan(Date.now() + 5_400_000)
    expect((await process().load(session.id))?.endsAt).toBeGreaterThan(Date.now() + 5_400_000)
  })

  it('forgets what has expired when it is told to, and nothing else', async () => {
    const row = { payload: Buffer.from('x'), version: 1, createdAt: 0, endsAt: Date.now() - 1 }
    await table.clearExpired()
    await table.create('old', row)
    await table.create('older', { ...row, endsAt: 1 })
    const { id } = await process().create({ n: 1 })

    expect(await table.load('old')).toBeUndefined()
    expect(await table.touch('old', Date.now() + 60_000)).toBe(false)
    expect(await table.create('old', row)).toBe(false)
    expect(await clearExpiredSessions(database.client)).toBe(2)

    expect((await process().load(id))?.data).toEqual({ n: 1 })
  })
})

describe('sessionTableSql', () => {
  it.each(['postgres', 'mysql', 'sqlite'] as const)('says how %s makes the table', (dialect) => {
    const text = sessionTableSql(dialect, 'shop.logins').join(';')

    expect(text).toContain('create table if not exists shop.logins (id ')
    expect(text).toContain('shop_logins_ends_at')
    expect(() => sessionTableSql(dialect, 'x; drop table users')).toThrow(/table/)
  })
})

/** A table in memory that can be away, and be slow to answer. */
class Table implements SessionDatabase {
  readonly rows = new Map<string, Parameters<SessionDatabase['create']>[1]>()
  isDown = false
  loads = 0
  /** Runs before the next load answers what it has read. */
  beforeAnswer: (() => Promise<void>) | undefined

  async load(key: string): ReturnType<SessionDatabase['load']> {
    this.#ask()
    this.loads++
    const row = this.rows.get(key)
    const act = this.beforeAnswer
    this.beforeAnswer = undefined
    await act?.()
    return row
  }

  async create(...[key, row]: Parameters<SessionDatabase['create']>): Promise<boolean> {
    this.#ask()
    if (this.rows.has(key)) return false
    this.rows.set(key, row)
    return true
  }

  async save(...[key, row, over]: Parameters<SessionDatabase['save']>): Promise<boolean> {
    this.#ask()
    if (this.rows.get(key)?.version !== over) return false
    this.rows.set(key, row)
    return true
  }

  async touch(key: string, endsAt: number): Promise<boolean> {
    this.#ask()
    const row = this.rows.get(key)
    if (row === undefined) return false
    this.rows.set(key, { ...row, endsAt })
    return true
  }

  async destroy(key: string): Promise<boolean> {
    this.#ask()
    return this.rows.delete(key)
  }

  async clearExpired(): Promise<number> {
    this.#ask()
    return 0
  }

  #ask(): void {
    if (this.isDown) throw new Error('the database is away')
  }
}

describe('sessions in a database behind a cache', () => {
  const folder = join(tmpdir(), `breakwater-sessions-${randomUUID()}`)
  const caches: Cache[] = []
  let count = 0
  afterAll(async () => {
    await Promise.all(caches.map((cache) => cache.close()))
    await rm(folder, { recursive: true, force: true })
  })

  const opened = (): {
    table: Table
    chaos: ReturnType<typeof chaosStore>
    one: ReturnType<typeof sessionStore>
    two: ReturnType<typeof sessionStore>
  } => {
    const table = new Table()
    // Files are what several processes share, as a server is.
    const store = file(join(folder, String(++count)))
    const chaos = chaosStore(store, { seed: 1 })
    const on = (definition: StoreDefinition): ReturnType<typeof sessionStore> => {
      const cache = createCaches({ default: { store: definition } }).default
      caches.push(cache)
      return sessionStore(cache, { database: table })
    }
    return { table, chaos, one: on(chaos), two: on(store) }
  }

  it('are read from the cache while it has them', async () => {
    const { table, one, two } = opened()
    const { id } = await one.create({ n: 1 })
    await one.save((await one.load(id)) as never, { n: 2 })

    expect((await two.load(id))?.data).toEqual({ n: 2 })
    expect(table.loads).toBe(0)
  })

  it('are served by the database while the cache is away', async () => {
    const { chaos, one } = opened()
    const { id } = await one.create({ n: 1 })
    chaos.down()

    const session = await one.load(id)
    await one.save(session as never, { n: 2 })

    expect((await one.load(id))?.data).toEqual({ n: 2 })
  })

  it('are not served as they were before the cache went away', async () => {
    const { chaos, one } = opened()
    const session = await one.create({ n: 1 })
    const ended = await one.create({ user: 'alice' })
    chaos.down()
    await one.save(session, { n: 2 })
    await one.destroy(ended.id)
    chaos.up()

    // The process that was cut off says so, before it reads anything else.
    expect((await one.load(session.id))?.data).toEqual({ n: 2 })
    expect(await one.load(ended.id)).toBeUndefined()
  })

  it('are not read at all where both are away, and nothing is stored over them', async () => {
    const { table, chaos, one } = opened()
    const { id } = await one.create({ n: 1 })
    const session = await one.load(id)
    chaos.down()
    table.isDown = true

    for (const act of [
      one.load(id),
      one.save(session as never, { n: 2 }),
      one.create({ n: 3 }),
      one.destroy(id),
    ])
      expect(await rejectionOf(act)).toMatchObject({ code: 'E_STORE_DOWN' })

    table.isDown = false
    expect((await one.load(id))?.data).toEqual({ n: 1 })
  })

  it('that are ended while they are read do not get into the cache', async () => {
    const { table, one, two } = opened()
    const { id } = await one.create({ user: 'alice' })
    const cache = createCaches({ default: { store: memory() } }).default
    const late = sessionStore(cache, { database: table })
    table.beforeAnswer = async () => void (await late.destroy(id))

    // What was read before it was ended may be told to who asked before; nobody else is told.
    await late.load(id)

    expect(await late.load(id)).toBeUndefined()
    expect(await two.load('x'.repeat(32))).toBeUndefined()
  })

  it('are encrypted in the table where the alias encrypts', async () => {
    const table = new Table()
    const encrypt = { keys: [Buffer.alloc(32, 7)] }
    const cache = createCaches({ default: { store: memory(), encrypt } }).default
    const sessions = sessionStore(cache, { database: table })

    const { id } = await sessions.create({ secret: 'open sesame' })

    const [[key, row] = ['']] = table.rows
    expect(Buffer.from(row?.payload ?? 'sesame').toString('latin1')).not.toContain('sesame')
    expect(key).not.toContain(id)
    expect((await sessions.load(id))?.data).toEqual({ secret: 'open sesame' })
  })
})
