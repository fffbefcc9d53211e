import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import {
  createCacheHandler,
  type NextCacheHandler,
  type NextGetContext,
  type NextHandlerContext,
  type NextSetContext,
  type NextValue,
} from '../../src/next/index.ts'
import { FreshCaches } from '../cache/fresh-caches.ts'
import { TESTED, type TestedStore } from '../cache/stores.ts'

const STORES = TESTED.filter(([name]) => name === 'memory' || name === 'redis')

/** A page whose tags are these. */
function page(html: string, tags = '_N_T_/a,products'): NextValue {
  return {
    kind: 'APP_PAGE',
    html,
    rscData: Buffer.from(`rsc of ${html}`),
    postponed: undefined,
    status: 200,
    headers: { 'x-next-cache-tags': tags, 'content-type': 'text/html' },
    segmentData: new Map([['/_tree', Buffer.from([0, 1, 255])]]),
  } as NextValue
}

function answer(body: string): NextValue {
  return {
    kind: 'FETCH',
    data: { headers: { a: 'b' }, body, url: 'https://api.test/', status: 200 },
    revalidate: 60,
  } as NextValue
}

const PAGE: NextGetContext = { kind: 'APP_PAGE' }
const FETCH: NextGetContext = { kind: 'FETCH', tags: ['products'], softTags: ['_N_T_/a'] }
const KEPT: NextSetContext = { cacheControl: { revalidate: 60, expire: 3600 } }
const FETCHED: NextSetContext = { fetchCache: true, tags: ['products'] }

describe.each(STORES)('createCacheHandler on %s, in two processes', (_name, start) => {
  let store: TestedStore
  let cache: Cache
  let here: (context?: NextHandlerContext) => NextCacheHandler
  let there: (context?: NextHandlerContext) => NextCacheHandler
  let errors: unknown[]

  beforeAll(async () => {
    store = await start()
  })
  beforeEach(() => {
    errors = []
    const options = { onError: (error: unknown) => void errors.push(error), maxEntryBytes: 5000 }
    cache = store.open()
    const Here = createCacheHandler(cache, options)
    const There = createCacheHandler(store.twin(), options)
    here = (context = {}) => new Here(context)
    there = (context = {}) => new There(context)
  })
  afterEach(async () => {
    await store.renew()
  })
  afterAll(async () => {
    await store.stop()
  })

  /** As Next.js fills: by one handler for one request. */
  async function fill(
    handler: NextCacheHandler,
    key: string,
    value: NextValue | null,
    meanwhile: () => Promise<unknown> = async () => {},
  ): Promise<void> {
    const ofFetch = value?.kind === 'FETCH'
    await handler.get(key, ofFetch ? FETCH : PAGE)
    await meanwhile()
    await handler.set(key, value, ofFetch ? FETCHED : KEPT)
  }

  it.each<readonly [string, NextValue | null]>([
    ['a page', page('<p>')],
    [
      'a page of the pages router',
      { kind: 'PAGES', html: '<p>', pageData: { a: [1] } } as NextValue,
    ],
    ['a route’s answer', { kind: 'APP_ROUTE', body: Buffer.from('{}'), status: 200 } as NextValue],
    ['a redirect', { kind: 'REDIRECT', props: { to: '/b' } } as NextValue],
    ['an image', { kind: 'IMAGE', buffer: Buffer.from([1]), extension: 'png' } as NextValue],
    ['that there is no page', null],
  ])('gives %s to the other process, as it was', async (_what, value) => {
    const before = Date.now()
    await fill(here(), '/a', value)

    const found = await there().get('/a', PAGE)

    expect(found?.value).toEqual(value)
    expect(found?.cacheControl).toEqual(KEPT.cacheControl)
    expect(found?.lastModified).toBeGreaterThanOrEqual(before)
    expect(errors).toEqual([])
  })

  it('gives the answer to a fetch to the other process, as it was', async () => {
    await fill(here(), 'hash', answer('a'))

    expect((await there().get('hash', FETCH))?.value).toEqual(answer('a'))
  })

  it('gives what may be written to', async () => {
    await fill(here(), '/a', page('<p>'))
    const found = await here().get('/a', PAGE)

    Object.assign(found?.value?.headers as object, { 'x-next-cache-tags': undefined })

    expect((await here().get('/a', PAGE))?.value).toEqual(page('<p>'))
  })

  it.each(['products', '_N_T_/a'])('drops a page when its tag %s is revalidated', async (tag) => {
    await fill(here(), '/a', page('old'))

    await there().revalidateTag(tag)

    expect(await here().get('/a', PAGE)).toBeNull()
    expect(await there().get('/a', PAGE)).toBeNull()
  })

  it.each(['products', '_N_T_/a'])(
    'drops the answer to a fetch by %s, its tag or the page’s',
    async (tag) => {
      await fill(here(), 'hash', answer('old'))

      await there().revalidateTag([tag])

      expect(await here().get('hash', FETCH)).toBeNull()
    },
  )

  it.each<readonly [string, string, NextValue]>([
    ['page', '/a', page('old')],
    ['answer', 'hash', answer('old')],
  ])(
    'never keeps a %s that began to be made before its tag was revalidated',
    async (_, key, value) => {
      await fill(here(), key, value, () => there().revalidateTag('products'))
      const context = value.kind === 'FETCH' ? FETCH : PAGE

      expect(await here().get(key, context)).toBeNull()
      expect(await there().get(key, context)).toBeNull()
      await fill(there(), key, value)
      expect((await here().get(key, context))?.value).toEqual(value)
    },
  )

  it('takes the first that comes for the first that was asked for, where one handler makes several', async () => {
    const handler = here()
    await handler.get('/a', PAGE)
    await there().revalidateTag('products')
    await handler.get('/a', PAGE)

    // Begun before the revalidation, as far as anybody knows.
    await handler.set('/a', page('old'), KEPT)
    expect(await there().get('/a', PAGE)).toBeNull()

    await handler.set('/a', page('new'), KEPT)
    expect(await there().get('/a', PAGE)).not.toBeNull()
  })

  it('takes what was not asked for as begun with its request', async () => {
    await here().get('/other', PAGE)
    const handler = here()
    await handler.set('/a', page('forced'), KEPT)
    expect(await there().get('/a', PAGE)).not.toBeNull()

    const late = here()
    await there().revalidateTag('products')
    await here().get('/other', PAGE)
    await late.set('/a', page('old'), KEPT)

    expect(await there().get('/a', PAGE)).toBeNull()
  })

  it('serves a page on whose tag was marked stale, as one that is due', async () => {
    await fill(here(), '/a', page('old'))
    await there().revalidateTag('products', { expire: 3600 })

    const found = await here().get('/a', PAGE)

    const { revalidate, expire } = found?.cacheControl ?? {}
    const age = Date.now() - (found?.lastModified ?? 0)
    expect(found?.value).toEqual(page('old'))
    expect(age).toBeGreaterThan((revalidate as number) * 1000)
    expect(age).toBeLessThan((expire as number) * 1000)
  })

  it('serves one on that has no end, and the answer to a fetch, as due', async () => {
    const handler = here()
    await handler.get('/a', PAGE)
    await handler.set('/a', page('old'), { cacheControl: { revalidate: false } })
    await fill(here(), 'hash', answer('old'))
    await there().revalidateTag('products', { expire: 3600 })

    const found = await there().get('/a', PAGE)
    const fetched = await there().get('hash', FETCH)

    expect(found?.cacheControl).toEqual({ revalidate: 1 })
    expect(Date.now() - (found?.lastModified ?? 0)).toBeGreaterThan(1000)
    expect(fetched?.value).toEqual(answer('old'))
    expect(fetched?.lastModified).toBe(1)
  })

  it('misses what a proxy says was revalidated', async () => {
    await fill(here(), 'hash', answer('old'))

    expect(await here({ revalidatedTags: ['products'] }).get('hash', FETCH)).toBeNull()
    expect(await here({ revalidatedTags: ['other'] }).get('hash', FETCH)).not.toBeNull()
  })

  it('gives a page to no other build, and the answer to a fetch to all', async () => {
    const dist = await mkdtemp(join(tmpdir(), 'breakwater-next-'))
    const built = async (id: string): Promise<NextHandlerContext> => {
      const serverDistDir = join(dist, id, 'server')
      await mkdir(serverDistDir, { recursive: true })
      await writeFile(join(dist, id, 'BUILD_ID'), `${id}\n`)
      return { serverDistDir }
    }
    const [first, second] = [await built('first'), await built('second')]
    await fill(here(first), '/a', page('old'))
    await fill(here(first), 'hash', answer('a'))
    await rm(dist, { recursive: true })

    expect(await there(first).get('/a', PAGE)).not.toBeNull()
    expect(await there(second).get('/a', PAGE)).toBeNull()
    expect(await there(second).get('hash', FETCH)).not.toBeNull()
  })

  it('keeps nothing that is too long, and says so', async () => {
    await fill(here(), '/a', page('x'.repeat(6000)))

    expect(await here().get('/a', PAGE)).toBeNull()
    expect(errors).toEqual([expect.objectContaining({ code: 'E_TOO_LARGE' })])
  })

  it('answers a fetch with nothing but the answer to a fetch', async () => {
    await cache.set(['next', 'fetch', 'hash'], { value: page('<p>'), lastModified: 1 })
    await cache.set(['next', 'fetch', 'hash', 'fresh'], 1)
    await cache.set(['next', 'page', ':/a'], 'rubbish')
    await cache.set(['next', 'page', ':/a', 'fresh'], 1)

    expect(await here().get('hash', FETCH)).toBeNull()
    expect(await here().get('/a', PAGE)).toBeNull()
    await here().set('hash', null, FETCHED)
    expect(await here().get('hash', FETCH)).toBeNull()
  })

  it('forgets nothing that was asked for when a request’s cache is reset', async () => {
    const handler = here()
    await handler.get('/a', PAGE)

    handler.resetRequestCache()
    await handler.set('/a', page('<p>'), KEPT)

    expect(await there().get('/a', PAGE)).not.toBeNull()
  })
})

describe('createCacheHandler', () => {
  it('fails no page while the store is away, and says so', async () => {
    const caches = new FreshCaches()
    const cache = caches.open()
    const errors: unknown[] = []
    const Handler = createCacheHandler(cache, { onError: (error) => errors.push(error) })
    await caches.close()
    const handler = new Handler({})

    expect(await handler.get('/a', PAGE)).toBeNull()
    await handler.set('/a', page('<p>'), KEPT)
    await handler.revalidateTag('products')

    expect(errors.length).toBeGreaterThan(0)
  })

  it('refuses what is no cache', () => {
    expect(() => createCacheHandler({} as never)).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }) as Error,
    )
  })
})
