import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { freePort } from '../servers/port.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

const TIMEOUT_MS = 2_000
/** For a busy machine: a command, a wake of the event loop. */
const SLACK_MS = 1_500

describe('a writer that is killed between COMMIT and its invalidation', () => {
  let server: RedisServer
  let database: PGlite
  let socket: PGLiteSocketServer
  let databaseUrl: string
  let cache: Cache
  let prefix: string
  let loads = 0
  let count = 0

  beforeAll(async () => {
    server = await startRedis()
    database = await PGlite.create()
    await database.exec('create table product (price int not null); insert into product values (1)')
    const port = await freePort()
    socket = new PGLiteSocketServer({ db: database, port, maxConnections: 4 })
    await socket.start()
    databaseUrl = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`
  })
  beforeEach(async () => {
    await database.exec('update product set price = 1')
    prefix = `writer${++count}`
    cache = createCaches({ default: { store: redis(server.url), prefix } }).default
    return async () => await cache.close()
  })
  afterAll(async () => {
    await socket.stop()
    await database.close()
    await server.stop()
  })

  async function load(): Promise<number> {
    loads++
    const { rows } = await database.query<{ price: number }>('select price from product')
    return rows[0]?.price ?? NaN
  }

  async function prices(): Promise<[byKey: number, byTag: number]> {
    return [
      await cache.getOrSet('price', load, '1h'),
      await cache.getOrSet('list', load, { ttl: '1h', tags: ['products'] }),
    ]
  }

  /** Resolves when the writer has committed, has not invalidated, and is dead. */
  async function killWriter(how: 'transaction' | 'by hand'): Promise<void> {
    const args = [server.url, prefix, databaseUrl, how, `${TIMEOUT_MS}ms`]
    const writer: ChildProcess = fork('.build/test/programs/price-writer.js', args)
    const exited = once(writer, 'exit')
    const [said] = await Promise.race([once(writer, 'message'), exited])
    expect(said).toBe('committed')
    writer.kill('SIGKILL')
    expect((await exited)[1]).toBe('SIGKILL')
  }

  it('leaves nothing stale past its deadline: its key is right at once, its tag by then', async () => {
    expect(await prices()).toEqual([1, 1])

    await killWriter('transaction')
    const diedAt = Date.now()
    expect(await cache.getOrSet('price', load, '1h')).toBe(2)
    while ((await prices())[1] !== 2) {
      expect(Date.now() - diedAt).toBeLessThan(TIMEOUT_MS + SLACK_MS)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }

    // And it is cached again.
    const cached = async (): Promise<unknown> => (await prices()) && (await cache.get('price'))
    await expect.poll(cached, { timeout: SLACK_MS }).toBe(2)
    const before = loads
    expect(await prices()).toEqual([2, 2])
    expect(loads).toBe(before)
  })

  it('would leave it stale without intents', async () => {
    expect(await prices()).toEqual([1, 1])

    await killWriter('by hand')
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS + SLACK_MS))

    expect(await load()).toBe(2)
    expect(await prices()).toEqual([1, 1])
  })
})
