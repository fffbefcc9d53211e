import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store, StoreDefinition, Write } from '../../src/base/store.ts'
import type { StaleFinding } from '../../src/cache/auditor.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { HeldLoad } from './barrier.ts'

const load = (): number => 1

/** A memory that can be told to acknowledge removals without doing them, and to bring back what it had, as a failover does. */
class LyingMemory implements StoreDefinition {
  readonly name = 'lying'
  isDeaf = false
  readonly #inner = memory()
  #kept: Write | undefined
  #store!: Store

  open(context: Parameters<StoreDefinition['open']>[0]): Store {
    const store = this.#inner.open(context)
    this.#store = store
    const remove: Store['remove'] = async (keys, fields, operation) => {
      const { result } = await store.read(keys, fields)
      const [key, entry] = [keys[0], result[0]?.entry]
      if (key !== undefined && entry !== undefined) this.#kept = { key, entry, when: 'always' }
      if (!this.isDeaf) return await store.remove(keys, fields, operation)
      return { result, generations: (await store.read([], fields)).generations }
    }
    return new Proxy(store, {
      get(target, name) {
        if (name === 'remove') return remove
        const member = Reflect.get(target, name) as unknown
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  }

  async bringBack(): Promise<void> {
    if (this.#kept !== undefined) await this.#store.write([this.#kept], [])
  }
}

describe('an auditor', () => {
  let clock: FakeClock
  let store: LyingMemory
  let cache: Cache

  beforeEach(() => {
    clock = fakeClock()
    store = new LyingMemory()
    cache = createCaches({ default: { store, clock, ttl: '1h' } }).default
  })
  afterEach(async () => {
    await cache.close()
  })

  /** Lets time pass one age after another, so that each check is done before the next is due. */
  async function pass(...steps: readonly number[]): Promise<void> {
    for (const ms of steps) {
      await clock.advance(ms)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  it('finds nothing where invalidations hold: key, tag, namespace, everything, set', async () => {
    const auditor = cache.auditor({ sample: 1 })
    const orders = cache.namespace('orders')
    await cache.getOrSet('a', load, { tags: ['t'] })
    await cache.invalidate('a')
    await cache.getOrSet('a', load, { tags: ['t'] })
    await cache.invalidateTags(['t'])
    await cache.getOrSet('a', load, { tags: ['t'] })
    await cache.set('a', 2)
    await orders.getOrSet('b', load)
    await orders.clear()
    await cache.clear()
    await pass(0, 1000, 9000, 50_000)

    // Each act concerns one watched key, the last one both.
    expect(auditor.report()).toMatchObject({ invalidated: 6, reads: 24, failed: 0, findings: [] })
  })

  it('reports what is served although it was invalidated, by age', async () => {
    const seen: StaleFinding[] = []
    const auditor = cache.auditor({ sample: 1, onStale: (finding) => seen.push(finding) })
    await cache.getOrSet('a', load)
    await pass(10)
    store.isDeaf = true
    await cache.invalidate('a')
    await pass(0, 1000)
    store.isDeaf = false
    await cache.delete('a')
    await pass(0, 9000, 50_000)

    const { staleByAge, findings } = auditor.report()
    expect([...staleByAge]).toEqual([
      [0, 1],
      [1000, 1],
      [10_000, 0],
      [60_000, 0],
    ])
    expect(findings).toEqual([
      { key: cache.wireKey('a'), tier: 'shared', ageMs: 0, kind: 'resurrected' },
      { key: cache.wireKey('a'), tier: 'shared', ageMs: 1000, kind: 'resurrected' },
    ])
    expect(seen).toEqual(findings)
  })

  it('finds what comes back later, as after a failover', async () => {
    const auditor = cache.auditor({ sample: 1 })
    await cache.getOrSet('a', load)
    await pass(10)
    await cache.invalidate('a')
    await pass(0, 1000)
    await store.bringBack()
    await pass(9000, 50_000)

    expect([...auditor.report().staleByAge.values()]).toEqual([0, 0, 1, 1])
  })

  it('takes a load that began after the invalidation for what it is, whenever its lease was asked for', async () => {
    const auditor = cache.auditor({ sample: 1 })
    const held = new HeldLoad<number>()
    await cache.getOrSet('a', load)
    await cache.invalidate('a')
    const later = cache.getOrSet('a', held.load)
    await held.started()
    await clock.advance(5)
    held.finish(2)
    await later
    await pass(0, 1000, 9000, 50_000)

    expect(await cache.get('a')).toBe(2)
    expect(auditor.report().findings).toEqual([])
  })

  it('asks the source at the last age, and reports what nobody invalidated', async () => {
    const auditor = cache.auditor({
      sample: 1,
      ages: ['1s', '5s'],
      verify: (_key, value) => value === 'new',
    })
    await cache.getOrSet('a', () => 'older')
    await cache.invalidate('a')
    await cache.getOrSet('a', () => 'old')
    await pass(1000)
    expect(auditor.report().differing).toBe(0)
    await pass(4000)

    expect(auditor.report()).toMatchObject({
      differing: 1,
      findings: [{ kind: 'differs', ageMs: 5000 }],
    })
  })

  it('watches a share of the keys, the same ones in every process', async () => {
    const twin = createCaches({ default: { store, clock } }).default
    const auditors = [cache.auditor({ sample: 0.2 }), twin.auditor({ sample: 0.2 })]
    const keys = Array.from({ length: 1000 }, (_, n) => `product:${n}`)
    for (const key of keys) await cache.invalidate(key)
    for (const key of keys) await twin.invalidate(key)

    const [ours = 0, theirs] = auditors.map((auditor) => auditor.report().invalidated)
    expect(ours).toBe(theirs)
    expect(ours).toBeGreaterThan(150)
    expect(ours).toBeLessThan(250)
    await twin.close()
  })

  it('does not disturb: a check that fails is counted, a listener that throws is an event', async () => {
    const errors: string[] = []
    cache.on('error', ({ message }) => errors.push(message))
    const auditor = cache.auditor({
      sample: 1,
      ages: ['1s'],
      verify: () => Promise.reject(new Error('the source is away')),
      onStale: () => {
        throw new Error('mine')
      },
    })
    await cache.getOrSet('a', load)
    await pass(10)
    await cache.invalidate('a')
    await cache.getOrSet('a', load)
    await pass(1000)
    expect(auditor.report()).toMatchObject({ failed: 1, findings: [] })

    store.isDeaf = true
    await cache.invalidate('a')
    await pass(1000)
    expect(errors).toEqual(['onStale of an auditor threw.'])
  })

  it('stops when it is closed', async () => {
    const auditor = cache.auditor({ sample: 1 })
    await cache.invalidate('a')
    auditor.close()
    await cache.invalidate('a')
    await pass(60_000)

    expect(auditor.report()).toMatchObject({ invalidated: 1, reads: 0 })
  })

  it('refuses what makes no sense', () => {
    expect(() => cache.auditor({ sample: 2 })).toThrow(/'sample'.*number from 0 to 1.*2/)
    expect(() => cache.auditor({ ages: [] })).toThrow(/'ages'/)
    expect(() => cache.auditor({ smaple: 1 } as object)).toThrow(/sample/)
  })
})
