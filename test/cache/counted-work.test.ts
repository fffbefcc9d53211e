// What a hit costs, in numbers that no load of the machine changes: promises, looks at the clock, acts on the store. What it
// costs on the wire is in test/stores/redis-costs.test.ts, and in time in bench/hit.ts.
import { createHook } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import type { Clock } from '../../src/base/clock.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { MemoryStore } from '../../src/stores/memory/store.ts'
import type { AliasOptions } from '../../src/config/alias.ts'
import { SharedLog } from '../tiers/near/feed-store.ts'
import { FreshCaches } from './fresh-caches.ts'

interface Work {
  readonly promises: number
  readonly clocks: number
  /** Looks at this process's memory. */
  readonly looks: number
  /** Acts on a store that take time, of whichever kind. */
  readonly acts: number
}

const ONE: Work = { promises: 1, clocks: 1, looks: 1, acts: 0 }
const KEYS = Array.from({ length: 100 }, (_, n) => `many:${n}`)
const ACTS = ['read', 'write', 'remove', 'touch', 'acquire', 'commit', 'release', 'bump'] as const

let caches: FreshCaches
let looked: MockInstance
let acts: readonly MockInstance[]
let clocks: number
let promises: number
const hook = createHook({
  init(_id, type) {
    if (type === 'PROMISE') promises++
  },
})

beforeEach(() => {
  caches = new FreshCaches()
  // Before a store is opened: who reads at once keeps the method.
  looked = vi.spyOn(MemoryStore.prototype, 'readNow')
  acts = ACTS.map((act) => vi.spyOn(MemoryStore.prototype, act))
})
afterEach(async () => {
  hook.disable()
  vi.restoreAllMocks()
  await caches.close()
})

function open(options: AliasOptions = {}): Cache {
  const { clock } = caches
  const counted: Clock = {
    now() {
      clocks++
      return clock.now()
    },
    steady: () => clock.now(),
    after: clock.after.bind(clock),
  }
  return caches.open({ ttl: '1h', ...options, clock: counted })
}

/** Of the second of two calls: the first may have to learn something. */
async function workOf(call: () => Promise<unknown>): Promise<Work> {
  await call()
  looked.mockClear()
  for (const each of acts) each.mockClear()
  clocks = 0
  promises = 0
  hook.enable()
  const answer = call()
  hook.disable()
  const made = { promises, clocks }
  await answer
  const acted = acts.reduce((sum, { mock }) => sum + mock.calls.length, 0)
  return { ...made, looks: looked.mock.calls.length, acts: acted }
}

const missing = (): never => {
  throw new Error('A value is missing.')
}

const CALLS: readonly [string, (cache: Cache) => () => Promise<unknown>][] = [
  ['get', (cache) => () => cache.get('a')],
  ['get of a list', (cache) => () => cache.get(['a'])],
  ['get with options', (cache) => () => cache.get('a', 0, { strict: false })],
  ['has', (cache) => () => cache.has('a')],
  ['getOrSet', (cache) => () => cache.getOrSet('a', missing)],
  ['getOrSet with a ttl', (cache) => () => cache.getOrSet('a', missing, '5m')],
  [
    'getOrSet with options',
    (cache) => () =>
      cache.getOrSet('a', missing, { ttl: '5m', stale: '1h', tags: ['t'], early: 1 }),
  ],
  ['getOrSet of a tagged value', (cache) => () => cache.getOrSet('tagged', missing)],
  [
    'get in a namespace',
    (cache) => {
      const view = cache.namespace('n')
      return () => view.get('a')
    },
  ],
  [
    'a handle',
    (cache) => {
      const handle = cache.define({ key: (id: string) => id, tags: (id) => [id], load: missing })
      return () => handle.get('a')
    },
  ],
  [
    'a memoized function',
    (cache) => {
      const memoized = cache.memoize(() => ({ v: 1 }), { name: 'memoized' })
      return () => memoized()
    },
  ],
]

async function fill(cache: Cache): Promise<void> {
  await cache.set('a', { v: 1 })
  await cache.set('tagged', { v: 1 }, { tags: ['t', 'u'] })
  await cache.namespace('n').set('a', { v: 1 })
  await cache.setMany(KEYS.map((key) => [key, { key }] as const))
  // Where nothing was ever invalidated there is nothing to judge.
  await cache.invalidateTags(['others'])
}

describe('a hit in memory', () => {
  it.each(CALLS)(
    'by %s is one promise, one look at the clock, one at the memory',
    async (_, of) => {
      const cache = open()
      await fill(cache)
      const call = of(cache)
      await call()

      expect(await workOf(call)).toEqual(ONE)
    },
  )

  it('of a hundred keys at once is one promise and one look at the clock', async () => {
    const cache = open()
    await fill(cache)

    expect(await workOf(() => cache.getMany(KEYS))).toEqual({ ...ONE, looks: 100 })
  })

  it('is judged again once when something else was invalidated, and not after', async () => {
    const cache = open()
    await fill(cache)
    await cache.get('tagged')

    await cache.invalidateTags(['another'])

    looked.mockClear()
    await cache.get('tagged')
    expect(looked).toHaveBeenCalledTimes(2)
    await cache.get('tagged')
    expect(looked).toHaveBeenCalledTimes(3)
  })
})

describe('a hit near by', () => {
  it.each(CALLS)('by %s asks nothing of the store', async (_, of) => {
    const log = new SharedLog()
    const store = { name: 'log', open: log.open.bind(log) }
    const cache = open({ store, near: { maxStaleness: '1h' } })
    await caches.clock.advance(5000)
    await fill(cache)
    await caches.clock.advance(5000)
    await cache.get('a')
    const call = of(cache)
    await call()
    await caches.settle()

    expect(await workOf(call)).toEqual(ONE)
  })
})
