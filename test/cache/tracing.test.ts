import { tracingChannel } from 'node:diagnostics_channel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type * as calls from '../../src/base/call.ts'
import { type CacheCall, CALL_KINDS, type CallKind, currentCall } from '../../src/base/call.ts'
import { GLANCE } from '../../src/base/glance.ts'
import { aroundCalls } from '../../src/base/tracing.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { loaderOf } from '../../src/cache/loader-of.ts'
import { withRequestMemo } from '../../src/cache/request-memo.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { chaosStore, fakeClock } from '../../src/testing/index.ts'

const made = vi.hoisted(() => ({ calls: 0 }))

vi.mock('../../src/base/call.ts', async (original) => {
  const module = await original<typeof calls>()
  class CountedCall extends module.CacheCall {
    constructor(...given: ConstructorParameters<typeof module.CacheCall>) {
      super(...given)
      made.calls++
    }
  }
  return { ...module, CacheCall: CountedCall }
})

type Told = readonly [event: string, call: CacheCall]

let cache: Cache
let clock: ReturnType<typeof fakeClock>
const undo: (() => void)[] = []

beforeEach(() => {
  clock = fakeClock()
  cache = createCaches({ default: { store: memory(), clock } }).default
})
afterEach(async () => {
  for (const each of undo.splice(0)) each()
  await cache.close()
})

/** Listens to channels as anybody would. */
function listen(...kinds: CallKind[]): Told[] {
  const told: Told[] = []
  const subscriber = {
    start: (call: object) => told.push(['start', call as CacheCall]),
    end: () => {},
    asyncStart: () => {},
    asyncEnd: (call: object) => told.push(['asyncEnd', call as CacheCall]),
    error: (call: object) => told.push(['error', call as CacheCall]),
  }
  for (const kind of kinds) {
    const channel = tracingChannel<object, object>(`breakwater:${kind}`)
    channel.subscribe(subscriber)
    undo.push(() => channel.unsubscribe(subscriber))
  }
  return told
}

/** The calls that have ended, in that order. */
function ended(told: readonly Told[]): CacheCall[] {
  return told.flatMap(([event, call]) => (event === 'asyncEnd' ? [call] : []))
}

describe('the tracing channels', () => {
  it('tell of each call what it was and what became of it', async () => {
    const told = listen('get', 'set', 'invalidate')

    await cache.set(['product', 7], 'lamp')
    await cache.get(['product', 7])
    await cache.get('nothing')
    await cache.invalidateTags(['catalogue'])

    const seen = ended(told).map(({ kind, operation, keys, tags, outcome, layer }) => {
      return { kind, operation, keys, tags, outcome, layer }
    })
    expect(seen).toMatchObject([
      { kind: 'set', operation: 'set', keys: ['product:7'], outcome: 'done' },
      { kind: 'get', operation: 'get', keys: ['product:7'], outcome: 'hit', layer: 'store' },
      { kind: 'get', operation: 'get', keys: ['nothing'], outcome: 'miss' },
      { kind: 'invalidate', operation: 'invalidateTags', tags: ['catalogue'], outcome: 'done' },
    ])
  })

  it('show the same object at the start and at the end, with what the caller was given', async () => {
    const told = listen('get')

    await cache.getOrSet('a', () => 1)

    expect(told.map(([event]) => event)).toEqual(['start', 'asyncEnd'])
    expect(told[0]?.[1]).toBe(told[1]?.[1])
    expect(told[1]?.[1]).toMatchObject({ result: 1, isOver: true })
  })

  it('tell of a method that is made of another one once', async () => {
    const told = listen('get', 'set')

    await cache.has('a')
    await cache.delete('a')
    await cache.persist('a')
    await cache.incr('n', 1, { initial: 0 })
    await cache.decr('n')

    expect(ended(told).map(({ operation }) => operation)).toEqual([
      'has',
      'delete',
      'persist',
      'incr',
      'decr',
    ])
  })

  it('tell of calls within a loader as made in that load, and of the load as begun by its call', async () => {
    const told = listen('get', 'load')

    await cache.getOrSet('page', async () => await cache.getOrSet('part', () => 1))

    const calls = ended(told)
    const named = (operation: string, key: string): CacheCall =>
      calls.find((call) => call.operation === operation && call.keys[0] === key) as CacheCall
    expect(named('load', 'part').within).toBe(named('getOrSet', 'part'))
    expect(named('getOrSet', 'part').within).toBe(named('load', 'page'))
    expect(named('load', 'page').within).toBe(named('getOrSet', 'page'))
    expect(named('getOrSet', 'page')).toMatchObject({ layer: 'load', outcome: 'miss', stored: 1 })
    expect(named('getOrSet', 'page').load).toBe(named('load', 'page'))
  })

  it('tell those who share a load whose it was', async () => {
    const told = listen('get', 'load')
    let release!: (value: number) => void
    const value = new Promise<number>((resolve) => (release = resolve))

    const first = cache.getOrSet('a', () => value)
    const second = cache.getOrSet('a', () => value)
    await vi.waitFor(() => expect(told.some(([, { kind }]) => kind === 'load')).toBe(true))
    release(1)
    await Promise.all([first, second])

    const calls = ended(told)
    const [load] = calls.filter(({ kind }) => kind === 'load')
    const reads = calls.filter(({ kind }) => kind === 'get')
    expect(reads.filter(({ joined }) => joined)).toHaveLength(1)
    expect(reads.every((call) => call.load === load)).toBe(true)
  })

  it('tell of a batch as one load of all its keys', async () => {
    const told = listen('get', 'load')
    await cache.set('a', 1)

    await cache.getOrSetMany(['a', 'b', 'c'], (keys) => keys.map((key) => [key, key] as const))

    const [load, call] = ended(told)
    expect(load).toMatchObject({ kind: 'load', keys: ['b', 'c'] })
    expect(call).toMatchObject({ operation: 'getOrSetMany', hits: 1, misses: 2, keyCount: 3 })
    expect(call?.load).toBe(load)
  })

  it('tell of the handles of definitions and of gathered reads', async () => {
    const product = cache.define<[number], string>({
      key: (id) => ['product', id],
      loadMany: (calls) => new Map(calls.map((call) => [call, `lamp ${call[0]}`])),
    })
    const told = listen('get', 'set')

    await product.set(1, 'lamp')
    await product.get(1)
    await product.refresh(1)
    await product.getMany([[1], [2]])
    await loaderOf(product).get(3)

    expect(ended(told).map(({ operation, keys }) => [operation, ...keys])).toEqual([
      ['set', 'product:1'],
      ['getOrSet', 'product:1'],
      ['refresh', 'product:1'],
      ['getOrSetMany', 'product:1', 'product:2'],
      ['getOrSetMany', 'product:3'],
    ])
  })

  it('tell what a hit has spared, by what its value had cost to load', async () => {
    await cache.getOrSet('a', async () => {
      await clock.advance(40)
      return 1
    })
    const told = listen('get')

    await cache.getOrSet('a', () => 2)

    expect(ended(told)[0]).toMatchObject({ outcome: 'hit', savedMs: 40 })
  })

  it('tell of what the memo of a request answers', async () => {
    await cache.set('a', 1)
    const told = listen('get')

    await withRequestMemo(async () => {
      await cache.get('a')
      await cache.get('a')
      await cache.getOrSet('a', () => 2)
    })

    expect(ended(told).map(({ layer }) => layer)).toEqual(['store', 'memo', 'memo'])
  })

  it('tell of a failed load, whose error the caller is thrown', async () => {
    const told = listen('get', 'load')
    const failure = new Error('no database')

    const outcome = cache.getOrSet('a', () => {
      throw failure
    })

    await expect(outcome).rejects.toBe(failure)
    expect(told.filter(([event]) => event === 'error').map(([, call]) => call.error)).toEqual([
      failure,
      failure,
    ])
    expect(ended(told).map((call) => call.outcome)).toEqual(['error', 'error'])
  })

  it('tell that the store was away', async () => {
    const store = chaosStore(memory(), { seed: 1 })
    store.down()
    const away = createCaches({ default: { store, clock } }).default
    const told = listen('get')

    await away.get('a')
    await away.close()

    expect(ended(told)[0]?.outcome).toBe('bypass')
  })

  it('tell of a page that was at hand as of a call that began and ended at once', async () => {
    await cache.set('a', 1)
    const ends: CacheCall[] = []
    const subscriber = { end: (call: object) => void ends.push(call as CacheCall) }
    const channel = tracingChannel<object, object>('breakwater:get')
    channel.subscribe(subscriber as Parameters<typeof channel.subscribe>[0])
    undo.push(() => channel.unsubscribe(subscriber as Parameters<typeof channel.subscribe>[0]))

    cache[GLANCE]('a')
    cache[GLANCE]('nothing')

    expect(ends).toMatchObject([{ operation: 'glance', keys: ['a'], outcome: 'hit' }])
  })

  it('name a hundred keys of a call at most, and count the others', async () => {
    const told = listen('get')

    await cache.getMany(Array.from({ length: 150 }, (_, index) => `k${index}`))

    const [call] = ended(told)
    expect([call?.keys.length, call?.keyCount, call?.misses]).toEqual([100, 150, 150])
  })

  it('leave a list that can be read only once to its method', async () => {
    await cache.set('a', 1)
    listen('get')

    const found = await cache.getMany(['a'].values())

    expect([...found]).toEqual([['a', 1]])
  })

  it.for([
    ['get', () => cache.get('')],
    ['getOrSet', () => cache.getOrSet('a', undefined as never)],
    ['getMany', () => cache.getMany('abc')],
  ] as const)('let %s refuse what it refuses anyway', async ([, act]) => {
    listen('get')

    await expect(act()).rejects.toMatchObject({ name: 'CacheError' })
  })
})

describe('a call that nobody listens to', () => {
  it('costs no object and no look at a clock more than one that nobody could listen to', async () => {
    await cache.set('a', 1)
    const told = listen('get')
    const now = vi.spyOn(clock, 'now')
    const machine = vi.spyOn(performance, 'now')
    await cache.get('a')
    const heard = now.mock.calls.length
    for (const each of undo.splice(0)) each()
    now.mockClear()
    made.calls = 0

    await cache.get('a')
    await cache.getOrSet('a', () => 2)
    await cache.getOrSet('b', () => 2)
    await cache.invalidate('a')
    cache[GLANCE]('a')

    expect(made.calls).toBe(0)
    expect(currentCall()).toBeUndefined()
    expect(machine).not.toHaveBeenCalled()
    now.mockClear()
    await cache.get('b')
    expect(now.mock.calls.length).toBeLessThanOrEqual(heard)
    expect(ended(told)).toHaveLength(1)
    vi.restoreAllMocks()
  })

  it.for(CALL_KINDS)('is counted as made when somebody listens to %s', async (kind) => {
    listen(kind)
    made.calls = 0

    await cache.getOrSet('a', () => 1)
    await cache.set('a', 2)
    await cache.invalidate('a')

    expect(made.calls).toBe(1)
  })
})

describe('aroundCalls', () => {
  it('runs each call within what it opens', async () => {
    const seen: string[] = []
    undo.push(
      aroundCalls((call, next) => {
        seen.push(`before ${call.operation}`)
        next().then(
          () => seen.push(`after ${call.operation}`),
          () => {},
        )
      }),
    )

    await cache.getOrSet('a', () => 1)

    expect(seen).toEqual(['before getOrSet', 'before load', 'after load', 'after getOrSet'])
  })

  it.for([
    [
      'throws before the call',
      () => {
        throw new Error('broken')
      },
    ],
    [
      'throws after it has begun',
      (_: CacheCall, next: () => Promise<unknown>) => {
        void next()
        throw new Error('broken')
      },
    ],
    ['forgets to begin it', () => {}],
    [
      'begins it twice',
      (_: CacheCall, next: () => Promise<unknown>) => {
        void next()
        void next()
      },
    ],
  ] as const)('lets a call be made once when it %s', async ([, around]) => {
    undo.push(aroundCalls(around))
    const load = vi.fn(() => 1)

    expect(await cache.getOrSet('a', load)).toBe(1)
    expect(load).toHaveBeenCalledTimes(1)
  })
})
