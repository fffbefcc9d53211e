// Parts B1 to B3 of what was measured: values in Redis, both ways, under each serializer and compressor.
import { createClient } from '@redis/client'
import { Redis } from 'ioredis'
import { djangoCache, type DjangoCache, type DjangoCacheOptions } from 'breakwater/django'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { type Django, startDjango } from './django.ts'
import { PICKLE_ONLY, READ_ONLY, readOf, REFUSED, type Row, ROWS, UNREADABLE } from './rows.ts'

let redis: RedisServer
let django: Django
let client: ReturnType<typeof createClient>

beforeAll(async () => {
  redis = await startRedis()
  django = await startDjango({ redis: redis.url })
  client = createClient({ url: redis.url })
  await client.connect()
})

afterAll(async () => {
  client?.destroy()
  await django?.stop()
  await redis?.stop()
})

/** What the settings of Django say, and the same for Node. */
const PAIRS: readonly {
  readonly alias: string
  readonly serializer: 'pickle' | 'json' | 'msgpack'
  readonly options: Omit<DjangoCacheOptions, 'client'>
}[] = [
  { alias: 'default', serializer: 'pickle', options: {} },
  { alias: 'core', serializer: 'pickle', options: {} },
  { alias: 'json', serializer: 'json', options: { serializer: 'json' } },
  { alias: 'msgpack', serializer: 'msgpack', options: { serializer: 'msgpack' } },
  { alias: 'zlib', serializer: 'pickle', options: { compressor: 'zlib' } },
  { alias: 'gzip', serializer: 'pickle', options: { compressor: 'gzip' } },
  { alias: 'lz4', serializer: 'pickle', options: { compressor: 'lz4' } },
  // LzmaCompressor reads what is not compressed, too.
  { alias: 'lzma', serializer: 'pickle', options: {} },
]

describe.each(PAIRS)('Django with $alias and Node', ({ alias, serializer, options }) => {
  let cache: DjangoCache

  beforeAll(() => {
    cache = djangoCache({ client, ...options })
  })

  it.each(ROWS)('Node reads $python as Django wrote it', async (row) => {
    await django.run(`caches['${alias}'].delete('row')`)
    const wrote = django.run(`caches['${alias}'].set('row', ${row.python})`)
    const expected = readOf(row, serializer)

    if (expected === REFUSED) return await expect(wrote).rejects.toThrow(/Error/)
    await wrote
    if (expected === UNREADABLE) {
      await expect(django.run(`caches['${alias}'].get('row')`)).rejects.toThrow(/Error/)
      expect(await cache.has('row')).toBe(true)
      expect(await cache.get('row', 'miss')).toBe('miss')
      return
    }
    const got = await cache.get('row', 'miss')

    expect(got).toStrictEqual(expected)
  })

  it.each(ROWS.filter((row) => row.write !== READ_ONLY))(
    'Django reads $python as Node wrote it, as it would from itself',
    async (row) => {
      const expected = readOf(row, serializer)
      const wrote = cache.set('row', writeOf(row))
      const tooMuch = serializer !== 'pickle' && row.write === PICKLE_ONLY

      if (expected === REFUSED || expected === UNREADABLE || tooMuch)
        return await expect(wrote).rejects.toMatchObject({ code: 'E_ENCODE' })
      await wrote
      await django.run(`caches['${alias}'].set('own', ${row.python})`)

      expect(
        await django.run(
          `[same(caches['${alias}'].get('row'), caches['${alias}'].get('own')), repr(caches['${alias}'].get('row'))]`,
        ),
      ).toEqual([true, expect.anything()])
    },
  )
})

function writeOf(row: Row): unknown {
  return 'write' in row && typeof row.write !== 'symbol' ? row.write : row.value
}

describe('a counter', () => {
  it.each(['default', 'core', 'json', 'msgpack', 'zlib'])(
    'is incremented from both sides under %s, and keeps its time to live',
    async (alias) => {
      const cache = djangoCache({ client })
      await cache.set('n', 2 ** 53 - 2, { ttl: '90s' })

      expect(await django.run(`caches['${alias}'].incr('n')`)).toBe(2 ** 53 - 1)
      expect(await cache.incr('n', 5)).toBe(2n ** 53n + 4n)
      expect(await django.run(`caches['${alias}'].decr('n', 6)`)).toBe(2 ** 53 - 2)
      expect(await cache.decr('n', 2n)).toBe(2 ** 53 - 4)
      expect(await django.run(`caches['${alias}'].get('n')`)).toBe(2 ** 53 - 4)
      expect(await client.ttl(':1:n')).toBeGreaterThan(80)
    },
  )

  it('that Django set is incremented by Node, and the other way round', async () => {
    const cache = djangoCache({ client })
    await django.run("caches['default'].set('a', 41)")

    expect(await cache.incr('a')).toBe(42)
    expect(await cache.incr('b', 1, { initial: 6, ttl: '1m' })).toBe(7)
    expect(await django.run("caches['default'].incr('b')")).toBe(8)
  })
})

describe('what Django reads of integers', () => {
  it.each([
    ['+7', 7],
    [' 8\n', 8],
    ['1_000', 1000],
    ['-0', 0],
    ['9'.repeat(400), BigInt('9'.repeat(400))],
  ])('%j is one here too', async (text, value) => {
    await client.set(':1:text', text)

    expect(await django.run("repr(caches['default'].get('text'))")).toBe(String(value))
    expect(await djangoCache({ client }).get('text')).toBe(value)
  })

  it.each(['1__0', '_1', '1_', '0x10', '1 2', '٣', '--1', '+'])(
    '%j is none here either',
    async (text) => {
      await client.set(':1:text', text)
      const cache = djangoCache({ client, serializer: 'json' })

      expect(await cache.get('text', 'miss')).toBe('miss')
    },
  )
})

describe('what nobody can decode', () => {
  it.each(['', '80', 'not a pickle', '\u0000'])(
    'makes Django raise, and is a counted miss here: %j',
    async (text) => {
      const bytes = text === '80' ? Buffer.from([0x80]) : Buffer.from(text)
      await client.set(':1:broken', bytes)
      const errors: string[] = []
      const cache = djangoCache({
        client,
        onError: (error) => errors.push(`${error.code} ${error.key}`),
      })

      await expect(django.run("caches['default'].get('broken')")).rejects.toThrow(/Error/)
      expect(await cache.get('broken', 'miss')).toBe('miss')
      expect(cache.stats()).toEqual({ hits: 0, misses: 1, undecodable: 1, outages: 0 })
      expect(errors).toEqual(['E_DECODE broken'])
    },
  )
})

describe('a change of compressor', () => {
  it('costs nothing here: each is known by its first bytes', async () => {
    const cache = djangoCache({ client, compressor: 'lz4' })
    for (const alias of ['zlib', 'gzip', 'lz4', 'lzma'])
      await django.run(`caches['${alias}'].set('${alias}', 'words ' * 1000)`)

    const got = await cache.getMany(['zlib', 'gzip', 'lz4', 'lzma'])

    expect([...got.values()]).toEqual(Array.from({ length: 4 }, () => 'words '.repeat(1000)))
    expect(await client.strLen(':1:lzma')).toBeLessThan(500)
  })

  it.each(['zlib', 'gzip', 'lz4'] as const)(
    '%s makes large values small in Redis',
    async (name) => {
      await djangoCache({ client, compressor: name }).set('large', 'words '.repeat(1000))

      expect(await client.strLen(':1:large')).toBeLessThan(200)
      expect(await django.run(`caches['${name}'].get('large') == 'words ' * 1000`)).toBe(true)
    },
  )
})

describe('the calls', () => {
  it('are the same on both sides, with prefix and version', async () => {
    const cache = djangoCache({ client, keyPrefix: 'shop', version: 3, ttl: '77s' })
    const there = "caches['prefixed']"

    expect(await cache.add('k', [1])).toBe(true)
    expect(await cache.add('k', [2])).toBe(false)
    expect(await django.run(`${there}.get('k')`)).toEqual([1])
    expect(await client.ttl('shop:3:k')).toBeGreaterThan(70)
    expect(await django.run(`${there}.add('k', 2)`)).toBe(false)
    expect(await django.run(`${there}.get_or_set('k', 5)`)).toEqual([1])
    await django.run(`${there}.set_many({'a': 1, 'b': 'x'}, version=4)`)
    expect([...(await cache.getMany(['a', 'b', 'c'], { version: 4 }))]).toEqual([
      ['a', 1],
      ['b', 'x'],
    ])
    expect(
      await cache.setMany(
        new Map<string, unknown>([
          ['x', null],
          ['y', 2],
        ]),
      ),
    ).toEqual([])
    expect(await django.run(`${there}.get_many(['x', 'y', 'z'])`)).toEqual({ x: null, y: 2 })
    expect(await cache.touch('x', { ttl: 'forever' })).toBe(true)
    expect(await django.run(`${there}.ttl('x')`)).toBe(null)
    expect(await cache.touch('x', { ttl: '0s' })).toBe(true)
    expect(await django.run(`'x' in ${there}`)).toBe(false)
    expect(await cache.deleteMany(['y', 'z'])).toBe(1)
    expect(await cache.replace('z', 1)).toBe(false)
    expect(await django.run(`${there}.delete('k')`)).toBeTruthy()
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.delete('k')).toBe(false)
  })

  it('through ioredis are the same', async () => {
    const ioredis = new Redis(redis.url)
    try {
      const cache = djangoCache({ ioredis, compressor: 'zlib' })
      await django.run("caches['zlib'].set('io', {'a': b'\\x00\\xff' * 50})")

      expect(await cache.get('io')).toEqual({ a: Buffer.from('00ff'.repeat(50), 'hex') })
      expect(await cache.incr('io-n', 1, { initial: 1 })).toBe(2)
      expect(await cache.set('io', new Date(Date.UTC(2024, 0, 2)))).toBe(true)
      expect(await django.run("caches['zlib'].get('io').isoformat()")).toBe(
        '2024-01-02T00:00:00+00:00',
      )
    } finally {
      ioredis.disconnect()
    }
  })

  it('clear this prefix and version, and nothing else', async () => {
    const cache = djangoCache({ client, keyPrefix: 'a*[b]' })
    await cache.setMany(Array.from({ length: 1200 }, (_, index) => [index, index] as const))
    await cache.set('kept', 1, { version: 2 })
    await client.set('axb:1:other', '1')

    expect(await cache.clear()).toBe(1200)
    expect(await cache.get('kept', 0, { version: 2 })).toBe(1)
    expect(await client.exists('axb:1:other')).toBe(1)
  })

  it('read a bomb of .xz as a miss', async () => {
    await django.run("caches['lzma'].set('bomb', 'x' * 5000000)")

    expect(await djangoCache({ client }).get('bomb', 'miss')).toBe('miss')
  })

  it('agree on keys that are no texts, and on a KEY_FUNCTION', async () => {
    const cache = djangoCache({ client })
    for (const [python, key] of [
      ['1', 1],
      ['None', null],
      ['True', true],
      ['1e16', 1e16],
      ['"é"', 'é'],
      ['1.5', 1.5],
      ['2 ** 70', 2n ** 70n],
    ] as const) {
      const other = python === '1e16' ? '1e+16' : key
      await django.run(`caches['default'].set(${python}, ['of', ${python}])`)

      expect(await cache.has(other), python).toBe(true)
      expect(await django.run(`caches['default'].make_key(${python})`)).toBe(cache.key(other))
    }
    const reversed = djangoCache({
      client,
      keyFunction: (key, prefix, version) => `${key}/${version}/${prefix}`,
      keyPrefix: 'p',
    })
    expect(reversed.key('k')).toBe('k/1/p')
  })
})
