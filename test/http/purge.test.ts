// RFC 9111 §4.4: a write that succeeded makes the stored answers of its address unusable.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { purge } from '../../src/http/index.ts'
import { FakeClock } from './fake-clock.ts'
import { MemoryPages } from './memory-pages.ts'
import { type Made, openCore, openExpress, openHono, type OpenSite, type Site } from './site.ts'

const SHAPES: readonly (readonly [string, OpenSite])[] = [
  ['the core', openCore],
  ['Hono', openHono],
  ['Express', openExpress],
]

describe.each(SHAPES)('on %s', (_name, openSite) => {
  let store: MemoryPages
  let site: Site
  let made: number
  let answer: Made

  beforeEach(async () => {
    const clock = new FakeClock()
    store = new MemoryPages(clock)
    made = 0
    answer = {}
    const options = { clock, cacheStatus: true, onError: () => {} }
    site = await openSite(store, '60s', options, (call) => {
      if (call.method !== 'GET') return answer
      made++
      const language = call.header('accept-language') ?? 'none'
      const fields: Made['fields'] =
        call.url === '/grouped' ? [['Cache-Groups', '"products", "all"']] : []
      return { body: `${call.url} in ${language}: ${made}`, fields }
    })
  })

  afterEach(async () => {
    await site.close()
  })

  async function get(path: string, language?: string): Promise<string> {
    const headers: Record<string, string> = language ? { 'accept-language': language } : {}
    const got = await site.get(path, { headers })
    await store.quiet()
    return got.body.toString()
  }

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'PURGE-ALL'])(
    'a %s that succeeds drops all variants of its address and nothing else',
    async (method) => {
      // node:http refuses methods that nobody knows before they reach us.
      if (method === 'PURGE-ALL' && openSite !== openCore) return expect(made).toBe(0)
      await get('/a', 'de')
      await get('/a', 'en')
      await get('/b')

      await site.get('/a', { method })

      expect(await get('/a', 'de')).toBe('/a in de: 4')
      expect(await get('/a', 'en')).toBe('/a in en: 5')
      expect(await get('/b')).toBe('/b in none: 3')
    },
  )

  it.each([400, 404, 500, 503])('a write that fails with %i drops nothing', async (status) => {
    await get('/a')
    answer = { status }

    await site.get('/a', { method: 'POST' })

    expect(await get('/a')).toBe('/a in none: 1')
  })

  it('a write drops what Location and Content-Location name on the same host, and on no other', async () => {
    for (const path of ['/new', '/list?page=2', '/other']) await get(path)
    answer = {
      status: 201,
      fields: [
        ['Location', '/new'],
        ['Content-Location', 'http://site.test/list?page=2'],
      ],
    }

    await site.get('/a', { method: 'POST' })

    expect(await get('/new')).toBe('/new in none: 4')
    expect(await get('/list?page=2')).toBe('/list?page=2 in none: 5')
    answer = { status: 201, fields: [['Location', 'http://evil.test/other']] }
    await site.get('/a', { method: 'POST' })
    expect(await get('/other')).toBe('/other in none: 3')
  })

  it('a write drops the groups that it names, of every address: RFC 9875 §3', async () => {
    await get('/grouped')
    await get('/other')
    answer = { status: 200, fields: [['Cache-Group-Invalidation', '"products", "else"']] }

    await site.get('/a', { method: 'POST' })

    expect(await get('/grouped')).toBe('/grouped in none: 3')
    expect(await get('/other')).toBe('/other in none: 2')
  })

  it('a safe request’s answer drops no group, and a failed write’s neither: RFC 9875 §3', async () => {
    await get('/grouped')
    answer = { status: 500, fields: [['Cache-Group-Invalidation', '"products"']] }

    await site.get('/a', { method: 'POST' })
    answer = { status: 200, fields: [['Cache-Group-Invalidation', '"products"']] }
    await site.get('/a', { method: 'OPTIONS' })

    expect(await get('/grouped')).toBe('/grouped in none: 1')
  })

  it('a write whose store fails is answered all the same', async () => {
    store.invalidateTags = () => Promise.reject(new Error('The store is down.'))
    answer = { status: 201, body: 'made' }

    expect((await site.get('/a', { method: 'POST' })).status).toBe(201)
  })

  it('OPTIONS drops nothing', async () => {
    await get('/a')
    await site.get('/a', { method: 'OPTIONS' })

    expect(await get('/a')).toBe('/a in none: 1')
  })

  it('purge drops the pages of an address', async () => {
    await get('/a?x=1')
    await get('/a?x=2')

    await purge(store, { url: 'https://SITE.test/a?x=1#top' })

    expect(await get('/a?x=1')).toBe('/a?x=1 in none: 3')
    expect(await get('/a?x=2')).toBe('/a?x=2 in none: 2')
  })
})

describe('purge', () => {
  const store = new MemoryPages(new FakeClock())

  it.each<readonly [object]>([
    [{}],
    [{ url: 'https://shop.example/', tag: 'products' }],
    [{ route: '/product/:id', tag: 'products' }],
    [{ route: '' }],
    [{ url: '/product/7' }],
    [{ uri: 'https://shop.example/' }],
  ])('refuses %j', async (target) => {
    await expect(purge(store, target)).rejects.toMatchObject({ code: 'E_OPTION' })
  })
})
