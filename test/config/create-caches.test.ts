import { afterEach, describe, expect, it } from 'vitest'
import { aliasesFromEnvironment } from '../../src/config/environment.ts'
import { type Caches, createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { redis } from '../../src/stores/redis/redis.ts'

const opened: Caches<string>[] = []
function create(options?: Parameters<typeof createCaches>[0]): Caches<string> {
  const caches = createCaches(options as never)
  opened.push(caches)
  return caches
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((caches) => caches.close()))
})

describe('createCaches', () => {
  it('with nothing, and nothing in the environment, is a memory cache', async () => {
    const caches = create({ default: {} })
    await caches['default']?.set('a', 1)

    expect(await caches['default']?.stats()).toMatchObject({ alias: 'default', store: 'memory' })
  })

  it('opens an alias when it is first used, and gives the same cache each time', () => {
    const caches = create({ default: {}, sessions: { ttl: '14d' } })

    expect(caches.opened()).toEqual([])
    expect(caches['sessions']).toBe(caches['sessions'])
    expect(caches.opened()).toEqual([caches['sessions']])
    expect(Object.keys(caches)).toEqual(['default', 'sessions'])
    expect('sessions' in caches).toBe(true)
  })

  it('keeps aliases apart', async () => {
    const caches = create({ a: {}, b: {} })
    await caches['a']?.set('k', 1)

    expect(await caches['b']?.get('k')).toBeUndefined()
  })

  it('names the nearest alias when asked for one that is not there', () => {
    const caches = create({ default: {}, sessions: {} })

    expect(() => caches['sesions']).toThrow(
      expect.objectContaining({
        code: 'E_ALIAS',
        message: expect.stringContaining("Did you mean 'sessions'?"),
      }),
    )
  })

  it('can be awaited and inspected like any object', async () => {
    const caches = create({ default: {} })

    expect(await Promise.resolve(caches)).toBe(caches)
    expect(JSON.stringify(caches)).toBe('{"aliases":["default"]}')
    expect(caches.opened()).toEqual([])
    expect(JSON.stringify(caches['default'])).toBe('{"alias":"default","namespaces":[]}')
  })

  describe('refuses, while building,', () => {
    it.for<[string, unknown, string, string]>([
      ['an unknown option', { default: { tll: '5m' } }, 'E_OPTION', "Did you mean 'ttl'?"],
      ['a bare number as ttl', { default: { ttl: 300 } }, 'E_OPTION', "'300s' or '300ms'"],
      ['an unknown unit', { default: { ttl: '5 minutes' } }, 'E_OPTION', "'ttl'"],
      ['a prefix with a colon', { default: { prefix: 'a:b' } }, 'E_OPTION', "'prefix'"],
      ['a version that is none', { default: { version: {} } }, 'E_OPTION', "'version'"],
      ['a limit of zero bytes', { default: { maxValueBytes: 0 } }, 'E_OPTION', "'maxValueBytes'"],
      [
        'an unknown outage policy',
        { default: { onOutage: 'ignore' } },
        'E_OPTION',
        "'bypass' or 'throw'",
      ],
      ['a lease too short to renew', { default: { lease: '1ms' } }, 'E_OPTION', "'lease'"],
      ['a negative early', { default: { early: -1 } }, 'E_OPTION', "'early'"],
      ['an early without an end', { default: { early: Infinity } }, 'E_OPTION', "'early'"],
      ['an early that is no number', { default: { early: '1s' } }, 'E_OPTION', '"1s"'],
      ['a jitter beyond the ttl', { default: { jitter: 1.01 } }, 'E_OPTION', 'from 0 to 1'],
      ['a negative jitter', { default: { jitter: -0.1 } }, 'E_OPTION', 'from 0 to 1'],
      ['a jitter that is NaN', { default: { jitter: NaN } }, 'E_OPTION', "'jitter'"],
      ['a bare softTimeout', { default: { softTimeout: 200 } }, 'E_OPTION', "'200s' or '200ms'"],
      ['a loadTimeout of nothing', { default: { loadTimeout: '0s' } }, 'E_OPTION', "'loadTimeout'"],
      ['an endless failureTtl', { default: { failureTtl: 'forever' } }, 'E_OPTION', 'a time that'],
      ['no loads at all', { default: { maxConcurrentLoads: 0 } }, 'E_OPTION', '1 or more'],
      ['half a load', { default: { maxConcurrentLoads: 1.5 } }, 'E_OPTION', 'whole number'],
      ['a random that is none', { default: { random: 0.5 } }, 'E_OPTION', "'random'"],
      [
        'a jitter in the address that is none',
        { default: { store: 'memory://?jitter=much' } },
        'E_OPTION',
        '"much"',
      ],
      ['a clock that is none', { default: { clock: 5 } }, 'E_OPTION', "'clock'"],
      ['a store that is none', { default: { store: {} } }, 'E_OPTION', "'store'"],
      [
        'an address that is none',
        { default: { store: 'localhost' } },
        'E_URL',
        'redis://localhost:6379',
      ],
      ['an unknown scheme', { default: { store: 'reddis://localhost' } }, 'E_URL', "'redis://'"],
      ['an alias with odd characters', { 'a b': {} }, 'E_OPTION', 'alias'],
      ['an alias that is a tool', { close: {} }, 'E_OPTION', 'caches.close()'],
      ['options that are none', { default: null }, 'E_OPTION', 'object'],
      ['nothing where something was meant', null, 'E_OPTION', 'null'],
      ['a configuration that is none', 'redis://localhost', 'E_OPTION', 'aliases'],
    ])('%s', ([, options, code, says]) => {
      expect(() => createCaches(options as never)).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(says) }),
      )
    })

    it('two aliases that would share keys', () => {
      const store = memory()

      expect(() => create({ a: { store, prefix: 'x' }, b: { store, prefix: 'x' } })).toThrow(
        expect.objectContaining({
          code: 'E_OPTION',
          message: expect.stringContaining("'a' and 'b'"),
        }),
      )
    })

    it('and never shows a password', () => {
      for (const url of [
        'redis://user:s3cret@host:notaport/0',
        'redsi://user:s3cret@host',
        'redis://:s3cret@host/notadb',
      ]) {
        try {
          createCaches({ default: { store: url } })
          expect.unreachable()
        } catch (error) {
          expect((error as Error).message).not.toContain('s3cret')
        }
      }
    })
  })

  it('takes options of the alias from the address', async () => {
    const caches = create({ default: { store: 'memory://?maxBytes=1mb&prefix=shop&ttl=2h' } })
    await caches['default']?.set('a', 1)

    expect(caches['default']?.wireKey('a')).toBe('shop:1:a')
    expect(await caches['default']?.ttl('a')).toBeGreaterThan(7_000_000)
    expect((await caches['default']?.stats())?.maxBytes).toBe(1_048_576)
  })

  it('takes how values are kept fresh from the address', async () => {
    const query =
      'jitter=0&early=0&softTimeout=1s&loadTimeout=5s&failureTtl=1s&maxConcurrentLoads=2'
    const caches = create({ default: { store: `memory://?${query}&ttl=2h`, random: () => 0.9 } })
    await caches['default']?.getOrSet('a', () => 1)

    expect(await caches['default']?.ttl('a')).toBeGreaterThan(7_199_000)
  })

  it('an option that is undefined counts as not given', async () => {
    const undefineds = { jitter: undefined, early: undefined, loadTimeout: undefined }
    const caches = create({ default: { random: () => 0.5, ttl: '100s', ...undefineds } as never })
    await caches['default']?.getOrSet('a', () => 1)

    expect(await caches['default']?.ttl('a')).toBeLessThanOrEqual(97_500)
  })

  it('describes a Redis store without connecting', () => {
    expect(redis('redis://localhost:6379').name).toBe('redis')
  })
})

describe('aliasesFromEnvironment', () => {
  it('prefers BREAKWATER_URL to REDIS_URL, and finds further aliases', () => {
    expect(
      aliasesFromEnvironment({
        REDIS_URL: 'redis://a',
        BREAKWATER_URL: 'redis://b',
        BREAKWATER_URL_SESSIONS: 'redis://c?prefix=sess&ttl=14d',
        BREAKWATER_URL_: 'ignored',
      }),
    ).toEqual({
      default: { store: 'redis://b' },
      sessions: { store: 'redis://c?prefix=sess&ttl=14d' },
    })
    expect(aliasesFromEnvironment({ REDIS_URL: 'redis://a' })).toEqual({
      default: { store: 'redis://a' },
    })
    expect(aliasesFromEnvironment({})).toEqual({ default: {} })
  })

  it('refuses an empty variable, which is most often a mistake in a deployment', () => {
    expect(() => aliasesFromEnvironment({ REDIS_URL: ' ' })).toThrow(
      expect.objectContaining({ code: 'E_URL', message: expect.stringContaining('REDIS_URL') }),
    )
  })
})
