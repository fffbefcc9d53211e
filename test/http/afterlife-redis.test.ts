// Where several processes share one Redis: what a load makes of an old page is subject to what is invalidated meanwhile.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { pageCache, type PageHandler, purge, tag } from '../../src/http/index.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { FakeClock } from './fake-clock.ts'
import { Gate } from './pages-bench.ts'

describe('a page past its life in a shared Redis', () => {
  let server: RedisServer
  let clock: FakeClock
  let caches: Cache[]
  let prefix = 0

  beforeAll(async () => {
    server = await startRedis()
  })
  afterEach(async () => {
    await Promise.all(caches.map((cache) => cache.close()))
    prefix++
  })
  afterAll(async () => {
    await server.stop()
  })

  /** Two processes of a fleet: their caches know of each other through Redis alone. The pages have a clock of their own. */
  function fleet(): [PageHandler, PageHandler] {
    clock = new FakeClock()
    caches = [1, 2].map(() => {
      const terms = { store: redis(server.url), prefix: `afterlife${prefix}`, jitter: 0 }
      return createCaches({ default: terms }).default
    })
    const options = { clock, cacheStatus: true, staleIfError: '1h', tags: ['products'] } as const
    const [one, other] = caches.map((cache) => pageCache(cache, '1s', options))
    return [one as PageHandler, other as PageHandler]
  }

  async function ask(pages: PageHandler, view: Parameters<PageHandler>[1]): Promise<string[]> {
    const response = await pages(new Request('http://site.test/a'), view)
    return [await response.text(), response.headers.get('cache-status') ?? '']
  }

  /** Until the store, whose clock is the real one, has the page and holds it for expired. */
  async function expired(): Promise<void> {
    const [cache] = caches as [Cache]
    await expect
      .poll(async () => {
        for await (const key of cache.keys()) if ((await cache.lookup(key)).stale) return true
        return false
      })
      .toBe(true)
    clock.advance(1000)
  }

  const whole = (): Response => {
    tag('product:7')
    return new Response('the page', { headers: { ETag: '"v1"' } })
  }
  const unchanged = (): Response => new Response(null, { status: 304 })
  const failed = (): Response => new Response('an error page', { status: 503 })

  it('is freshened for the whole fleet', async () => {
    const [one, other] = fleet()
    await ask(one, whole)
    await expired()

    const first = await ask(one, unchanged)

    expect(first).toEqual(['the page', 'breakwater; fwd=stale; fwd-status=304; stored'])
    await expect
      .poll(async () => (await ask(other, () => new Response('not asked')))[1])
      .toMatch(/^breakwater; hit/)
  })

  it('stands in for an error in the whole fleet', async () => {
    const [one, other] = fleet()
    await ask(one, whole)
    await expired()
    const first = await ask(one, failed)

    expect(first).toEqual(['the page', 'breakwater; fwd=stale; fwd-status=503'])
    await expect
      .poll(async () => await ask(other, failed))
      .toEqual(['the page', expect.stringContaining('; detail="status 503"')])
  })

  it.each(['products', 'product:7', 'the address'])(
    'comes back neither by a 304 nor by an error once it was invalidated meanwhile: %s',
    async (what) => {
      for (const answer of [unchanged, failed]) {
        const [one, other] = fleet()
        await ask(one, whole)
        await expired()
        const began = new Gate()
        const gate = new Gate()
        const led = ask(one, async () => {
          began.open()
          await gate.opened
          return answer()
        })
        await began.opened
        const [, second] = caches as [Cache, Cache]
        if (what === 'the address') await purge(second, { url: 'http://site.test/a' })
        else await second.invalidateTags([what])
        gate.open()
        await led

        const [body, status] = await ask(other, () => new Response('a new page'))

        expect([body, status]).toEqual(['a new page', 'breakwater; fwd=uri-miss; stored'])
        await Promise.all(caches.map((cache) => cache.close()))
        prefix++
      }
    },
  )
})
