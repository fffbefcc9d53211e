import { describe, expect, it } from 'vitest'
import { examineSettings } from '../../src/cli/examine-settings.ts'
import { type AliasOptions, resolveAlias } from '../../src/config/alias.ts'
import { memcached } from '../../src/stores/memcached/index.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { redis } from '../../src/stores/redis/redis.ts'

const REDIS = redis('redis://127.0.0.1:6379')

function codesOf(options: Readonly<Record<string, AliasOptions>>, isProduction = false): string[] {
  const resolved = Object.entries(options).map(([alias, given]) => resolveAlias(alias, given))
  const findings = examineSettings(resolved, isProduction)
  return findings.map(({ alias, code, severity }) => `${alias} ${severity} ${code}`)
}

describe('examineSettings', () => {
  it('finds nothing in the defaults, in development and on a server', () => {
    expect(codesOf({ default: {} })).toEqual([])
    expect(codesOf({ default: { store: REDIS, near: true } }, true)).toEqual([])
    expect(codesOf({ sessions: { store: REDIS, ttl: '14d' } }, true)).toEqual([])
  })

  it.each<[AliasOptions, string]>([
    [{ store: memory({ maxBytes: Infinity }) }, 'error memory-unbounded'],
    [{ store: REDIS, near: { maxBytes: Infinity } }, 'error near-unbounded'],
    [{ store: REDIS, near: { maxStaleness: '1m' } }, 'warning near-stale'],
    [{ store: REDIS, ttl: '0s' }, 'warning stores-nothing'],
    [{ store: REDIS, ttl: 'forever' }, 'warning forever'],
    [{ store: REDIS, maxValueBytes: '64mb' }, 'warning values-unbounded'],
    [{ store: REDIS, onOutage: 'throw' }, 'note outage-throws'],
    [{ store: REDIS, jitter: 0, early: 0 }, 'note no-jitter'],
    [{ sensitive: true }, 'note sensitive-unencrypted'],
  ])('finds what will hurt: %j', (options, found) => {
    expect(codesOf({ default: options })).toEqual([`default ${found}`])
  })

  it('knows what sessions need', () => {
    expect(codesOf({ sessions: { store: REDIS, ttl: 'forever' } })).toEqual([
      'sessions warning sessions-without-ttl',
    ])
    expect(codesOf({ sessions: { store: REDIS } })).toEqual(['sessions warning sessions-short'])
    expect(codesOf({ sessions: { ttl: '14d' } }, true)).toEqual([
      'sessions error sessions-in-memory',
    ])
    expect(codesOf({ default: {} }, true)).toEqual(['default note memory-in-production'])
  })

  it.each([
    ['redis://cache.example.com', true],
    ['redis://u:p@203.0.113.7:6379/0', true],
    ['rediss://cache.example.com', false],
    ['redis://10.1.2.3', false],
    ['redis://172.20.0.2', false],
    ['redis://172.32.0.2', true],
    ['redis://[::1]', false],
    ['redis://[2001:db8::1]', true],
    ['redis://redis', false],
    ['redis://cache.internal', false],
    ['unix:///run/redis.sock', false],
  ])('asks for TLS where the way may lead through networks of others: %s', (url, isAsked) => {
    expect(codesOf({ default: { store: redis(url) } })).toEqual(
      isAsked ? ['default warning tls-missing'] : [],
    )
  })

  it('asks for TLS to Memcached in its own words, and shows no password', () => {
    const store = memcached('memcached://user:secret@cache.example.com:11211')
    const [finding] = examineSettings([resolveAlias('default', { store })], false)

    expect(finding?.remedy).toContain('memcacheds://')
    expect(JSON.stringify(finding)).not.toContain('secret')
  })

  it('finds two caches that are told the same place and prefix apart', () => {
    const url = 'redis://127.0.0.1:6379/0'
    const a = { store: redis(url), prefix: 'shop' }
    const b = { store: redis(url), prefix: 'shop', ttl: '14d' } as const

    expect(codesOf({ a, b })).toEqual(['b error prefix-shared'])
    expect(codesOf({ a, b: { ...b, prefix: 'other' } })).toEqual([])
    expect(codesOf({ a, b: { ...b, store: redis('redis://127.0.0.1:6379/1') } })).toEqual([])
  })
})
