import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Field } from '../../../src/base/generation.ts'
import { alive, openMemory, put } from './open-memory.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapUsed(): number {
  for (let time = 0; time < 4; time++) collectGarbage()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `p:1:k${index}`)

describe('memory({ maxBytes })', () => {
  it('is never exceeded after any act', async () => {
    const key = fc.nat(30).map((index) => `p:1:k${index}`)
    const act = fc.oneof(
      fc.record({
        act: fc.constant('put' as const),
        key,
        length: fc.nat(6000),
        tags: fc.nat(5),
        lifeMs: fc.constantFrom(-1, 20, 3_600_000),
      }),
      fc.record({ act: fc.constant('grow' as const), key, bits: fc.nat(40_000) }),
      fc.record({ act: fc.constant('acquire' as const), key }),
      fc.record({ act: fc.constant('fail' as const), key, length: fc.nat(1500) }),
      fc.record({ act: fc.constant('intend' as const), key, writer: fc.nat(9) }),
      fc.record({ act: fc.constant('bump' as const), first: fc.nat(500), fields: fc.nat(40) }),
      fc.record({ act: fc.constant('remove' as const), key }),
      fc.record({ act: fc.constant('pass' as const), ms: fc.nat(100) }),
    )
    const sizes = fc.constantFrom(1, 500, 3000, 10_000, 40_000)
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(act, { maxLength: 60 }), async (maxBytes, acts) => {
        const memory = openMemory({ maxBytes })
        const { store, clock } = memory
        for (const [index, each] of acts.entries()) {
          if (each.act === 'put') {
            const tags = Array.from({ length: each.tags }, (_, tag) => `tag-${tag}`)
            await put(memory, each.key, 'x'.repeat(each.length), { ...each, tags })
          } else if (each.act === 'grow') {
            await put(memory, each.key, 1)
            await store.increment(each.key, 2n ** BigInt(each.bits), [])
          } else if (each.act === 'acquire') {
            const token = `process${index % 3}${String(index).padStart(8, '0')}`
            const rev = (await store.read([each.key], [])).result[0]?.entry?.rev
            await store.acquire(each.key, { token, leaseMs: 50, seen: rev, stamp: 1, need: 0 })
          } else if (each.act === 'fail') {
            const token = `process${index % 3}${String(index).padStart(8, '0')}`
            await store.acquire(each.key, { token, leaseMs: 50, seen: '', stamp: 1, need: 0 })
            const text = 'x'.repeat(each.length)
            const mark = { kind: 'failed', stamp: 1, text, forMs: 70 } as const
            await store.release(each.key, token, { mark })
          } else if (each.act === 'intend') {
            await store.intend({ keys: [each.key], fields: [] }, `writer${each.writer}`, 70)
          } else if (each.act === 'bump') {
            const fields = Array.from(
              { length: each.fields },
              (_, field): Field => `t:${each.first + field}`,
            )
            await store.bump(fields)
          } else if (each.act === 'remove') await store.remove([each.key], [])
          else await clock.advance(each.ms)
          expect(await memory.bytes()).toBeLessThanOrEqual(maxBytes)
          expect(await memory.bytes()).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('is made use of: within 5 % whatever the sizes are', async () => {
    const maxBytes = 1024 ** 2
    const size = fc.integer({ min: 0, max: 20_000 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(size, { minLength: 50, maxLength: 100 }),
        fc.integer({ min: 1, max: 7 }),
        async (sizes, readEvery) => {
          const memory = openMemory({ maxBytes })
          const total = sizes.reduce((sum, length) => sum + length, 0)
          // Round after round of the same sizes, until twice as much was written as there is room for.
          const rounds = Math.ceil((2 * maxBytes) / Math.max(total, maxBytes / 10))
          let isFull = false
          for (let round = 0; round < rounds; round++) {
            for (const [index, length] of sizes.entries()) {
              const key = `p:1:${round}:${index}`
              await put(memory, key, 'x'.repeat(length))
              if (index % readEvery === 0)
                for (let use = 0; use < 3; use++) memory.store.readNow?.(key, [])
              isFull ||= memory.events.length > 0
              const { bytes = NaN } = memory.store.statsNow?.() ?? {}
              const least = isFull ? 0.95 * maxBytes : 0
              if (!(bytes >= least && bytes <= maxBytes)) expect.fail(`It holds ${bytes} bytes.`)
            }
          }
        },
      ),
      { numRuns: 15 },
    )
  })

  it('weighs nothing when nothing is there any more', async () => {
    const memory = openMemory()
    const { store, clock } = memory
    const [a, b, c] = ['p:1:a', 'p:1:b', 'p:1:c'] as const
    await put(memory, a, ['x'.repeat(1000), new Date()], { tags: ['t'] })
    await put(memory, a, 'short')
    await put(memory, b, 1)
    await store.increment(b, 2n ** 300n, [])
    const request = { token: 'process100000001', leaseMs: 50, seen: undefined, stamp: 1, need: 0 }
    await store.acquire(c, request)
    await store.acquire(c, { ...request, token: 'process200000001' })
    await store.release(c, request.token)
    await store.acquire(c, request)
    await clock.advance(500)

    await store.remove([a, b, c], [])

    expect(await memory.bytes()).toBe(0)
  })

  it('a value that dies while its refresh is running weighs nothing any more', async () => {
    const memory = openMemory()
    await put(memory, 'p:1:a', 'x'.repeat(50_000), { lifeMs: 50 })
    const rev = (await memory.store.read(['p:1:a'], [])).result[0]?.entry?.rev
    const request = { leaseMs: 5000, seen: rev, stamp: 1, need: 0 }
    await memory.store.acquire('p:1:a', { ...request, token: 'process100000001' })
    await memory.clock.advance(60)

    await memory.store.read(['p:1:a'], [])

    expect(await memory.bytes()).toBeLessThan(1000)
    expect(await memory.bytes()).toBeGreaterThan(0)
  })

  it('counts keys, tags, leases and counters, not values alone', async () => {
    const weightOf = async (act: (memory: ReturnType<typeof openMemory>) => Promise<unknown>) => {
      const memory = openMemory()
      await put(memory, 'p:1:a', 1)
      const before = await memory.bytes()
      await act(memory)
      return (await memory.bytes()) - before
    }
    const key = `p:1:${'k'.repeat(200)}`

    expect(await weightOf((memory) => put(memory, key, 1))).toBeGreaterThan(400)
    expect(
      await weightOf((memory) => put(memory, 'p:1:a', 1, { tags: ['t'.repeat(256)] })),
    ).toBeGreaterThan(500)
    expect(
      await weightOf(({ store }) =>
        store.acquire('p:1:b', {
          token: 'process100000001',
          leaseMs: 50,
          seen: undefined,
          stamp: 1,
          need: 0,
        }),
      ),
    ).toBeGreaterThan(100)
    expect(
      await weightOf(({ store }) => store.increment('p:1:a', 2n ** 8000n, [])),
    ).toBeGreaterThan(900)
    expect(await weightOf(({ store }) => store.bump([`t:${'t'.repeat(256)}`]))).toBeGreaterThan(500)
  })

  it('a value larger than all of it is not kept, is reported, and pushes nothing out', async () => {
    const memory = openMemory({ maxBytes: '100kb' })
    const keys = names(20)
    for (const key of keys) await put(memory, key, 'small')
    await put(memory, 'p:1:big', 'old')

    await put(memory, 'p:1:big', 'x'.repeat(200_000))

    expect(await alive(memory.store, [...keys, 'p:1:big'])).toEqual(keys)
    expect(memory.events).toEqual([
      {
        kind: 'evicted',
        key: 'p:1:big',
        bytes: expect.any(Number),
        message: expect.stringContaining('larger than the whole store'),
      },
    ])
  })

  it('a load that returns too large a value ends its lease all the same', async () => {
    const { store, clock } = openMemory({ maxBytes: '10kb' })
    const token = 'process100000001'
    await store.acquire('p:1:a', { token, leaseMs: 5000, seen: undefined, stamp: 1, need: 0 })
    const until = clock.now() + 1000
    const entry = {
      value: 'x'.repeat(20_000),
      tags: [],
      stamp: 1,
      rev: token,
      freshUntil: until,
      deadAt: until,
      storedAt: until - 1000,
      loadMs: 1,
    }

    expect(await store.commit('p:1:a', token, entry)).toBe(true)
    expect((await store.read(['p:1:a'], [])).result).toEqual([undefined])
  })

  it('a flood of distinct tags costs misses, never staleness, and leaves the entries in place', async () => {
    const memory = openMemory({ maxBytes: '1mb' })
    const { store } = memory
    await put(memory, 'p:1:a', 'x'.repeat(100_000))
    const first = await store.bump(['t:first'])

    for (let count = 0; count < 20_000; count += 100) {
      await store.bump(
        Array.from({ length: 100 }, (_, index): Field => `t:${'flood'.repeat(20)}${count + index}`),
      )
    }

    const { bumps, floor, clock } = (await store.read([], ['t:first'])).generations
    expect(bumps.has('t:first')).toBe(false)
    expect(floor).toBeGreaterThanOrEqual(first)
    expect(floor).toBeLessThan(clock)
    expect(await memory.bytes()).toBeLessThan(1024 ** 2 / 8 + 110_000)
    expect(await alive(store, ['p:1:a'])).toEqual(['p:1:a'])
  })

  it('a single bump of more tags than there is room for invalidates everything older', async () => {
    const { store } = openMemory({ maxBytes: 10_000 })

    const stamp = await store.bump(Array.from({ length: 1000 }, (_, tag): Field => `t:${tag}`))

    const { bumps, floor } = (await store.read([], ['t:0', 't:999'])).generations
    expect(floor).toBe(stamp)
    expect([...bumps.values()].every((bump) => bump === stamp)).toBe(true)
  })

  it('a load under way is not pushed out by what is written meanwhile, as long as there is anything else', async () => {
    const memory = openMemory({ maxEntries: 50 })
    const request = { token: 'process100000001', leaseMs: 5000, seen: undefined, stamp: 1, need: 0 }
    for (const key of names(50)) await put(memory, key, 1)
    await memory.store.acquire('p:1:load', request)

    for (let count = 0; count < 500; count++) await put(memory, `p:1:scan${count}`, 1)

    expect(await memory.store.renew('p:1:load', request.token, 5000)).toBe(true)
    expect((await memory.store.stats()).entries).toBe(50)
  })

  it('a flood of leases pushes out the oldest, and tells their holders', async () => {
    const memory = openMemory({ maxBytes: 50_000 })
    for (let count = 0; count < 1000; count++) {
      const token = `process1${String(count).padStart(8, '0')}`
      const request = { token, leaseMs: 5000, seen: undefined, stamp: 1, need: 0 }
      expect((await memory.store.acquire(`p:1:k${count}`, request)).outcome).toBe('lease')
    }

    expect(await memory.bytes()).toBeLessThanOrEqual(50_000)
    expect(memory.events.length).toBeGreaterThan(800)
  })
})

describe('memory({ maxEntries })', () => {
  it('gives up what was not used; a read of the value is a use, a look at its times or a write is not', async () => {
    const memory = openMemory({ maxEntries: 3 })
    for (const key of ['p:1:a', 'p:1:b', 'p:1:c']) await put(memory, key, 1)
    for (let use = 0; use < 2; use++) {
      await memory.store.read(['p:1:a'], [])
      await memory.store.read(['p:1:b'], [], { values: false })
      await put(memory, 'p:1:b', 1)
    }

    await put(memory, 'p:1:d', 1)

    expect(await alive(memory.store, ['p:1:a', 'p:1:b', 'p:1:c', 'p:1:d'])).toEqual([
      'p:1:a',
      'p:1:c',
      'p:1:d',
    ])
    expect(memory.events).toMatchObject([{ kind: 'evicted', key: 'p:1:b' }])
    expect((await memory.store.stats()).evictions).toBe(1)
  })

  it('one entry is a cache, too', async () => {
    const memory = openMemory({ maxEntries: 1 })

    for (const key of names(5)) await put(memory, key, 1)

    expect(await alive(memory.store, names(5))).toEqual(['p:1:k4'])
  })
})

describe('what is counted', () => {
  it('is what the heap takes, within a third', async () => {
    const memory = openMemory()
    const keys = names(20_000)
    await put(memory, 'p:1:first', 1)
    const before = heapUsed()

    for (const key of keys) await put(memory, key, 1)

    const counted = await memory.bytes()
    const taken = heapUsed() - before
    expect(taken / counted).toBeGreaterThan(2 / 3)
    expect(taken / counted).toBeLessThan(4 / 3)
  })
})

describe('what has expired', () => {
  it('is swept away by writes of other keys, a few at a time, without a timer', async () => {
    const memory = openMemory()
    for (const key of names(100)) await put(memory, key, 'x'.repeat(1000), { lifeMs: 50 })
    await memory.clock.advance(60)
    expect((await memory.store.stats()).entries).toBe(100)

    for (let count = 0; count < 120; count++) await put(memory, 'p:1:other', count)

    expect((await memory.store.stats()).entries).toBe(1)
    expect(memory.clock.pending).toBe(0)
    expect(memory.events).toEqual([])
  })

  it('is dropped by the read that finds it', async () => {
    const memory = openMemory()
    await put(memory, 'p:1:a', 1, { lifeMs: 50 })
    await memory.clock.advance(50)

    await memory.store.read(['p:1:a'], [])

    expect(await memory.bytes()).toBe(0)
  })
})
