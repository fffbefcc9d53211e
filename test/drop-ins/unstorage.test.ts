// The ground of unstorage's own tests of a driver, and what they leave out. docs/drop-ins/unstorage.md says which is which.
import { createStorage, prefixStorage, restoreSnapshot, type Storage } from 'unstorage'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { unstorageDriver, type UnstorageDriverOptions } from 'breakwater/unstorage'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import type { TestedStore } from '../cache/stores.ts'
import { away } from './away.ts'
import { opened, STORES } from './stores.ts'

describe.each(STORES)('unstorageDriver, on %s', (_, start) => {
  let store: TestedStore
  let cache: Cache
  let storage: Storage

  // unstorage asks for a path to be emptied by nobody but a driver: its own `clear(base)` finds mounts, and no paths in them.
  const driver = (): ReturnType<typeof unstorageDriver> => unstorageDriver(cache)
  const open = (options?: UnstorageDriverOptions): Storage =>
    createStorage({ driver: unstorageDriver(cache, options) })

  beforeAll(async () => {
    store = await start()
  })
  beforeEach(async () => {
    cache = await opened(store)
    storage = open()
  })
  afterEach(async () => {
    await store.renew()
  })
  afterAll(async () => {
    await store.stop()
  })

  it('takes a snapshot in', async () => {
    await restoreSnapshot(storage, { first: 'page', 'a:b': 'second' })

    expect(await storage.getItem('first')).toBe('page')
    expect(await storage.getItem('a:b')).toBe('second')
  })

  it('has nothing at first', async () => {
    expect(await storage.hasItem('a:b')).toBe(false)
    expect(await storage.getItem('a:b')).toBeNull()
    expect(await storage.getItemRaw('a:b')).toBeNull()
    expect(await storage.getKeys()).toEqual([])
  })

  it('sets and gets an item, whose key loses its query', async () => {
    await storage.setItem('products/7?from=mail', 'tent')

    expect(await storage.hasItem('products:7')).toBe(true)
    expect(await storage.getItem('products:7?from=shop')).toBe('tent')
  })

  it('lists keys, all or under a base', async () => {
    for (const key of ['a:1', 'a:b:2', 'ab:3', 'with blank:4', `a:${'k'.repeat(300)}`])
      await storage.setItem(key, 'value')

    expect((await storage.getKeys()).toSorted()).toEqual(
      ['a:1', 'a:b:2', 'ab:3', 'with blank:4', `a:${'k'.repeat(300)}`].toSorted(),
    )
    expect((await storage.getKeys('a')).toSorted()).toEqual(
      ['a:1', 'a:b:2', `a:${'k'.repeat(300)}`].toSorted(),
    )
  })

  it('lists keys down to a depth', async () => {
    for (const key of ['one', 'a:two', 'a:b:three']) await storage.setItem(key, 'value')

    expect(await storage.getKeys(undefined, { maxDepth: 0 })).toEqual(['one'])
    expect((await storage.getKeys(undefined, { maxDepth: 1 })).toSorted()).toEqual(['a:two', 'one'])
  })

  it('keeps plain objects', async () => {
    await storage.setItem('item', { name: 'tent', sizes: [1, 2] })

    expect(await storage.getItem('item')).toEqual({ name: 'tent', sizes: [1, 2] })
  })

  it.each([true, false, 0, 7, null])('keeps %j', async (value) => {
    await storage.setItem('item', value)

    expect(await storage.getItem('item')).toBe(value)
  })

  it('keeps what an object says of itself as JSON', async () => {
    class Priced {
      toJSON(): object {
        return { price: 7 }
      }
    }
    await storage.setItem('item', new Priced() as never)

    expect(await storage.getItem('item')).toEqual({ price: 7 })
  })

  it('leaves the item alone when another one cannot be made a string', async () => {
    class Opaque {
      readonly name = 'tent'
    }
    await storage.setItem('item', 'old')

    await expect(storage.setItem('item', new Opaque() as never)).rejects.toThrow('stringify')

    expect(await storage.getItem('item')).toBe('old')
  })

  it('keeps bytes as they are', async () => {
    await storage.setItemRaw('bytes', new Uint8Array([0, 1, 254, 255]))

    const bytes = await storage.getItemRaw<Uint8Array>('bytes')
    expect([...(bytes ?? [])]).toEqual([0, 1, 254, 255])
  })

  it('sets many', async () => {
    await storage.setItems([
      { key: 'a:1', value: 'one' },
      { key: 'a:2', value: 'two' },
    ])

    expect(await storage.getItem('a:1')).toBe('one')
    expect(await storage.getItem('a:2')).toBe('two')
  })

  it('gets many, in the order in which they were asked for', async () => {
    await storage.setItem('a:1', 'one')
    await storage.setItem('a:2', 'two')

    expect(await storage.getItems(['a:2', { key: 'none' }, 'a:1'])).toEqual([
      { key: 'a:2', value: 'two' },
      { key: 'none', value: null },
      { key: 'a:1', value: 'one' },
    ])
  })

  it('removes an item', async () => {
    await storage.setItem('item', 'value')

    await storage.removeItem('item')

    expect(await storage.hasItem('item')).toBe(false)
    expect(await storage.getKeys()).toEqual([])
  })

  it('is emptied, also when it is empty', async () => {
    await storage.setItem('a:b', 'value')

    await storage.clear()
    await storage.clear()

    expect(await storage.getKeys()).toEqual([])
  })

  it('empties what lies under a base, and nothing that is called alike', async () => {
    for (const key of ['a:1', 'a:b:2', 'ab:3', 'b:a:4']) await storage.setItem(key, 'value')

    await driver().clear('a:')

    expect((await storage.getKeys()).toSorted()).toEqual(['ab:3', 'b:a:4'])
    expect(await storage.getItem('a:b:2')).toBeNull()
  })

  it('keeps what is set after its base was emptied', async () => {
    await storage.setItem('a:1', 'old')
    await driver().clear('a:')

    await storage.setItem('a:1', 'new')

    expect(await storage.getItem('a:1')).toBe('new')
  })

  it('empties a base of any depth', async () => {
    const deep = Array.from({ length: 20 }, (__, index) => `d${index}`).join(':')
    await storage.setItem(`${deep}:1`, 'value')
    await storage.setItem(`${deep}2`, 'value')

    await driver().clear(`${deep}:`)

    expect(await storage.getKeys()).toEqual([`${deep}2`])
  })

  it('empties nothing of the cache but its own', async () => {
    await cache.set('native', 1)
    await storage.setItem('item', 'value')

    await storage.clear()

    expect(await cache.get('native')).toBe(1)
  })

  it('keeps items for ever, or for the seconds that are given', async () => {
    await storage.setItem('kept', 'value')
    await storage.setItem('ends', 'value', { ttl: 60 })
    await storage.setItem('over', 'value', { ttl: 0 })

    expect(await storage.getMeta('kept')).toEqual({})
    expect(await storage.getMeta('ends')).toEqual({ ttl: 60 })
    expect(await storage.hasItem('over')).toBe(false)
  })

  it('gives items the ttl of the driver', async () => {
    await open({ ttl: '30s' }).setItem('item', 'value')

    expect(await storage.getMeta('item')).toEqual({ ttl: 30 })
  })

  it('no longer has what has expired', async () => {
    await storage.setItem('item', 'value', { ttl: 0.02 })

    await expect.poll(() => storage.hasItem('item')).toBe(false)
  })

  it('keeps the meta data of an item, apart from its keys', async () => {
    await storage.setItem('item', 'value')
    await storage.setMeta('item', { author: 'me' })

    expect(await storage.getMeta('item')).toEqual({ author: 'me' })
    expect(await storage.getKeys()).toEqual(['item'])

    await storage.removeMeta('item')
    expect(await storage.getMeta('item')).toEqual({})
  })

  it('keeps to its base', async () => {
    const based = open({ base: 'shop:' })
    await based.setItem('a:1', 'based')
    await storage.setItem('a:1', 'other')

    expect(await storage.getItem('shop:a:1')).toBe('based')
    expect(await based.getKeys('a')).toEqual(['a:1'])
    expect(await based.getItems(['a:1'])).toEqual([{ key: 'a:1', value: 'based' }])

    await based.clear()
    expect(await storage.getKeys()).toEqual(['a:1'])
  })

  it('is mounted, and has parts', async () => {
    const mounted = createStorage().mount('cache', unstorageDriver(cache))
    const part = prefixStorage(mounted, 'cache:a')
    await part.setItem('1', 'value')

    expect(await mounted.getKeys('cache')).toEqual(['cache:a:1'])
    expect(await storage.getItem('a:1')).toBe('value')

    await mounted.clear('cache')
    expect(await storage.getKeys()).toEqual([])
  })

  it('leaves the cache open when it is disposed of', async () => {
    await storage.dispose()

    expect(await cache.set('native', 1)).toBe(true)
  })
})

describe('unstorageDriver', () => {
  it('gives back the room of what lay under a base', async () => {
    await using cache = createCaches({ default: { store: memory() } }).default
    const storage = createStorage({ driver: unstorageDriver(cache) })
    await storage.setItem('b:1', 'value')
    for (let index = 0; index < 20; index++) await storage.setItem(`a:${index}`, 'value')

    await unstorageDriver(cache).clear('a:')

    await expect.poll(async () => (await cache.stats()).entries).toBe(1)
  })

  it('refuses options that it does not have', async () => {
    await using cache = await away('bypass')

    expect(() => unstorageDriver(cache, { prefix: 'a' } as never)).toThrow(/unknown option/)
    expect(() => unstorageDriver(cache, { ttl: 60 as never })).toThrow(/Is it '60s' or '60ms'/)
    expect(() => unstorageDriver(cache, { base: 7 as never })).toThrow(/Option 'base'/)
  })

  it('rejects while the store is away where the alias is to throw, and has nothing otherwise', async () => {
    await using quiet = await away('bypass')
    await using loud = await away('throw')
    const storage = createStorage({ driver: unstorageDriver(loud) })

    expect(await createStorage({ driver: unstorageDriver(quiet) }).getItem('item')).toBeNull()
    await expect(storage.getItem('item')).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
    await expect(storage.setItem('item', 'a')).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
    await expect(storage.clear()).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
  })
})
