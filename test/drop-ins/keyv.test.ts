// What Keyv's published suite does not ask of an adapter, and Keyv 6, whose suite is not published.
import Keyv from 'keyv'
import Keyv6 from 'keyv-6'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keyvStore } from 'breakwater/keyv'
import type { Cache } from '../../src/cache/cache.ts'
import type { TestedStore } from '../cache/stores.ts'
import { away } from './away.ts'
import { opened, STORES } from './stores.ts'

const LONG = `long ${'k'.repeat(300)}`
const ODD = ['with blank', 'a>b', '100%', '#7', `tail~${'h'.repeat(43)}`, '"\'', 'ключ', LONG]

async function listed(keyv: Keyv6): Promise<Map<string, unknown>> {
  const entries = new Map<string, unknown>()
  for await (const [key, value] of keyv.iterator()) entries.set(key, value)
  return entries
}

describe.each(STORES)('keyvStore, on %s', (_, start) => {
  let store: TestedStore
  let cache: Cache

  beforeAll(async () => {
    store = await start()
  })
  beforeEach(async () => {
    cache = await opened(store)
  })
  afterEach(async () => {
    await store.renew()
  })
  afterAll(async () => {
    await store.stop()
  })

  const MAJORS: readonly (readonly [string, (namespace?: string) => Keyv6])[] = [
    [
      'Keyv 5',
      // What is called here is the same in both.
      (namespace = 'keyv') => new Keyv({ store: keyvStore(cache), namespace }) as unknown as Keyv6,
    ],
    [
      'Keyv 6',
      (namespace) =>
        new Keyv6({
          store: keyvStore(cache, { keyv: 6 }),
          ...(namespace === undefined ? {} : { namespace }),
        }),
    ],
  ]

  describe.each(MAJORS)('for %s', (__, open) => {
    it.each([0, '', false, null, 'text', 1.5, [1, { a: 'b' }]])('keeps %j', async (value) => {
      await open().set('key', value)

      expect(await open().get('key')).toEqual(value)
    })

    it('keeps Buffers', async () => {
      await open().set('key', Buffer.from([0, 255]))

      expect(await open().get('key')).toEqual(Buffer.from([0, 255]))
    })

    it('keeps for ever what has no ttl', async () => {
      await open('space').set('key', 1)

      expect(await cache.namespace('keyv').namespace('space').ttl('key')).toBe(Infinity)
    })

    it('lets the store end what has one', async () => {
      await open('space').set('key', 1, 60_000)

      const left = await cache.namespace('keyv').namespace('space').ttl('key')
      expect(left).toBeGreaterThan(50_000)
      expect(left).toBeLessThanOrEqual(60_000)
    })

    it('no longer has what has expired', async () => {
      await open().set('key', 1, 20)

      await expect.poll(() => open().has('key')).toBe(false)
      expect(await open().get('key')).toBeUndefined()
    })

    it('gets, sets, asks for and deletes many', async () => {
      const keyv = open()
      const set = await keyv.setMany([
        { key: 'a', value: 1 },
        { key: 'b', value: 2, ttl: 60_000 },
      ])

      expect(set).toEqual([true, true])
      expect(await keyv.getMany(['a', 'none', 'b'])).toEqual([1, undefined, 2])
      expect(await keyv.hasMany(['a', 'none', 'b'])).toEqual([true, false, true])
      expect([await keyv.deleteMany(['a', 'b'])].flat()).not.toContain(false)
      expect(await keyv.getMany(['a', 'b'])).toEqual([undefined, undefined])
    })

    it('says of a deletion whether there was anything', async () => {
      const keyv = open()
      await keyv.set('key', 1)

      expect(await keyv.delete('key')).toBe(true)
      expect(await keyv.delete('key')).toBe(false)
    })

    it('keeps namespaces apart that begin alike', async () => {
      await open('a').set('key', 'a')
      await open('ab').set('key', 'ab')

      await open('a').clear()

      expect(await open('a').get('key')).toBeUndefined()
      expect(await open('ab').get('key')).toBe('ab')
    })

    it('empties nothing of the cache but its own', async () => {
      await cache.set('native', 1)
      await cache.namespace('keyvish').set('native', 1)
      await open().set('key', 1)

      await open().clear()

      expect(await open().get('key')).toBeUndefined()
      expect(await cache.get('native')).toBe(1)
      expect(await cache.namespace('keyvish').get('native')).toBe(1)
    })

    it.each(ODD)('keeps and lists the key %j', async (key) => {
      const keyv = open('odd')
      await keyv.set(key, 'value')

      expect(await keyv.get(key)).toBe('value')
      expect(await listed(keyv)).toEqual(new Map([[key, 'value']]))
      expect(await keyv.delete(key)).toBe(true)
      expect(await listed(keyv)).toEqual(new Map())
    })

    it('lists more than are asked for at a time, and only those of its namespace', async () => {
      const entries = Array.from({ length: 250 }, (___, index) => ({
        key: `k${index}`,
        value: index,
      }))
      await open('other').set('key', 1)
      await open('many').setMany(entries)

      expect(await listed(open('many'))).toEqual(
        new Map(entries.map(({ key, value }) => [key, value])),
      )
    })

    it('leaves the cache open when it is disconnected', async () => {
      await open().disconnect()

      expect(await cache.set('native', 1)).toBe(true)
    })

    it('refuses a namespace that is too long to be one', () => {
      expect(() => open('n'.repeat(65))).toThrow(expect.objectContaining({ code: 'E_KEY' }))
    })
  })

  it('for Keyv 5 finds the keys of all who share one adapter', async () => {
    const shared = keyvStore(cache)
    const [a, b] = [
      new Keyv({ store: shared, namespace: 'a' }),
      new Keyv({ store: shared, namespace: 'b' }),
    ]
    await a.set('key', 'of a')
    await b.set('key', 'of b')

    expect(await a.get('key')).toBe('of a')
    expect(await b.getMany(['key'])).toEqual(['of b'])
    expect(await new Keyv({ store: keyvStore(cache), namespace: 'a' }).get('key')).toBe('of a')
  })

  it('for Keyv 5 keeps namespaces where Keyv is told not to', async () => {
    const open = (namespace: string): Keyv =>
      new Keyv({ store: keyvStore(cache), namespace, useKeyPrefix: false })
    await open('a').set('x:y', 'of a')
    await open('b').set('x:y', 'of b')

    await open('a').clear()

    expect(await open('a').get('x:y')).toBeUndefined()
    expect(await open('b').get('x:y')).toBe('of b')
  })

  it('for Keyv 6 does not take a key for a namespace', async () => {
    const keyv = new Keyv6({ store: keyvStore(cache, { keyv: 6 }), namespace: 'a' })
    await keyv.set('a:key', 'one')
    await keyv.set('key', 'other')

    expect(await keyv.get('a:key')).toBe('one')
  })

  it('for Keyv 6 does not keep what has expired already', async () => {
    const adapter = keyvStore(cache, { keyv: 6 })
    await adapter.set('key', 'old')

    await adapter.set('key', 'expired', Date.now() - 1)

    expect(await adapter.get('key')).toBeUndefined()
  })

  it('for Keyv 6 empties all namespaces where none is meant', async () => {
    const open = (namespace?: string): Keyv6 =>
      new Keyv6({
        store: keyvStore(cache, { keyv: 6 }),
        ...(namespace === undefined ? {} : { namespace }),
      })
    await open('a').set('key', 1)
    await open().set('key', 1)

    await open().clear()

    expect(await open('a').get('key')).toBeUndefined()
    expect(await open().get('key')).toBeUndefined()
  })
})

describe('keyvStore', () => {
  it('refuses a version of Keyv that it does not know', async () => {
    const cache = await away('bypass')

    expect(() => keyvStore(cache, { keyv: 4 as never })).toThrow(/Option 'keyv': expected 5 or 6/)
    expect(() => keyvStore(cache, { version: 5 } as never)).toThrow(/unknown option 'version'/)
    await cache.close()
  })

  it('misses while the store is away, and says that nothing was stored', async () => {
    await using cache = await away('bypass')
    const keyv = new Keyv({ store: keyvStore(cache), throwOnErrors: true })

    expect(await keyv.set('key', 1)).toBe(false)
    expect(await keyv.get('key')).toBeUndefined()
    expect(await keyv.delete('key')).toBe(false)
  })

  it('tells Keyv of the outage where the alias is to throw', async () => {
    await using cache = await away('throw')
    const errors: unknown[] = []
    const quiet = new Keyv({ store: keyvStore(cache) })
    quiet.on('error', (error: unknown) => errors.push(error))
    const loud = new Keyv({ store: keyvStore(cache), throwOnErrors: true })

    expect(await quiet.set('key', 1)).toBe(false)
    expect(errors).toEqual([expect.objectContaining({ code: 'E_STORE_DOWN' })])
    await expect(loud.get('key')).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
  })
})
