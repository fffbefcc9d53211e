import { EventEmitter } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LATE_FILLS } from '../../src/base/late-fills.ts'
import type { Store, StoreDefinition } from '../../src/base/store.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { loaderOf } from '../../src/cache/loader-of.ts'
import { type RequestMemoOptions, withRequestMemo } from '../../src/cache/request-memo.ts'
import { trackChanges } from '../../src/data/tracker.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { recordingStore, type RecordingStore } from '../../src/testing/recording-store.ts'
import { gate, HeldLoad } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'

let caches: FreshCaches
let store: RecordingStore
let cache: Cache
/** Another process. */
let twin: Cache

beforeEach(() => {
  caches = new FreshCaches()
  store = recordingStore(memory({ values: 'copied' }))
  cache = caches.open({ store })
  twin = caches.open({ store })
})
afterEach(async () => {
  await caches.close()
})

/** Calls of the store that `act` costs. */
async function costOf(act: () => Promise<unknown>): Promise<string[]> {
  store.forget()
  await act()
  return store.acts.map(({ act }) => act)
}

/** A store whose writes take effect when `wait` is over; it reads at once. */
function slowWrites(definition: StoreDefinition, wait: () => Promise<unknown>): StoreDefinition {
  return {
    name: definition.name,
    open(context) {
      const opened = definition.open(context)
      const write: Store['write'] = async (...parts) => {
        await wait()
        return await opened.write(...parts)
      }
      return new Proxy(opened, {
        get(target, name) {
          if (name === 'write') return write
          const member = Reflect.get(target, name, target) as unknown
          return typeof member === 'function' ? member.bind(target) : member
        },
      })
    },
  }
}

const load = (): string => 'loaded'

describe('withRequestMemo', () => {
  it('makes the second read of a key cost nothing, however it is read', async () => {
    await cache.set('a', 1, { tags: ['t'] })
    const row = cache.define({
      key: (id: number) => ['row', id],
      loadMany: (list) => list.map(([id]) => id),
    })
    const loader = loaderOf(row)
    await withRequestMemo(async () => {
      await Promise.all([cache.get('a'), cache.get('none'), row.get(1), loader.get(2)])

      expect(
        await costOf(async () => {
          expect(await cache.get('a')).toBe(1)
          expect(await cache.get('none', 'fallback')).toBe('fallback')
          expect(await cache.getOrSet('a', load)).toBe(1)
          expect(await cache.has('a')).toBe(true)
          expect(await cache.ttl('none')).toBe(undefined)
          expect(await cache.getMany(['none', 'a'])).toEqual(new Map([['a', 1]]))
          expect(await row.getMany([[2], [1]])).toEqual([2, 1])
          expect(await Promise.all([loader.get(1), loader.get(2)])).toEqual([1, 2])
        }),
      ).toEqual([])
    })
  })

  it('asks for what was not read yet alone', async () => {
    await withRequestMemo(async () => {
      await cache.get('a')
      store.forget()
      await cache.getMany(['a', 'b', 'c'])
    })

    expect(store.acts.map(({ keys }) => keys)).toEqual([['default:1:b', 'default:1:c']])
  })

  it('remembers what was loaded and stored, also of a load that another request began', async () => {
    const held = new HeldLoad<string>()
    const first = cache.getOrSet('a', held.load)
    await held.started()
    await withRequestMemo(async () => {
      const joined = cache.getOrSet('a', load)
      await expect.poll(async () => (await cache.stats()).joined).toBe(1)
      held.finish('first')
      await Promise.all([first, joined])

      expect(await costOf(() => cache.getOrSet('a', load))).toEqual([])
    })
  })

  it('does not remember what was not stored', async () => {
    let loads = 0
    const skipping = ({ skip }: { skip: () => void }): number => {
      skip()
      return ++loads
    }
    await withRequestMemo(async () => {
      expect([await cache.getOrSet('a', skipping), await cache.getOrSet('a', skipping)]).toEqual([
        1, 2,
      ])
    })
  })

  it('does nothing outside, and nothing outlives the request', async () => {
    const later = gate()
    let goesOn: Promise<unknown> | undefined
    await cache.set('a', 'old')
    await withRequestMemo(async () => {
      await cache.get('a')
      goesOn = later.promise.then(() => cache.get('a'))
    })
    await twin.set('a', 'new')
    later.open()

    expect(await goesOn).toBe('new')
    await cache.get('b')
    expect(await costOf(() => cache.get('b'))).toEqual(['read'])
  })

  it('keeps requests apart', async () => {
    await cache.set('a', 'old')
    const [changed, done] = [gate(), gate()]
    const reader = withRequestMemo(async () => {
      await cache.get('a')
      changed.open()
      await done.promise
      return await cache.get('a')
    })
    await changed.promise
    const other = await withRequestMemo(async () => {
      await cache.set('a', 'new')
      return await cache.get('a')
    })
    done.open()

    expect(other).toBe('new')
    // The bound: a request goes on with what it has read.
    expect(await reader).toBe('old')
  })

  it('shows no value for longer than maxAge, nor past its ttl', async () => {
    await cache.set('short', 1, { ttl: '1s' })
    await cache.set('long', 'old')
    await withRequestMemo(
      async () => {
        await cache.getMany(['short', 'long'])
        await twin.set('long', 'new')
        await caches.clock.advance(1000)
        expect(await cache.get('short')).toBe(undefined)
        expect(await cache.get('long')).toBe('old')
        await caches.clock.advance(1000)
        expect(await cache.get('long')).toBe('new')
      },
      { maxAge: '2s' },
    )
  })

  it('strict reads ask, and what they find is shown from then on', async () => {
    await cache.set('a', 'old')
    await withRequestMemo(async () => {
      await cache.get('a')
      await twin.set('a', 'new')

      expect(await cache.get('a')).toBe('old')
      expect(await cache.get('a', undefined, { strict: true })).toBe('new')
      expect(await cache.get('a')).toBe('new')
      await twin.set('a', 'newest')
      expect(await cache.getOrSet('a', load, { strict: true })).toBe('newest')
      expect(await cache.get('a')).toBe('newest')
      expect((await cache.lookup('a')).value).toBe('newest')
    })
  })

  it('shows nothing while it is written that was read before, and keeps nothing that is read meanwhile', async () => {
    const [begun, written] = [gate(), gate()]
    let isHeld = false
    const slow = caches.open({
      store: slowWrites(memory(), async () => {
        if (!isHeld) return
        begun.open()
        await written.promise
      }),
    })
    await slow.set('a', 'old')
    await withRequestMemo(async () => {
      await slow.get('a')
      isHeld = true
      const write = slow.set('a', 'new')
      await begun.promise
      expect(await slow.get('a')).toBe('old')
      written.open()
      await write

      expect(await slow.get('a')).toBe('new')
    })
  })

  it('sees the changes of data that it reports', async () => {
    const tracker = trackChanges(cache)
    await cache.set('a', 'old', { tags: ['products:7'] })
    await withRequestMemo(async () => {
      await cache.get('a')
      await tracker.changed({ entity: 'products', operation: 'update', ids: ['7'] })

      expect(await cache.get('a')).toBe(undefined)
    })
  })

  it('shares no read of loaderOf with another request', async () => {
    const row = cache.define({
      key: (id: number) => ['row', id],
      loadMany: (list) => list.map(([id]) => id),
    })
    const loader = loaderOf(row)
    await row.set(1, 10)
    const turn = gate()
    const one = withRequestMemo(async () => {
      await loader.get(1)
      await turn.promise
      return await Promise.all([loader.get(2), loader.get(1)])
    })
    await expect.poll(() => store.count('read')).toBeGreaterThan(0)
    await twin.set(row.key(1), 11)
    const other = withRequestMemo(async () => {
      await turn.promise
      return await Promise.all([loader.get(1), loader.get(2)])
    })
    turn.open()

    expect([await one, await other]).toEqual([
      [2, 10],
      [11, 2],
    ])
  })

  it('gives each reader a value of his own, where values are copies', async () => {
    await cache.set('a', { n: 1 })
    await withRequestMemo(async () => {
      const first = (await cache.get('a')) as { n: number }
      first.n = 2
      const second = (await cache.getOrSet('a', load)) as unknown as { n: number }
      second.n = 3

      expect(await cache.get('a')).toEqual({ n: 1 })
    })
  })

  it('does not change what a schema refuses', async () => {
    const schema = {
      '~standard': { validate: (value: unknown) => (value === 'old' ? { issues: [] } : {}) },
    }
    const family = cache.define({ key: () => 'a', load, schema })
    await cache.set('a', 'old')
    await withRequestMemo(async () => {
      await cache.get('a')

      expect(await family.get()).toBe('loaded')
    })
  })

  it('keeps what a load reads apart from what was read before it', async () => {
    await cache.set('part', 'old', { tags: ['t'] })
    await withRequestMemo(async () => {
      await cache.get('part')
      await twin.invalidateTags(['t'])
      await twin.set('part', 'new')
      const whole = await cache.getOrSet(
        'whole',
        async () => `of ${String(await cache.get('part'))}`,
        {
          tags: ['t'],
        },
      )

      // Otherwise the old part would be stored, for everybody, as if it were of after the invalidation.
      expect(whole).toBe('of new')
    })
  })

  it('keeps late fills apart from it, too', async () => {
    await cache.set('part', 'old')
    await withRequestMemo(async () => {
      await cache.get('part')
      await twin.set('part', 'new')
      await cache[LATE_FILLS].find('page', [])

      expect(await cache.get('part')).toBe('new')
    })
  })

  it('within a load costs nothing either to read again', async () => {
    await cache.set('part', 1)
    await withRequestMemo(async () => {
      await cache.getOrSet('whole', async () => {
        await cache.get('part')
        expect(await costOf(() => cache.get('part'))).toEqual([])
      })
    })
  })

  it.each<[string, RequestMemoOptions, string[]]>([
    ['entries', { maxEntries: 2 }, ['c', 'd']],
    ['bytes', { maxBytes: 2 * 2 * 100 }, ['c', 'd']],
  ])('keeps no more %s than it may: the oldest go first', async (_, options, kept) => {
    const keys = ['a', 'b', 'c', 'd']
    for (const key of keys) await cache.set(key, key.repeat(100))
    await withRequestMemo(async () => {
      for (const key of keys) await cache.get(key)
      const free: string[] = []
      for (const key of keys.toReversed())
        if ((await costOf(() => cache.has(key))).length === 0) free.unshift(key)

      expect(free).toEqual(kept)
    }, options)
  })

  it('keeps no value that is larger than all it may keep', async () => {
    await cache.set('a', 'x'.repeat(1000))
    await withRequestMemo(
      async () => {
        await cache.get('a')

        expect(await costOf(() => cache.get('a'))).toEqual(['read'])
      },
      { maxBytes: '1kb' },
    )
  })

  it('remembers nothing of a store that is away', async () => {
    await withRequestMemo(async () => {
      await cache.close()
      await cache.get('a').catch(() => {})

      expect(await costOf(() => cache.get('a').catch(() => {}))).toEqual(['read'])
    })
  })

  it('within another has no effect', async () => {
    await withRequestMemo(async () => {
      await withRequestMemo(() => cache.get('a'))

      expect(await costOf(() => cache.get('a'))).toEqual([])
    })
  })

  it('returns and throws what its function does, and is over then', async () => {
    expect(withRequestMemo(() => 7)).toBe(7)
    expect(() =>
      withRequestMemo(() => {
        throw new Error('its own')
      }),
    ).toThrow('its own')
    await expect(withRequestMemo(() => Promise.reject(new Error('late')))).rejects.toThrow('late')
    await cache.get('a')
    expect(await costOf(() => cache.get('a'))).toEqual(['read'])
  })

  it.each<[string, RequestMemoOptions]>([
    ['maxEntries', { maxEntries: 0 }],
    ['maxAge', { maxAge: 5 as never }],
    ['until', { until: {} as never }],
    ['maxAge', { maxage: '5s' } as never],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => withRequestMemo(load, options)).toThrow(option)
  })
})

describe('withRequestMemo until a response is closed', () => {
  it('lasts as long as that, whatever its function returns', async () => {
    const response = new EventEmitter()
    const read = withRequestMemo(
      () => async () => {
        await cache.get('a')
        return await costOf(() => cache.get('a'))
      },
      { until: response },
    )
    const inside = withRequestMemo(() => read(), { until: response })

    expect(await inside).toEqual([])
    response.emit('close')
    expect(await costOf(() => cache.get('a'))).toEqual(['read'])
  })

  it('holds for a handler of node:http', async () => {
    const costs: number[] = []
    const handler: RequestListener = (_, response) => {
      void (async () => {
        await cache.get('a')
        costs.push((await costOf(() => cache.get('a'))).length)
        response.end('done')
      })()
    }
    const server = createServer((request, response) =>
      withRequestMemo(() => handler(request, response), { until: response }),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await (await fetch(`http://127.0.0.1:${port}`)).text()
    await new Promise((resolve) => server.close(resolve))

    expect(costs).toEqual([0])
    expect(await costOf(() => cache.get('a'))).toEqual(['read'])
  })
})

const KEYS = ['a', 'b'] as const
const key = fc.constantFrom(...KEYS)
const tags = fc.subarray(['t', 'u'])
const named = (act: string, ...parts: unknown[]): string => [act, ...parts].join(' ')
const value = fc.nat({ max: 9 })
type Act = (cache: Cache) => Promise<unknown>
const act: fc.Arbitrary<[string, Act]> = fc.oneof(
  key.map((k): [string, Act] => [`get ${k}`, (c) => c.get(k)]),
  key.map((k): [string, Act] => [`has ${k}`, (c) => c.has(k)]),
  fc.constant<[string, Act]>(['getMany', (c) => c.getMany(KEYS)]),
  fc
    .tuple(key, value, tags)
    .map(([k, v, t]): [string, Act] => [
      named('getOrSet', k, v, t),
      (c) => c.getOrSet(k, () => v, { tags: t }),
    ]),
  fc
    .tuple(key, value, tags)
    .map(([k, v, t]): [string, Act] => [named('set', k, v, t), (c) => c.set(k, v, { tags: t })]),
  fc.tuple(key, value).map(([k, v]): [string, Act] => [`add ${k} ${v}`, (c) => c.add(k, v)]),
  fc
    .tuple(key, value)
    .map(([k, v]): [string, Act] => [`setMany ${k} ${v}`, (c) => c.setMany([[k, v]])]),
  key.map((k): [string, Act] => [`incr ${k}`, (c) => c.incr(k, 1, { initial: 0 })]),
  key.map((k): [string, Act] => [`take ${k}`, (c) => c.take(k)]),
  key.map((k): [string, Act] => [`touch ${k}`, (c) => c.touch(k, '0s')]),
  key.map((k): [string, Act] => [`delete ${k}`, (c) => c.delete(k)]),
  key.map((k): [string, Act] => [`invalidate ${k}`, (c) => c.invalidate(k)]),
  tags.map((t): [string, Act] => [named('invalidateTags', t), (c) => c.invalidateTags(t)]),
  fc.constant<[string, Act]>(['clear', (c) => c.clear()]),
  fc.constant<[string, Act]>(['deletePattern', (c) => c.deletePattern('a*')]),
  fc.constant<[string, Act]>(['flushServer', (c) => c.flushServer()]),
  fc.tuple(key, tags).map(([k, t]): [string, Act] => [
    named('transaction', k, t),
    (c) =>
      c.transaction(
        (work) => work(undefined),
        async (_trx, changes) => {
          await changes.invalidate(k)
          await changes.invalidateTags(t)
          return await c.get(k)
        },
      ),
  ]),
  fc
    .tuple(key, value)
    .map(([k, v]): [string, Act] => [
      `refresh ${k} ${v}`,
      (c) => c.define({ key: () => k, load: () => v }).refresh(),
    ]),
)

describe('a request with a memo', () => {
  it('has the answers of one without, as long as nobody else writes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 12 }), async (acts) => {
        const [one, other] = [caches.open({ store: memory() }), caches.open({ store: memory() })]
        const run = async (of: Cache): Promise<unknown[]> => {
          const answers: unknown[] = []
          for (const [name, each] of acts) answers.push([name, await each(of)])
          return answers
        }
        const without = await run(other)

        expect(await withRequestMemo(() => run(one))).toEqual(without)
      }),
      { numRuns: 300 },
    )
  })

  it('sees its own writes when much happens at once: nothing read before a write is shown after it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(key, { minLength: 2, maxLength: 6 }), async (keys) => {
        await withRequestMemo(async () => {
          for (const [index, k] of keys.entries()) {
            const reads = KEYS.map((each) => cache.get(each))
            const write = cache.set(k, index)
            const late = KEYS.map((each) => cache.getOrSet(each, () => index))
            await Promise.all([...reads, write, ...late])

            const there = await twin.get(k, undefined, { strict: true })
            expect(await cache.get(k)).toBe(there)
          }
        })
      }),
      { numRuns: 50 },
    )
  })
})
