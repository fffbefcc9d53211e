// Values that come out other than they went in, and keys that meet. Named by the peer they were found in.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { TESTED, type TestedStore } from '../cache/stores.ts'

describe.each(TESTED)('values, on %s', (_, start) => {
  let store: TestedStore
  let cache: Cache

  beforeAll(async () => {
    store = await start()
  })
  beforeEach(() => {
    cache = store.open()
  })
  afterEach(async () => {
    await store.renew()
  })
  afterAll(async () => {
    await store.stop()
  })

  it.each([0, '', false, null, undefined])(
    'cacheable, cache-manager, layered-loader: %j is a value, and loaded once',
    async (value) => {
      let loads = 0
      const load = (): unknown => {
        loads++
        return value
      }
      await cache.getOrSet('key', load)

      expect(await cache.getOrSet('key', load)).toBe(value)
      expect(await store.twin().lookup('key')).toMatchObject({ hit: true, value })
      expect(loads).toBe(1)
    },
  )

  it('bentocache: Date, Map and BigInt come back as what they were', async () => {
    const value = { at: new Date(0), seen: new Map([[1, 'a']]), n: 2n ** 70n }
    await cache.set('key', value)

    expect(await store.twin().get('key')).toEqual(value)
  })

  it('cache-manager: the default store does not hand one object to everybody', async () => {
    await cache.set('key', { list: [1] })
    const mine = (await cache.get('key')) as { list: number[] }
    try {
      mine.list.push(2)
    } catch {
      // Frozen, which is as good.
    }

    expect(await cache.get('key')).toEqual({ list: [1] })
  })

  it("bentocache: ttl '0s' is not for ever", async () => {
    await cache.set('key', 1, { ttl: '0s' })

    expect(await cache.get('key')).toBeUndefined()
  })

  it('cacheable: arguments whose hashes meet do not share an entry', async () => {
    const load = cache.memoize((id: string) => `data of ${id}`, { key: (id) => ['user', id] })

    expect(await load('aQ')).toBe('data of aQ')
    expect(await load('b0')).toBe('data of b0')
  })

  it('bentocache: a load that adds tags does not change the list that the caller gave', async () => {
    const tags = ['t']
    for (let n = 0; n < 3; n++) {
      await cache.getOrSet(`key${n}`, ({ tag }) => (tag('late'), n), { tags })
    }

    expect(tags).toEqual(['t'])
  })

  it('cache-manager: what is found stays no longer than it was to stay', async () => {
    await cache.set('key', 1, { ttl: '10s' })
    await store.twin().getOrSet('key', () => 2, '1h')

    expect(await cache.ttl('key')).toBeLessThanOrEqual(10_000)
  })

  it('bentocache, ocache: touch does not bring an older value back', async () => {
    await cache.set('key', 'old')
    const twin = store.twin()
    await Promise.all([cache.touch('key', '1h'), twin.set('key', 'new')])

    expect(await twin.get('key')).toBe('new')
  })

  it('bentocache: keys that look like paths are keys, and none is in the way of another', async () => {
    const keys = ['a', 'a:b', 'a:b:c', '..:..:x', '../../x', '/etc/x', 'x/../y', '.', '..']
    await cache.setMany(keys.map((key) => [key, `value of ${key}`] as const))

    const found = await store.twin().getMany(keys)
    expect([...found]).toEqual(keys.map((key) => [key, `value of ${key}`]))
  })

  it('bentocache: what is given for a miss is not called, and a hit does without it', async () => {
    let calls = 0
    const fallback = (): number => ++calls
    await cache.set('key', 1)

    expect(await cache.get('key', fallback)).toBe(1)
    expect(await cache.get('nothing', fallback)).toBe(fallback)
    expect(calls).toBe(0)
  })

  it('Drizzle #4757: a value that cannot be stored does not fail the call that loaded it', async () => {
    const loaded = { run: () => 1 }

    expect(await cache.getOrSet('key', () => loaded)).toBe(loaded)
    expect(await cache.has('key')).toBe(false)
  })

  it('async-cache-dedupe, bentocache: clear empties this alias and nothing else', async () => {
    const other = store.twin({ prefix: 'somebody-else' })
    await other.set('key', 'theirs')
    await cache.set('key', 'ours')
    await cache.clear()

    expect(await cache.get('key')).toBeUndefined()
    expect(await other.get('key')).toBe('theirs')
  })
})
