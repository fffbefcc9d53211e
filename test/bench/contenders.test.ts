import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Opened, Tiers } from '../../bench/harness/contender.ts'
import { CONTENDERS } from '../../bench/harness/contenders.ts'
import { PAGE_CONTENDERS } from '../../bench/harness/page-contenders.ts'
import { html } from '../../bench/contenders/pages/page.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

// Who is compared must do the work that it is compared at: a contender that did not cache would be slow, one that did not
// load would be fast, and neither would be seen in a table.

const CALLERS = 8
const all = await Promise.all(Object.values(CONTENDERS).map(async (contender) => await contender()))
const opened = all.flatMap((contender) => contender.tiers.map((tiers) => ({ contender, tiers })))

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => {
  await server.stop()
})

describe.for(opened)('$contender.name, with $tiers', ({ contender, tiers }) => {
  it('loads what it has not, once, and then has it', async () => {
    await using cache = await opening(tiers, 'hit')

    const values = [await cache.getOrSet('key'), await cache.getOrSet('key')]

    expect(values).toEqual([valueOf('key'), valueOf('key')])
    expect(cache.loads()).toBe(1)
  })

  it(`${contender.cannot.oneLoad === undefined ? 'shares one load' : 'loads for each'} when ${CALLERS} ask at once`, async () => {
    await using cache = await opening(tiers, 'crowd')

    await Promise.all(Array.from({ length: CALLERS }, async () => await cache.getOrSet('key')))

    expect(cache.loads()).toBe(contender.cannot.oneLoad === undefined ? 1 : CALLERS)
  })

  const tagging =
    contender.cannot.tagged === undefined
      ? 'loads again what was invalidated by tag'
      : 'says that it has no tags'
  it(tagging, async () => {
    await using cache = await opening(tiers, 'tags', true)
    if (contender.cannot.tagged !== undefined) {
      expect(Object.keys(cache)).not.toContain('tagged')
      return
    }

    for (let n = 0; n < 2; n++) await cache.tagged?.('key', ['tag'])
    const before = cache.loads()
    // Some compare milliseconds.
    await expect.poll(() => performance.now() - cache.openedAt).toBeGreaterThan(5)
    await cache.invalidateTag?.('tag')
    await cache.tagged?.('key', ['tag'])

    expect([before, cache.loads()]).toEqual([1, 2])
  })

  const reading =
    contender.cannot.getMany === undefined ? 'reads many' : 'says that it cannot read many'
  it(reading, async () => {
    await using cache = await opening(tiers, 'many')
    if (contender.cannot.getMany !== undefined) {
      expect(Object.keys(cache)).not.toContain('getMany')
      return
    }
    for (const key of ['a', 'b']) await cache.getOrSet(key)

    const read = await cache.getMany?.(['a', 'b'])

    expect(JSON.stringify(read instanceof Map ? [...read.values()] : read)).toMatch(/of a".*of b"/)
    expect(cache.loads()).toBe(2)
  })

  const reach = tiers === 'memory' ? 'keeps to itself' : 'has for others'
  it(`${reach} what it has loaded`, async () => {
    await using one = await opening(tiers, 'shared')
    await one.getOrSet('key')
    await using other = await opening(tiers, 'shared')

    const value = await other.getOrSet('key')

    expect(value).toEqual(valueOf('key'))
    expect(other.loads()).toBe(tiers === 'memory' ? 1 : 0)
  })

  /** A cache that counts its loads and is closed at the end of the test. */
  async function opening(of: Tiers, name: string, tags = false): Promise<Counted> {
    let loads = 0
    const cache = await contender.open({
      tiers: of,
      redisUrl: server.url,
      prefix: `${contender.name}-${of}-${name}`.replaceAll(/[^a-z]+/g, '-'),
      ttlMs: 60_000,
      maxEntries: 100,
      valueBytes: 100,
      tags,
      async load(key) {
        loads++
        return valueOf(key)
      },
    })
    return {
      ...cache,
      openedAt: performance.now(),
      loads: () => loads,
      [Symbol.asyncDispose]: async () => await cache.close(),
    }
  }
})

interface Counted extends Opened, AsyncDisposable {
  readonly openedAt: number
  loads(): number
}

function valueOf(key: string): object {
  return { text: `of ${key}` }
}

describe('a contender of pages', () => {
  it.for(Object.keys(PAGE_CONTENDERS) as (keyof typeof PAGE_CONTENDERS)[])(
    '%s reads the page, or serves it, or both',
    async (name) => {
      const { listen, read } = await PAGE_CONTENDERS[name]()

      const texts = read && [await read('http://site.test/'), await read('http://site.test/')]

      expect(listen !== undefined || texts !== undefined).toBe(true)
      expect(texts ?? [html, html]).toEqual([html, html])
    },
  )
})
