import { deflateSync, gzipSync } from 'node:zlib'
import { createClient } from '@redis/client'
import { djangoCache, djangoFormat } from 'breakwater/django'
import { describe, expect, it } from 'vitest'

const refusal = expect.objectContaining({ code: 'E_DECODE' }) as Error

describe('djangoFormat', () => {
  it('refuses bombs of every compressor', () => {
    const bomb = Buffer.alloc(5_000_000, 'x')
    const lz4 = djangoFormat({ compressor: 'lz4', maxValueBytes: '10mb' }).encode(
      'x'.repeat(5_000_000),
    )
    for (const bytes of [deflateSync(bomb), gzipSync(bomb), lz4])
      expect(() => djangoFormat().decode(bytes)).toThrow(refusal)
  })

  it.each(['1f8b', '789c', '04224d18', '28b52ffd', 'fd377a585a00', '04224d186840ff', '789c00'])(
    'refuses the beginning %s and nothing behind it',
    (hex) => {
      expect(() => djangoFormat().decode(Buffer.from(hex, 'hex'))).toThrow(refusal)
    },
  )

  it('refuses options that nobody has', () => {
    expect(() => djangoFormat({ serializer: 'yaml' as 'json' })).toThrow(
      /'pickle', 'json' or 'msgpack'/,
    )
    expect(() => djangoFormat({ compressor: 'brotli' as 'zlib' })).toThrow(
      /one of zlib, gzip, lz4, zstd/,
    )
  })
})

describe('djangoCache', () => {
  const away = (): ReturnType<typeof createClient> =>
    createClient({ url: 'redis://127.0.0.1:1', disableOfflineQueue: true })

  it('misses while Redis is away, and says what it did not do', async () => {
    const cache = djangoCache({ client: away() })

    expect(await cache.get('k', 'miss')).toBe('miss')
    expect(await cache.set('k', 1)).toBe(false)
    expect(await cache.setMany([['k', 1]])).toEqual(['k'])
    expect(await cache.delete('k')).toBe(false)
    await expect(cache.incr('k')).rejects.toMatchObject({ code: 'E_KEY_MISSING' })
    expect(await cache.incr('k', 1, { initial: 1 })).toBe(2)
    expect(cache.stats().outages).toBe(6)
  })

  it("rejects then under onOutage: 'throw'", async () => {
    const cache = djangoCache({ client: away(), onOutage: 'throw' })

    await expect(cache.get('k')).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
  })

  it('clears nothing that it cannot tell from others', async () => {
    await expect(djangoCache({ client: away() }).clear()).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
    })
  })
})
