// Part B5: items in memcached, with the flags of both of Django's backends, and the choice among several servers.
import {
  checkMemcachedKey,
  djangoKey,
  fromMemcachedItem,
  pymemcacheServer,
  toMemcachedItem,
} from 'breakwater/django'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MemcachedServer, startMemcached } from '../servers/memcached.ts'
import { type Django, startDjango } from './django.ts'
import { RawMemcached } from './raw-memcached.ts'
import { READ_ONLY, ROWS } from './rows.ts'

let server: MemcachedServer
let django: Django
let raw: RawMemcached

beforeAll(async () => {
  server = await startMemcached()
  django = await startDjango({
    redis: 'redis://127.0.0.1:1',
    memcached: `127.0.0.1:${server.port}`,
  })
  raw = new RawMemcached(server.port)
})

afterAll(async () => {
  raw?.close()
  await django?.stop()
  await server?.stop()
})

describe.each([
  { dialect: 'pymemcache', key: ':1:row' },
  { dialect: 'pylibmc', key: 'lib:1:row' },
] as const)('Django with $dialect and Node', ({ dialect, key }) => {
  const cache = `caches['${dialect}']`
  /** pylibmc writes a boolean as an integer, and a text with half a pair not at all. */
  const isOdd = (python: string): boolean =>
    dialect === 'pylibmc' && (python === 'True' || python === 'False')
  const rows = ROWS.filter(({ python }) => !python.includes('ud800'))

  it.each(rows)('Node reads $python as Django wrote it', async ({ python, value }) => {
    await django.run(`${cache}.set('row', ${python})`)
    const item = await raw.get(key)

    expect(item).toBeDefined()
    // Both write a SafeString as a text.
    const expected = python.startsWith('Safe') ? '<b>&</b>' : isOdd(python) ? Number(value) : value
    const got = fromMemcachedItem(item as NonNullable<typeof item>)
    expect(python.startsWith('Safe') ? String(got) : got).toStrictEqual(expected)
  })

  it.each(rows.filter(({ write }) => write !== READ_ONLY))(
    'Django reads $python as Node wrote it',
    async (row) => {
      const value = 'write' in row && typeof row.write !== 'symbol' ? row.write : row.value
      await raw.set(key, toMemcachedItem(value, { dialect }))

      expect(await django.run(`same(${cache}.get('row'), ${row.python})`)).toBe(true)
    },
  )

  it('writes the flags that Django does', async () => {
    for (const [python, value] of [
      ['5', 5],
      ["'hi'", 'hi'],
      ["b'x'", Buffer.from('x')],
      ['None', null],
      ['1.5', 1.5],
      ['[1]', [1]],
    ] as const) {
      await django.run(`${cache}.set('row', ${python})`)

      expect(toMemcachedItem(value, { dialect }).flags, python).toBe((await raw.get(key))?.flags)
    }
  })

  it('counts on after both', async () => {
    await raw.set(key, toMemcachedItem(41, { dialect }))

    expect(await django.run(`${cache}.incr('row')`)).toBe(42)
    const item = await raw.get(key)
    expect(fromMemcachedItem(item as NonNullable<typeof item>)).toBe(42)
  })
})

describe('fromMemcachedItem', () => {
  it('unpacks what pylibmc compressed', async () => {
    await django.run("caches['pylibmc']._cache.set('packed', 'words ' * 1000, min_compress_len=1)")
    const item = await raw.get('packed')

    expect((item?.flags ?? 0) & 8).toBe(8)
    expect(item?.bytes.byteLength).toBeLessThan(200)
    expect(fromMemcachedItem(item as NonNullable<typeof item>)).toBe('words '.repeat(1000))
  })

  it.each([
    ['flags of another client', { flags: 32, bytes: Buffer.from('x') }],
    ['two kinds at once', { flags: 17, bytes: Buffer.from('x') }],
    ['an integer of letters', { flags: 2, bytes: Buffer.from('x') }],
    ['a text that is none', { flags: 16, bytes: Buffer.from([0xff]) }],
    ['a pickle that is none', { flags: 1, bytes: Buffer.from('x') }],
    ['a broken stream', { flags: 24, bytes: Buffer.from([0x78, 0x9c, 1]) }],
  ])('refuses %s', (_, item) => {
    expect(() => fromMemcachedItem(item)).toThrow(
      expect.objectContaining({ code: 'E_DECODE' }) as Error,
    )
  })

  it('refuses more than it may', () => {
    expect(() => toMemcachedItem('x'.repeat(11), { maxBytes: 10 })).toThrow(/more than the 10 B/)
    expect(() => toMemcachedItem(1, { dialect: 'other' as 'pylibmc' })).toThrow(
      /'pymemcache' or 'pylibmc'/,
    )
  })
})

describe('checkMemcachedKey', () => {
  it('allows what Django allows, and memcached can carry', async () => {
    const key = djangoKey('k'.repeat(247))

    expect(checkMemcachedKey(key)).toHaveLength(250)
    expect(await django.run(`caches['pymemcache'].set('${'k'.repeat(247)}', 1)`)).toBe(null)
  })

  it.each([
    ['too long', 'k'.repeat(248)],
    ['a blank', 'a b'],
    ['a control character', 'a\u007f'],
    ['a line feed', 'a\nb'],
  ])('refuses %s, as Django does', async (_, key) => {
    expect(() => checkMemcachedKey(djangoKey(key))).toThrow(
      expect.objectContaining({ code: 'E_KEY' }) as Error,
    )
    await expect(django.run(`caches['pymemcache'].get(${JSON.stringify(key)})`)).rejects.toThrow(
      /InvalidCacheKey/,
    )
  })

  it('refuses what Django lets pass and its client does not', async () => {
    const key = '文'.repeat(200)

    expect(() => checkMemcachedKey(djangoKey(key))).toThrow(/longer than memcached's 250 bytes/)
    await expect(django.run(`caches['pymemcache'].get('${key}')`)).rejects.toThrow(/Error/)
  })
})

describe('pymemcacheServer', () => {
  it('chooses the server that pymemcache does, for 500 keys', async () => {
    const servers = ['10.0.0.1:11211', '10.0.0.2:11211', 'cache-3.example:11212', '10.0.0.10:11211']
    await django.run('from pymemcache.client.rendezvous import RendezvousHash')
    await django.run(`ring = RendezvousHash(nodes=${JSON.stringify(servers)})`)
    const theirs = await django.run("[ring.get_node(':1:key-%d' % i) for i in range(500)]")

    const ours = Array.from({ length: 500 }, (_, index) =>
      pymemcacheServer(`:1:key-${index}`, servers),
    )

    expect(ours).toEqual(theirs)
    expect(new Set(ours).size).toBe(4)
  })

  it('needs one', () => {
    expect(() => pymemcacheServer('k', [])).toThrow(/one server at least/)
  })
})
