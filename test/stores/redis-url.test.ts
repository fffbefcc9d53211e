import { describe, expect, expectTypeOf, it } from 'vitest'
import type { CacheError } from '../../src/base/errors.ts'
import { redis } from '../../src/stores/redis/index.ts'
import { OPTION_NAMES, resolveOptions } from '../../src/stores/redis/options.ts'
import { parseUrl } from '../../src/stores/redis/url.ts'

function thrown(act: () => unknown): CacheError {
  try {
    act()
  } catch (error) {
    return error as CacheError
  }
  throw new Error('nothing was thrown')
}

describe('parseUrl', () => {
  it.for([
    ['redis://localhost', { host: 'localhost', port: 6379 }, {}],
    ['redis://localhost:7000/3', { host: 'localhost', port: 7000 }, { database: 3 }],
    ['valkey://cache.example/', { host: 'cache.example', port: 6379 }, {}],
    ['redis://host:80', { host: 'host', port: 80 }, {}],
    ['REDIS://host', { host: 'host', port: 6379 }, {}],
    ['rediss://host', { host: 'host', port: 6379 }, { tls: true }],
    ['valkeys://host:6380', { host: 'host', port: 6380 }, { tls: true }],
    ['redis://[::1]:6380/1', { host: '::1', port: 6380 }, { database: 1 }],
    ['redis://:pw@host', { host: 'host', port: 6379 }, { password: 'pw' }],
    [
      'redis://us%40er:p%3A%2Fw@host',
      { host: 'host', port: 6379 },
      { username: 'us@er', password: 'p:/w' },
    ],
    ['unix:///tmp/r.sock', { path: '/tmp/r.sock' }, {}],
    [
      'redis+unix://me:pw@/run/a%20b.sock?db=2',
      { path: '/run/a b.sock' },
      { username: 'me', password: 'pw', database: 2 },
    ],
    [
      'redis://host?commandTimeout=250ms&connections=2&retryMin=1s&retryMax=9s&name=web',
      { host: 'host', port: 6379 },
      { commandTimeout: '250ms', connections: 2, retry: { min: '1s', max: '9s' }, name: 'web' },
    ],
  ] as const)('reads %s', ([url, socket, options]) => {
    const parsed = parseUrl(url)
    expect(parsed.socket).toEqual(socket)
    expect(parsed.options).toEqual(options)
  })

  it.for([
    [undefined, /environment variable/],
    ['', /empty string.*environment variable/],
    [6379, /got number/],
    ['localhost:6379', /without a scheme/],
    ['http://localhost', /scheme 'http:'/],
    ['redis-s://host', /scheme/],
    ['reddis://host', /Did you mean 'redis:'/],
    ['redis://', /host/],
    ['redis://host:abc', /host or port/],
    ['redis://host:99999', /host or port/],
    ['redis://host:0', /port 0/],
    ['redis://host/main', /number of a database/],
    ['redis://host/-1', /number of a database/],
    ['redis://u:p%zz@host', /percent-encoded/],
    ['unix://', /path/],
    ['unix:///', /path/],
    ['redis://host?comandTimeout=1s', /Did you mean 'commandTimeout'/],
  ] as const)('refuses %s', ([url, message]) => {
    const error = thrown(() => parseUrl(url))
    expect(error.code).toBe('E_URL')
    expect(error.message).toMatch(message)
  })

  it.for([
    'redis://me:hunter2@host:port',
    'redis://me:hunter2#x@host:6379',
    'redis://me:hunter2@host/name',
    'redis://me:hunter2%@host',
    'http://me:hunter2@host',
    'me:hunter2@host:6379',
    'unix://me:hunter2@nowhere',
  ])('never shows a password: %s', (url) => {
    expect(thrown(() => parseUrl(url)).message).not.toContain('hunter2')
  })

  it('names the server without user and password', () => {
    expect(parseUrl('rediss://me:pw@host:7/2').where).toBe('rediss://host:7')
    expect(parseUrl('unix://me:pw@/a.sock').where).toBe('unix:///a.sock')
  })
})

describe('redis', () => {
  it('takes a variable of the environment as it is typed', () => {
    expectTypeOf(redis).toBeCallableWith(process.env['REDIS_URL'])
    expect(thrown(() => redis(undefined)).code).toBe('E_URL')
  })

  it('opens nothing by being called', () => {
    expect(redis('redis://127.0.0.1:1').name).toBe('redis')
  })

  it('lets options win over the URL', () => {
    const { database, timeoutMs, connections } = resolveOptions({
      ...parseUrl('redis://host/3?commandTimeout=2s&connections=4').options,
      database: 5,
      commandTimeout: '3s',
    })
    expect({ database, timeoutMs, connections }).toEqual({
      database: 5,
      timeoutMs: 3000,
      connections: 4,
    })
  })

  it.for([
    [{ comandTimeout: '1s' }, /Did you mean 'commandTimeout'/],
    [{ commandTimeout: 500 }, /'500s' or '500ms'/],
    [{ commandTimeout: '0s' }, /above zero/],
    [{ connectTimeout: 'soon' }, /connectTimeout/],
    [{ connections: 0 }, /from 1 to 64/],
    [{ connections: 1.5 }, /whole number/],
    [{ connections: 2, cluster: true }, /'connections'.*one to each node/],
    [{ maxConnections: 2 }, /Did you mean 'connections'/],
    [{ retryOnTimeout: 'twice' }, /'retryOnTimeout'.*true or false/],
    [{ maxQueued: -1 }, /1 or more/],
    [{ database: 'main' }, /database/],
    [{ username: 'me' }, /password/],
    [{ name: 'two words' }, /without blanks/],
    [{ tls: 'yes' }, /tls/],
    [{ retry: { mn: '1s' } }, /Did you mean 'min'/],
    [{ retry: { min: '9s', max: '1s' } }, /retry.max/],
  ] as const)('refuses %j', ([options, message]) => {
    const error = thrown(() => redis('redis://host', options as never))
    expect(error.code).toBe('E_OPTION')
    expect(error.message).toMatch(message)
  })

  it('does not show a password that is no string', () => {
    const error = thrown(() => redis('redis://host', { password: { hunter2: 1 } } as never))
    expect(error.message).not.toContain('hunter2')
  })

  it('refuses a bad option of the URL as it refuses it elsewhere', () => {
    expect(thrown(() => redis('redis://host?connections=many')).message).toMatch(/connections/)
    expect(thrown(() => redis('redis://host?commandTimeout=5')).message).toMatch(/commandTimeout/)
    expect(thrown(() => redis('redis://host?retryOnTimeout=2')).message).toMatch(/retryOnTimeout/)
  })

  it('has a resolved value for each of its options', () => {
    expect([...OPTION_NAMES].toSorted()).toMatchInlineSnapshot(`
      [
        "budget",
        "cluster",
        "commandTimeout",
        "connectTimeout",
        "connections",
        "database",
        "maxGenerations",
        "maxQueued",
        "name",
        "password",
        "retry",
        "retryOnTimeout",
        "sentinel",
        "sentinelAuth",
        "sentinels",
        "tls",
        "username",
      ]
    `)
  })
})
