// BentoCache itself on our second layer; its published tests of a driver are in bentocache-suite.test.ts.
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bentoDriver } from 'breakwater/bentocache'
import type { Cache } from '../../src/cache/cache.ts'
import type { TestedStore } from '../cache/stores.ts'
import { away } from './away.ts'
import { opened, STORES } from './stores.ts'

describe.each(STORES)('bentoDriver, on %s', (_, start) => {
  let store: TestedStore
  let cache: Cache

  const open = (prefix = 'bento') =>
    new BentoCache({
      default: 'only',
      prefix,
      stores: { only: bentostore().useL2Layer(bentoDriver(cache)) },
    })

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

  it('gives another process what one has made', async () => {
    await open().getOrSet({ key: 'users:1', factory: () => ({ name: 'Ada' }), ttl: '1m' })

    const found = await open().getOrSet({ key: 'users:1', factory: () => 'unasked' })

    expect(found).toEqual({ name: 'Ada' })
  })

  it('stands behind a first layer', async () => {
    const tiered = new BentoCache({
      default: 'tiered',
      stores: {
        tiered: bentostore().useL1Layer(memoryDriver()).useL2Layer(bentoDriver(cache)),
      },
    })
    await tiered.set({ key: 'key', value: 1 })
    await tiered.delete({ key: 'key' })

    expect(await tiered.get({ key: 'key' })).toBeUndefined()
  })

  it('takes its tags', async () => {
    await open().set({ key: 'key', value: 1, tags: ['tag'], ttl: '1m' })
    await open().deleteByTag({ tags: ['tag'] })

    expect(await open().get({ key: 'key' })).toBeUndefined()
  })

  it('empties a namespace at once, and no other one, and nothing else of the cache', async () => {
    const bento = open()
    await bento.namespace('users').set({ key: '1', value: 1 })
    await bento.namespace('users').namespace('posts').set({ key: '1', value: 1 })
    await bento.set({ key: 'usersabc', value: 1 })
    await cache.set('native', 1)

    await bento.namespace('users').clear()

    expect(await bento.namespace('users').get({ key: '1' })).toBeUndefined()
    expect(await bento.namespace('users').namespace('posts').get({ key: '1' })).toBeUndefined()
    expect(await bento.get({ key: 'usersabc' })).toBe(1)
    expect(await cache.get('native')).toBe(1)
  })

  it('gives what is pulled to one of two callers', async () => {
    await open().set({ key: 'key', value: 1 })
    const driver = bentoDriver(cache).factory({ prefix: 'raw' })
    await driver.set('key', 'text')

    const pulled = await Promise.all([driver.pull('key'), driver.pull('key')])

    expect(pulled.filter((value) => value !== undefined)).toEqual(['text'])
  })

  it('keeps for ever what has no ttl, and nothing with one of 0', async () => {
    const driver = bentoDriver(cache).factory({})
    await driver.set('kept', 'a')
    await driver.set('ends', 'a', 60_000)
    await driver.set('over', 'a')
    await driver.set('over', 'b', 0)

    const view = cache.namespace('bentocache')
    expect(await view.ttl('kept')).toBe(Infinity)
    expect(await view.ttl('ends')).toBeLessThanOrEqual(60_000)
    expect(await driver.get('over')).toBeUndefined()
  })

  it('takes keys as they come', async () => {
    const driver = bentoDriver(cache).factory({ prefix: 'raw::' })
    const keys = ['with blank', '..:..:x', 'a', 'a:b', 'k'.repeat(400), ':', '']
    for (const key of keys) await driver.set(key, `of ${key}`)

    for (const key of keys) expect(await driver.get(key)).toBe(`of ${key}`)
  })
})

describe('bentoDriver', () => {
  it('tells BentoCache of an outage where the alias is to throw', async () => {
    await using quiet = await away('bypass')
    await using loud = await away('throw')

    expect(await bentoDriver(quiet).factory({}).set('key', 'value')).toBe(false)
    await expect(bentoDriver(loud).factory({}).get('key')).rejects.toMatchObject({
      code: 'E_STORE_DOWN',
    })
  })
})
