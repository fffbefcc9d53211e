// A price changes in the database, and nobody tells the cache: it is seen at the driver, by rows, in every process.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningStore, startStore } from '../../../examples/store/store.ts'
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { addressOf } from './address-of.ts'
import { Visitor } from './visitor.ts'

describe('a price that changes', () => {
  let postgres: PostgresServer
  let redis: RedisServer
  let store: RunningStore
  let other: ChildProcess
  let otherUrl: string

  beforeAll(async () => {
    ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
    const shared = { databaseUrl: postgres.url, redisUrl: redis.url }
    store = await startStore({ port: 0, ...shared, cacheOff: false })
    other = fork(resolve('.build/examples/store/main.js'), {
      env: { ...process.env, PORT: '0', DATABASE_URL: postgres.url, REDIS_URL: redis.url },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    otherUrl = await addressOf(other)
  }, 120_000)
  afterAll(async () => {
    if (other.exitCode === null && other.signalCode === null) {
      other.kill('SIGTERM')
      await once(other, 'exit')
    }
    await store.close()
    await Promise.all([postgres.stop(), redis.stop()])
  }, 60_000)

  const visitors = (): Visitor[] => [store.url, otherUrl].map((url) => new Visitor(url))

  it('is on every page of every process at the next request, and leaves other products where they are', async () => {
    const [here] = visitors() as [Visitor]
    const changing = await featured(here, 0)
    const untouched = await featured(here, 1)
    const { category, name, path } = changing
    // Its page, a list, the front page with its parts, a search.
    const places = [path, `${category}?sort=dearest`, '/', `/search?q=${encodeURIComponent(name)}`]
    for (const visitor of visitors())
      for (const place of [...places, untouched.path]) await visitor.read(place)
    const shopkeeper = new Visitor(store.url)
    await shopkeeper.logIn()
    const before = await store.caches.default.stats()

    await shopkeeper.post(`/admin/products/${changing.id}`, { price: '98765.43' })
    const kept = await store.caches.default.get(['product', untouched.id])
    const gone = await store.caches.default.get(['product', changing.id])
    const pages = await Promise.all(
      visitors().flatMap((visitor) => places.map((place) => visitor.read(place))),
    )
    const hits = await Promise.all(
      visitors().map(async (visitor) =>
        (await visitor.get(untouched.path)).headers.get('cache-status'),
      ),
    )

    for (const page of pages) expect(page).toContain('98,765.43')
    expect(kept).toMatchObject({ id: untouched.id })
    expect(gone).toBeUndefined()
    for (const status of hits) expect(status).toContain('; hit')
    expect((await store.caches.default.stats()).invalidations).toBeGreaterThan(before.invalidations)
  })

  it('is seen when raw SQL changes it in a transaction, and not when that is rolled back', async () => {
    const [here] = visitors() as [Visitor]
    const { id, path } = await featured(here, 2)
    const old = await here.read(path)

    await expect(
      store.database.transaction(async (query) => {
        await query('update products set price_cents = 11111 where id = $1', [id])
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    const rolledBack = await here.get(path)
    await store.database.transaction(async (query) => {
      await query('update products set price_cents = 1234567 where id = $1', [id])
    })
    const pages = await Promise.all(visitors().map((visitor) => visitor.read(path)))

    expect(rolledBack.headers.get('cache-status')).toContain('; hit')
    expect(old).not.toContain('12,345.67')
    for (const page of pages) expect(page).toContain('12,345.67')
  })
})

interface Product {
  readonly id: number
  readonly path: string
  readonly name: string
  /** Address of the list that it is in. */
  readonly category: string
}

/** One of those on the front page. */
async function featured(visitor: Visitor, index: number): Promise<Product> {
  const links = [...(await visitor.read('/')).matchAll(/\/product\/(\d+)-[\w-]+/g)]
  const paths = [...new Map(links.map(([path, id]) => [id, path]))]
  const [id = '', path = ''] = paths[index] ?? []
  const page = await visitor.read(path)
  const [, name = ''] = /<h1>([^<]+)<\/h1>/.exec(page) ?? []
  const category = [...page.matchAll(/\/categories\/[\w-]+/g)].at(-1)?.[0] ?? ''
  return { id: Number(id), path, name, category }
}
