import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store, StoreDefinition } from '../../src/base/store.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { asIfPoorer } from '../testing/poorer-store.ts'
import { HeldLoad, rejectionOf } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'

describe('an attempt', () => {
  let caches: FreshCaches
  let cache: Cache
  let twin: Cache

  beforeEach(() => {
    caches = new FreshCaches()
    cache = caches.open({ maxConcurrentLoads: 1 })
    twin = caches.open()
  })
  afterEach(async () => {
    await caches.close()
  })

  /** Invalidated each time it runs, and stops as it is told. */
  function overtaken(by: () => Promise<unknown>): { runs: number; load: typeof load } {
    const state = { runs: 0, load }
    async function load({ signal }: { signal: AbortSignal }): Promise<string> {
      const run = ++state.runs
      const stopped = new Promise<string>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
        caches.clock.after(100, () => resolve(`run ${run}`))
      })
      await by()
      return await stopped
    }
    return state
  }

  it.for<[string, () => Promise<unknown>]>([
    ['its key', () => twin.invalidate('a')],
    ['its tag', () => twin.invalidateTags(['t'])],
  ])(
    'under a storm of invalidations of %s ends all the same, and stores nothing',
    async ([, by]) => {
      const storm = overtaken(by)
      const caller = cache.getOrSet('a', storm.load, { tags: ['t'] })
      await caches.clock.advance(1000)

      expect(await caller).toMatch(/^run \d$/)
      expect(storm.runs).toBeLessThanOrEqual(4)
      expect(await twin.get('a')).toBeUndefined()
      expect(await cache.stats()).toMatchObject({ loadsRunning: 0, loadsQueued: 0 })
    },
  )

  it('for many keys takes the lease of a process over that stands still', async () => {
    const held = new HeldLoad<string>()
    const dead = twin.getOrSet('a', held.load)
    await held.started()
    const many = cache.getOrSetMany(['a', 'b'], (keys) =>
      keys.map((key) => [key, 'taken over'] as const),
    )
    await caches.settle()
    // In one go: after the first time nothing is renewed in a process that stands still.
    caches.clock.tick(4100)
    await caches.clock.advance(100)

    expect(await many).toEqual(
      new Map([
        ['a', 'taken over'],
        ['b', 'taken over'],
      ]),
    )
    held.finish('late')
    await dead
    expect(await cache.get('a')).toBe('taken over')
  })

  it('that polls hears of a failure that falls between its look and what it does next', async () => {
    const held = new HeldLoad<string>()
    const first = rejectionOf(cache.getOrSet('a', held.load))
    await held.started()
    let looks = 0
    const polling = asIfPoorer(caches.store, { pushWake: false })
    const other = caches.open({
      store: afterReads(polling, async () => {
        // The first look was made before anybody waited.
        if (++looks !== 2) return
        held.fail(new TypeError('no'))
        await first
      }),
    })
    const waiting = other.getOrSet('a', () => 'loaded by the waiter').catch(String)
    await caches.clock.advance(1000)

    expect(await waiting).toMatch(/CacheError: .*TypeError: no/)
    expect(looks).toBe(3)
  })

  it('tells a queued load that is doomed nothing: it loads when its turn has come, once', async () => {
    const held = new HeldLoad<string>()
    const running = cache.getOrSet('running', held.load)
    await held.started()
    let loads = 0
    const queued = cache.getOrSet('a', ({ signal }) => [++loads, signal.aborted])
    await caches.settle()
    for (let storm = 0; storm < 2; storm++) {
      await twin.invalidate('a')
      await caches.settle()
    }
    held.finish('done')

    expect(await queued).toEqual([1, false])
    await running
  })

  it('for many keys hands the signal on when no key is wanted any more', async () => {
    const held = new HeldLoad<(readonly [string, string])[]>()
    const many = cache.getOrSetMany<string>(['a', 'b'], (_, context) => held.load(context))
    await held.started()
    await twin.invalidate('a')
    expect(held.signals[0]?.aborted).toBe(false)
    await twin.invalidate('b')

    expect(held.signals[0]?.aborted).toBe(true)
    held.finish([['a', 'old'] as const, ['b', 'old'] as const])
    expect((await many).size).toBe(2)
    expect(await twin.getMany(['a', 'b'])).toEqual(new Map())
  })
})

/** A store whose readers get their answer when `act` is done: by then it may no longer be true. */
function afterReads(definition: StoreDefinition, act: () => Promise<void>): StoreDefinition {
  return {
    name: definition.name,
    open(context) {
      const store = definition.open(context)
      return new Proxy(store, {
        get(target, name) {
          const member = Reflect.get(target, name, target) as unknown
          if (typeof member !== 'function') return member
          if (name !== 'read') return member.bind(target) as unknown
          return async (...args: Parameters<Store['read']>) => {
            const answer = await target.read(...args)
            await act()
            return answer
          }
        },
      })
    },
  }
}
