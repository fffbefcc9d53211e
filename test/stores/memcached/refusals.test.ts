import { describe, expect, it } from 'vitest'
import { createCaches } from '../../../src/config/create-caches.ts'
import { memcached } from '../../../src/stores/memcached/index.ts'
import { endOf, open, server, urlOf } from './servers.ts'

function codeOf(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('what is refused', () => {
  it.each([
    undefined,
    '',
    'redis://localhost',
    'memcached:localhost',
    'memcached://',
    'memcached://a,,b',
    'memcached://a:0',
    'memcached://a:70000',
    'memcached://a,a:11211',
    'memcached://a/path',
    'memcached://a?comandTimeout=1s',
    'memcached://us%er:p@a',
  ])('the address %s', (url) => {
    expect(codeOf(() => memcached(url))).toBe('E_URL')
  })

  it('says nothing of the password in a bad address', () => {
    expect(() => memcached('memcached://user:secret@a b')).toThrow(/^(?!.*secret)/s)
  })

  it.each([
    { commandTimeout: '0s' },
    { connectTimeout: 'forever' },
    { maxQueued: 0 },
    { maxGenerations: 1.5 },
    { username: 'a' },
    { username: 'a b', password: 'c' },
    { tls: 1 },
    { retry: { min: '2s', max: '1s' } },
    { servers: [] },
  ])('the options %o', (options) => {
    expect(codeOf(() => memcached('memcached://a', options as object))).toBe('E_OPTION')
  })

  it('a value larger than an item: the error says what to do, and the next act works', async () => {
    const one = await server()
    const cache = open(one.url, { maxValueBytes: '8mb' })
    await expect(cache.set('a', 'x'.repeat(2_000_000))).rejects.toThrow(/-I/)
    expect(await endOf(cache.set('a', 'x'.repeat(2_000_000)))).toBe('E_TOO_LARGE')
    expect(await cache.getOrSet('a', () => 'x'.repeat(2_000_000))).toHaveLength(2_000_000)
    await cache.set('a', 'x'.repeat(900_000))
    expect(await cache.get('a')).toHaveLength(900_000)
  })

  it('a wrong password, and none: a right one is let in', async () => {
    const one = await server({ user: { name: 'shop', password: 'p:ä s' } })
    const { port } = one
    expect(await endOf(open(`memcached://127.0.0.1:${port}`).get('a'))).toBe('E_STORE_AUTH')
    expect(await endOf(open(`memcached://shop:no@127.0.0.1:${port}`).get('a'))).toBe('E_STORE_AUTH')
  })

  it('nobody with the right password', async () => {
    const one = await server({ user: { name: 'shop', password: 'secret' } })
    const cache = open(one.url)
    await cache.set('a', 1)
    expect(await cache.get('a')).toBe(1)
  })
})

describe('an address in the configuration', () => {
  it('of several servers, with options of the alias and of the store', async () => {
    const servers = await Promise.all([server(), server()])
    const caches = createCaches({
      default: { store: `${urlOf(servers)}?prefix=shop&commandTimeout=2s&ttl=5m` },
    })
    await caches.default.set('a', 1)
    expect(await caches.default.get('a')).toBe(1)
    expect(await caches.default.stats()).toMatchObject({ detail: { servers: 2 } })
    await caches.close()
  })
})
