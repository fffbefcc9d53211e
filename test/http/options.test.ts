import { describe, expect, it } from 'vitest'
import { pageCache, type PageOptions } from '../../src/http/index.ts'
import { FakeClock } from './fake-clock.ts'
import { MemoryPages } from './memory-pages.ts'

const store = new MemoryPages(new FakeClock())

function build(options: object, ttl: unknown = '60s'): () => unknown {
  return () => pageCache(store, ttl as '60s', options)
}

describe('the options of pageCache', () => {
  it('are refused with the nearest right name when nobody knows them', () => {
    expect(build({ varyon: ['Cookie'] })).toThrow(/unknown option 'varyon'. Did you mean 'varyOn'/)
    expect(build({ maxBodyByte: 1 })).toThrow(/Did you mean 'maxBodyBytes'/)
    expect(build({ compress: { treshold: 1 } })).toThrow(/Did you mean 'threshold'/)
    expect(build({ compress: { levels: { brotli: 1 } } })).toThrow(/unknown option 'brotli'/)
  })

  it.each<readonly [string, Record<string, unknown>]>([
    ['tags', { tags: 'products' }],
    ['varyOn', { varyOn: ['*'] }],
    ['varyOn', { varyOn: ['Accept Language'] }],
    ['varyOn', { varyOn: 'Cookie' }],
    ['allowQuery', { allowQuery: [1] }],
    ['when', { when: true }],
    ['key', { key: 'tenant' }],
    ['hosts', { hosts: 'shop.example' }],
    ['baseUrl', { baseUrl: 'shop.example' }],
    ['maxBodyBytes', { maxBodyBytes: '1 tb' }],
    ['compress', { compress: 'gzip' }],
    ['ranges', { ranges: 'never' }],
    ['encodings', { compress: { encodings: ['deflate'] } }],
    ['encodings', { compress: { encodings: [] } }],
    ['encodings', { compress: { encodings: ['br', 'br'] } }],
    ['encodings', { compress: { encodings: 'br' } }],
    ['threshold', { compress: { threshold: 'long' } }],
    ['levels.br', { compress: { levels: { br: 12 } } }],
    ['levels.gzip', { compress: { levels: { gzip: 0 } } }],
    ['levels.gzip', { compress: { levels: { gzip: 1.5 } } }],
    ['stale', { stale: 60 }],
    ['staleIfError', { staleIfError: 60 }],
    ['keep', { keep: 'for ever' }],
    ['cacheStatus', { cacheStatus: 'two words' }],
    ['route', { route: '' }],
    ['route', { route: ['/a'] }],
    ['targets', { targets: 'Shop-Cache-Control' }],
    ['targets', { targets: ['Cache-Control'] }],
    ['targets', { targets: ['Set-Cookie'] }],
    ['cdn', { cdn: { fields: ['Surrogate'] } }],
  ])('are refused while building when %s is wrong: %j', (option, options) => {
    expect(build(options)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(build(options)).toThrow(option)
  })

  it('need a unit for the ttl and good tags', () => {
    expect(build({}, 60)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(build({ tags: [''] })).toThrow(expect.objectContaining({ code: 'E_KEY' }))
  })

  it('cost a miss, not a request, when a function of theirs throws', async () => {
    const fail = (): never => {
      throw new Error('Not today.')
    }
    for (const options of [{ key: fail }, { when: fail }, { tags: fail }, { tags: () => 'x' }]) {
      const errors: unknown[] = []
      const pages = pageCache(store, '60s', {
        ...(options as PageOptions),
        cacheStatus: true,
        onError: (error) => errors.push(error),
      })
      const got = await pages(new Request('http://site.test/a'), () => new Response('a page'))

      expect(await got.text()).toBe('a page')
      expect(got.headers.get('cache-status')).toContain('detail="option failed"')
      expect(errors).toHaveLength(1)
    }
  })

  it.each<readonly [string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('Not today.')
      },
    ],
    ['answers no pattern', () => 7 as never],
  ])('keep no page whose `route` %s: nobody could purge it', async (_how, route) => {
    const clock = new FakeClock()
    const pages = new MemoryPages(clock)
    const errors: unknown[] = []
    const handle = pageCache(pages, '60s', { clock, route, onError: (error) => errors.push(error) })
    let views = 0

    for (let time = 1; time <= 2; time++) {
      const response = await handle(new Request('http://site.test/a'), () => {
        return new Response(`page ${++views}`)
      })
      await response.text()
      await pages.quiet()
    }

    expect(views).toBe(2)
    expect(errors.length).toBeGreaterThan(0)
  })

  it('decide by the request: key, when, tags', async () => {
    const clock = new FakeClock()
    const pages = new MemoryPages(clock)
    let views = 0
    const handle = pageCache(pages, '60s', {
      clock,
      key: (request) => [request.headers.get('x-tenant') ?? 'none'],
      when: (request) => !request.url.endsWith('/cart'),
      tags: (request) => [new URL(request.url).pathname],
    })
    const ask = async (path: string, tenant: string): Promise<string> => {
      const request = new Request(`http://site.test${path}`, { headers: { 'x-tenant': tenant } })
      const got = await handle(request, () => new Response(`page ${++views}`))
      const text = await got.text()
      await pages.quiet()
      return text
    }

    expect(await ask('/a', 'x')).toBe('page 1')
    expect(await ask('/a', 'y')).toBe('page 2')
    expect(await ask('/a', 'x')).toBe('page 1')
    expect(await ask('/cart', 'x')).toBe('page 3')
    expect(await ask('/cart', 'x')).toBe('page 4')
    await pages.invalidateTags(['/a'])
    expect(await ask('/a', 'x')).toBe('page 5')
  })
})
