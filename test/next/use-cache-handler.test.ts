import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { createUseCacheHandler, type UseCacheHandler } from '../../src/next/index.ts'
import { FreshCaches } from '../cache/fresh-caches.ts'
import { TESTED, type TestedStore } from '../cache/stores.ts'
import { ask, entry, textOf } from './next-site.ts'

const STORES = TESTED.filter(([name]) => name === 'memory' || name === 'redis')

describe.each(STORES)('createUseCacheHandler on %s, in two processes', (_name, start) => {
  let store: TestedStore
  let cache: Cache
  let here: UseCacheHandler
  let there: UseCacheHandler
  let errors: unknown[]

  beforeAll(async () => {
    store = await start()
  })
  beforeEach(() => {
    errors = []
    const onError = (error: unknown): void => void errors.push(error)
    cache = store.open()
    here = createUseCacheHandler(cache, { onError, maxEntryBytes: 1000 })
    there = createUseCacheHandler(store.twin(), { onError, maxEntryBytes: 1000 })
  })
  afterEach(async () => {
    await store.renew()
  })
  afterAll(async () => {
    await store.stop()
  })

  it('gives what one process has made to the other, as it was', async () => {
    await here.get('k', [])
    const rest = { tags: ['a', 'b'], stale: 1, revalidate: 2, expire: 300 }
    await here.set('k', Promise.resolve(entry('hello', rest)))

    const found = await there.get('k', [])

    expect(found).toMatchObject(rest)
    expect(await textOf(found)).toBe('hello')
    expect(await textOf(await there.get('k', []))).toBe('hello')
    expect(errors).toEqual([])
  })

  it('misses what was never made', async () => {
    expect(await here.get('k', [])).toBeUndefined()
  })

  it('drops what a tag of it was updated for, in every process', async () => {
    await ask(here, 'k', 'old', { tags: ['a'] })
    expect(await ask(there, 'k', 'new', { tags: ['a'] })).toBe('old')

    await there.updateTags(['a'])

    expect(await ask(here, 'k', 'new', { tags: ['a'] })).toBe('new')
    expect(await ask(there, 'k', 'newer', { tags: ['a'] })).toBe('new')
  })

  it('drops it for those who read under a path that was revalidated, and for nobody else', async () => {
    await ask(here, 'k', 'old', { softTags: ['_N_T_/a'] })

    await there.updateTags(['_N_T_/a'])

    expect(await textOf(await here.get('k', ['_N_T_/b']))).toBe('old')
    expect(await here.get('k', ['_N_T_/a'])).toBeUndefined()
    expect(await here.getExpiration(['_N_T_/a'])).toBe(Infinity)
  })

  it.each(['here', 'there'])(
    'never keeps what began to be made before a tag of it was updated %s',
    async (where) => {
      const updating = where === 'here' ? here : there

      const given = await ask(here, 'k', 'old', {
        tags: ['a'],
        meanwhile: () => updating.updateTags(['a']),
      })

      expect(given).toBe('old')
      expect(await here.get('k', [])).toBeUndefined()
      expect(await there.get('k', [])).toBeUndefined()
      expect(await ask(there, 'k', 'new', { tags: ['a'] })).toBe('new')
      expect(await textOf(await here.get('k', []))).toBe('new')
    },
  )

  it('never keeps it either when others ask for it while it is made', async () => {
    await ask(here, 'k', 'old', {
      tags: ['a'],
      meanwhile: async () => {
        await there.updateTags(['a'])
        // The store's clock is newer now in this process, and this entry is not.
        await here.get('k', [])
        await here.get('other', [])
      },
    })

    expect(await there.get('k', [])).toBeUndefined()
  })

  it('keeps nothing that began before anything was known of the store', async () => {
    const early = entry('early')
    await here.refreshTags()

    await here.set('k', Promise.resolve(early))

    expect(await here.get('k', [])).toBeUndefined()
  })

  it('keeps what is made without being asked for, once the request has begun', async () => {
    await here.refreshTags()

    await here.set('k', Promise.resolve(entry('forced')))

    expect(await textOf(await there.get('k', []))).toBe('forced')
  })

  it('lets a tag be the application’s own', async () => {
    await ask(here, 'k', 'old', { tags: ['products'] })

    await cache.invalidateTags(['products'])

    expect(await there.get('k', [])).toBeUndefined()
  })

  it.each([undefined, 31_536_000])(
    'serves on what a tag was marked stale for, until it was made anew: %s',
    async (expire) => {
      await ask(here, 'k', 'old', { tags: ['a'] })

      await there.updateTags(['a'], expire === undefined ? {} : { expire })

      const found = await here.get('k', [])
      expect([await textOf(found), found?.revalidate]).toEqual(['old', -1])
      expect(await ask(here, 'k', 'new', { tags: ['a'] })).toBe('old')
      expect(await ask(there, 'k', 'newer', { tags: ['a'] })).toBe('new')
    },
  )

  it('does not take for new what began to be made before its tag was marked stale', async () => {
    await ask(here, 'k', 'old', {
      tags: ['a'],
      meanwhile: () => there.updateTags(['a'], { expire: 3600 }),
    })

    expect((await here.get('k', []))?.revalidate).toBe(-1)
  })

  it('drops it when the time for which it may be stale is over, and moves that time no further', async () => {
    await ask(here, 'k', 'old', { tags: ['a'] })
    await there.updateTags(['a'], { expire: 0.02 })
    await expect.poll(() => here.get('k', [])).toBeUndefined()
    await there.updateTags(['a'], { expire: 3600 })

    expect(await here.get('k', [])).toBeUndefined()
    expect(await ask(there, 'k', 'new', { tags: ['a'] })).toBe('new')
  })

  it('ends a tag at once where nothing may be stale', async () => {
    await ask(here, 'k', 'old', { tags: ['a'] })

    await there.updateTags(['a'], { expire: 0 })

    expect(await here.get('k', [])).toBeUndefined()
  })

  it('carries tags of any length', async () => {
    const long = `_N_T_/${'ü'.repeat(500)}`
    await ask(here, 'k', 'old', { tags: [long] })
    expect(await textOf(await there.get('k', []))).toBe('old')

    await there.updateTags([long])

    expect(await here.get('k', [])).toBeUndefined()
  })

  it('keeps nothing of a stream that breaks off, that is too long, or that never came', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('The render failed.'))
      },
    })
    await here.get('k', [])
    await here.set('broken', Promise.resolve(entry('', { value: broken })))
    await here.set('long', Promise.resolve(entry('x'.repeat(1001))))
    await here.set('never', Promise.reject(new Error('Nothing was made.')))

    for (const key of ['broken', 'long', 'never']) expect(await here.get(key, [])).toBeUndefined()
    expect(errors).toEqual([
      expect.objectContaining({ message: 'The render failed.' }),
      expect.objectContaining({ code: 'E_TOO_LARGE' }),
      expect.objectContaining({ message: 'Nothing was made.' }),
    ])
  })

  it('keeps nothing of what ends at once', async () => {
    await ask(here, 'k', 'dynamic', { expire: 0, revalidate: 0 })

    expect(await here.get('k', [])).toBeUndefined()
    expect(errors).toEqual([])
  })

  it('waits with an answer for what this process is just storing', async () => {
    let finish = (): void => {}
    const value = new ReadableStream<Uint8Array>({
      start(controller) {
        finish = () => {
          controller.enqueue(Buffer.from('late'))
          controller.close()
        }
      },
    })
    await here.get('k', [])
    const storing = here.set('k', Promise.resolve(entry('', { value })))
    const reading = here.get('k', [])

    finish()

    expect(await textOf(await reading)).toBe('late')
    await storing
  })

  it('takes what others have written under its key for nothing', async () => {
    await cache.set(['next', 'use-cache', 'k'], { tags: 7 })
    await cache.set(['next', 'use-cache', 'k', 'fresh'], 1)

    expect(await here.get('k', [])).toBeUndefined()
  })
})

describe('createUseCacheHandler', () => {
  it('fails no page while the store is away, and says so', async () => {
    const caches = new FreshCaches()
    const cache = caches.open()
    const errors: unknown[] = []
    const handler = createUseCacheHandler(cache, { onError: (error) => errors.push(error) })
    await caches.close()

    expect(await ask(handler, 'k', 'made')).toBe('made')
    await handler.updateTags(['a'])

    expect(errors.length).toBeGreaterThan(0)
  })

  it('does not wait for ever for what is being stored', async () => {
    const caches = new FreshCaches()
    const handler = createUseCacheHandler(caches.open(), { wait: '1ms' })
    void handler.set('k', new Promise(() => {}))

    expect(await handler.get('k', [])).toBeUndefined()
    await caches.close()
  })

  it.each<readonly [string, () => unknown]>([
    ['an option that there is not', () => createUseCacheHandler(open(), { ttl: '1s' } as object)],
    ['a bare number', () => createUseCacheHandler(open(), { keepFor: 5 as never })],
    ['what is no cache', () => createUseCacheHandler({} as never)],
    ['nothing', () => createUseCacheHandler(undefined as never)],
  ])('refuses %s', (_, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'E_OPTION' }) as Error)
  })

  function open(): Cache {
    return new FreshCaches().open()
  }
})
