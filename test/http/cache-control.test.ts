import { describe, expect, it } from 'vitest'
import { cacheControl, type CacheControlOptions, neverCache } from '../../src/http/index.ts'
import { parseCacheControl } from '../../src/http/rules/cache-control.ts'

describe('cacheControl', () => {
  it.each<readonly [CacheControlOptions, string]>([
    [{}, ''],
    [{ maxAge: '60s' }, 'max-age=60'],
    [{ maxAge: '1m', private: true }, 'private, max-age=60'],
    [{ public: true, maxAge: '0s', sharedMaxAge: '1h' }, 'public, max-age=0, s-maxage=3600'],
    [{ maxAge: 'forever', immutable: true }, 'immutable, max-age=2147483648'],
    [{ maxAge: '1900ms' }, 'max-age=1'],
    [
      { maxAge: '1m', staleWhileRevalidate: '5m', staleIfError: '1d' },
      'max-age=60, stale-while-revalidate=300, stale-if-error=86400',
    ],
    [
      { noCache: true, noTransform: true, mustRevalidate: true },
      'no-cache, no-transform, must-revalidate',
    ],
    [{ private: false, noStore: true }, 'no-store'],
  ])('says %j as %s', (options, value) => {
    expect(cacheControl(options)).toBe(value)
  })

  it.each<readonly [string, object]>([
    ['maxage', { maxage: '60s' }],
    ['maxAge', { maxAge: 60 }],
    ['public', { public: true, private: true }],
    ['maxAge', { noStore: true, maxAge: '60s' }],
    ['private', { private: 'yes' }],
  ])('refuses %s in %j', (name, options) => {
    const act = (): string => cacheControl(options)
    expect(act).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(act).toThrow(name)
  })
})

describe('neverCache', () => {
  it('says what every cache obeys', () => {
    const { noStore, private: isPrivate, odd } = parseCacheControl([neverCache()])

    expect([noStore, isPrivate, odd]).toEqual([true, true, false])
  })
})
