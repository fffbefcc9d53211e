import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import { KnownKeys } from '../../src/cache/known-keys.ts'
import { withRequestMemo } from '../../src/cache/request-memo.ts'
import { aroundCalls } from '../../src/base/tracing.ts'
import { KnownKey } from '../../src/tiers/known-key.ts'
import { FreshCaches } from './fresh-caches.ts'

let caches: FreshCaches
let cache: Cache
let undo: () => void

beforeEach(async () => {
  caches = new FreshCaches()
  undo = () => {}
  cache = caches.open({ ttl: '10s' })
  await cache.set('a', { v: 1 }, { tags: ['t'] })
  await cache.get('a')
})
afterEach(async () => {
  undo()
  await caches.close()
})

const missing = (): never => {
  throw new Error('loaded')
}

/** What came of a call, in words. */
async function saysOf(call: () => Promise<unknown>): Promise<string> {
  try {
    const answer = await call()
    return JSON.stringify(answer instanceof Map ? [...answer] : answer) ?? 'undefined'
  } catch (error) {
    return String(error)
  }
}

/** Calls that a caller without types may make, too. */
const aborted = AbortSignal.abort(new Error('given up'))
type Loose = Record<string, (...given: unknown[]) => Promise<unknown>>
const CALLS: readonly [string, (cache: Loose) => Promise<unknown> | undefined][] = [
  ...[undefined, {}, { strict: true }, { strict: false, version: undefined }, { version: 2 }].map(
    (options): [string, (cache: Loose) => Promise<unknown> | undefined] => [
      `get with ${JSON.stringify(options)}`,
      (loose) => loose['get']?.('a', 'none', options),
    ],
  ),
  ['get with a signal given', (loose) => loose['get']?.('a', 0, { signal: aborted })],
  ['get with a wrong signal', (loose) => loose['get']?.('a', 0, { signal: 7 })],
  ['get with a wrong option', (loose) => loose['get']?.('a', 0, { ttl: '1s' })],
  ['get with no options but a list', (loose) => loose['get']?.('a', 0, [])],
  ['get with null', (loose) => loose['get']?.('a', 0, null)],
  ['get of no key', (loose) => loose['get']?.('')],
  ['get of a number', (loose) => loose['get']?.(7)],
  ['get of a list', (loose) => loose['get']?.(['a'])],
  ['has of nothing', (loose) => loose['has']?.('b')],
  ['has with a wrong option', (loose) => loose['has']?.('a', { ttl: '1s' })],
  ['getMany of some', (loose) => loose['getMany']?.(['a', 'b'])],
  ['getMany of one twice', (loose) => loose['getMany']?.(['a', 'a'])],
  ['getMany of lists alike', (loose) => loose['getMany']?.([['a'], ['a']])],
  ['getMany of none', (loose) => loose['getMany']?.([])],
  ['getMany of letters', (loose) => loose['getMany']?.('a')],
  ['getMany with a wrong option', (loose) => loose['getMany']?.(['a'], { ttl: '1s' })],
  ['getOrSet without a loader', (loose) => loose['getOrSet']?.('a', 7)],
  ...[
    '5m',
    '5 minutes',
    300,
    'forever',
    null,
    [],
    { ttl: '0s' },
    { ttl: 300 },
    { ttl: { minutes: 5 } },
    { stale: 'x' },
    { tags: ['t', 'u'] },
    { tags: [''] },
    { tags: 't' },
    { tags: ['x'.repeat(257)] },
    { tags: ['\ud800'] },
    { early: -1 },
    { early: Infinity },
    { early: 0 },
    { jitter: 2 },
    { jitter: Number.NaN },
    { loadTimeout: '0s' },
    { loadTimeout: 'forever' },
    { failureTtl: 'forever' },
    { failureTtl: '0s' },
    { softTimeout: '0s' },
    { version: 2 },
    { strict: true },
    { tll: '5m' },
  ].map((options): [string, (cache: Loose) => Promise<unknown> | undefined] => [
    `getOrSet with ${JSON.stringify(options)}`,
    (loose) => loose['getOrSet']?.('a', missing, options),
  ]),
  ['getOrSet with a signal given', (l) => l['getOrSet']?.('a', missing, { signal: aborted })],
]

describe('what is at hand', () => {
  it.each(CALLS)('is given for %s as by the slow way', async (_, call) => {
    const loose = cache as unknown as Loose
    const asked = async (): Promise<unknown> => await call(loose)
    // The second time durations are known.
    const quick = [await saysOf(asked), await saysOf(asked)]

    undo = aroundCalls((__, next) => void next().catch(() => {}))
    const slow = await saysOf(asked)

    expect(quick).toEqual([slow, slow])
  })

  it('is never the very object where that could be changed', async () => {
    const at = new Date(0)
    await cache.set('date', { at })
    await cache.get('date')

    const [one, other] = [await cache.get('date'), await cache.getOrSet('date', missing)]

    expect(one).toEqual({ at })
    expect(other).toEqual({ at })
    expect(one).not.toBe(other)
    ;(one as { at: Date }).at.setTime(1)
    expect(await cache.get('date')).toEqual({ at })
  })

  it('ends in the millisecond in which it is stale', async () => {
    await caches.clock.advance(9999)
    expect(await cache.get('a')).toEqual({ v: 1 })

    await caches.clock.advance(1)

    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.has('a')).toBe(false)
    expect(await cache.getMany(['a'])).toEqual(new Map())
  })

  it('is left to the load that it is asked for in, and to a request that remembers', async () => {
    const other = caches.open()
    let inner: unknown
    await cache.getOrSet(
      'outer',
      async () => (inner = await cache.getOrSet('a', missing)) as object,
    )
    expect(inner).toEqual({ v: 1 })

    await withRequestMemo(async () => {
      expect(await cache.get('a')).toEqual({ v: 1 })
      await other.set('a', { v: 2 })
      expect(await cache.get('a')).toEqual({ v: 1 })
    })
    expect(await cache.get('a')).toEqual({ v: 2 })
  })

  it('is told to those who listen, with its age', async () => {
    const heard: unknown[] = []
    cache.on('hit', (event) => heard.push(event))
    await caches.clock.advance(7)

    await cache.get(['a'])
    await cache.getMany(['a'])

    const hit = { alias: 'default', key: 'a', ageMs: 7 }
    expect(heard).toEqual([hit, hit])
  })

  it('is judged by its own tags, however they were given to it', async () => {
    await cache.set('a', { v: 2 }, { tags: ['u'] })
    await cache.get('a')

    await cache.invalidateTags(['t'])
    expect(await cache.get('a')).toEqual({ v: 2 })

    await cache.invalidateTags(['u'])
    expect(await cache.get('a')).toBeUndefined()
  })

  it('is rejected after the cache was closed', async () => {
    await cache.close()

    await expect(cache.get('a')).rejects.toMatchObject({ code: 'E_CLOSED' })
  })
})

describe('KnownKeys', () => {
  const name = (n: number): string => `key:${n}`

  it('keeps the ten thousand keys that were met last, and those that were asked for since', () => {
    const known = new KnownKeys()
    for (let n = 0; n < 10_000; n++) known.keep(new KnownKey(name(n), `p:1:${name(n)}`))
    known.of(name(1))
    for (let n = 10_000; n < 15_000; n++) known.keep(new KnownKey(name(n), `p:1:${name(n)}`))
    expect(known.of(name(1))?.wire).toBe('p:1:key:1')

    for (let n = 15_000; n < 25_000; n++) known.keep(new KnownKey(name(n), `p:1:${name(n)}`))

    expect(known.of(name(1))?.wire).toBe('p:1:key:1')
    expect(known.of(name(2))).toBeUndefined()
    expect(known.of(name(24_999))).toBeDefined()
  })

  it('is bounded in characters, too', () => {
    const known = new KnownKeys()
    const long = (n: number): string => `${n}:${'x'.repeat(100_000)}`
    for (let n = 0; n < 20; n++) known.keep(new KnownKey(long(n), `p:1:${n}`))

    expect(known.of(long(9))).toBeUndefined()
    expect(known.of(long(19))?.wire).toBe('p:1:19')
  })
})
