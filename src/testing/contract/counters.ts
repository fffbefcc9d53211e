import assert from 'node:assert/strict'
import type { ContractCase } from './bench.ts'

/** Integers are added to in place, exactly. */
export const counterCases: readonly ContractCase[] = [
  {
    says: 'adds, subtracts, goes below zero and back to it',
    async run(bench) {
      const key = bench.key('n')
      await bench.write(key, bench.entry(5))
      const sums: unknown[] = []
      for (const delta of [3, -10, 2, 0, -99]) {
        const { result } = await bench.store.increment(key, delta, [])
        sums.push(result.outcome === 'done' ? result.value : result.outcome)
      }
      assert.deepEqual(sums, [8, -2, 0, 0, -99])
      assert.equal(await bench.value(key), -99)
    },
  },
  {
    says: 'is exact at the edge of safe integers and far beyond, as bigint',
    async run(bench) {
      const key = bench.key('n')
      await bench.write(key, bench.entry(Number.MAX_SAFE_INTEGER - 1))
      const add = async (delta: number | bigint): Promise<unknown> => {
        const { result } = await bench.store.increment(key, delta, [])
        return result.outcome === 'done' ? result.value : result.outcome
      }
      assert.equal(await add(1), Number.MAX_SAFE_INTEGER)
      assert.equal(await add(2), 9_007_199_254_740_993n)
      assert.equal(await add(2n ** 80n), 2n ** 80n + 9_007_199_254_740_993n)
      assert.equal(await bench.value(key), 2n ** 80n + 9_007_199_254_740_993n)
    },
  },
  {
    says: 'keeps a bigint a bigint',
    async run(bench) {
      await bench.write(bench.key('n'), bench.entry(7n))
      const { result } = await bench.store.increment(bench.key('n'), 1, [])
      assert.equal(result.outcome === 'done' && result.value, 8n)
    },
  },
  {
    says: 'keeps times, tags, stamp and rev',
    async run(bench) {
      const key = bench.key('n')
      const entry = bench.entry(99, { tags: ['t'], stamp: 77, freshMs: 5000, deadMs: 60_000 })
      await bench.write(key, entry)
      const before = await bench.read(key)
      const { result } = await bench.store.increment(key, 1, [])
      assert.equal(result.outcome === 'done' && result.found.entry?.rev, entry.rev)
      const after = await bench.read(key)
      assert.deepEqual({ ...after, value: undefined }, { ...before, value: undefined })
      assert.equal(after?.value, 100)
    },
  },
  {
    says: 'loses none of 100 additions of two processes',
    async run(bench) {
      const key = bench.key('n')
      await bench.write(key, bench.entry(0))
      const turns = Array.from({ length: 50 }, () => [bench.store, bench.second.store]).flat()
      await Promise.all(turns.map((store) => store.increment(key, 1, [])))
      assert.equal(await bench.value(key), 100)
    },
  },
  {
    says: 'finds nothing missing that is there, and nothing there that is missing',
    async run(bench) {
      assert.equal(
        (await bench.store.increment(bench.key('none'), 1, [])).result.outcome,
        'missing',
      )
      assert.equal(await bench.read(bench.key('none')), undefined)
      await bench.lease(bench.key('lease'))
      assert.equal(
        (await bench.store.increment(bench.key('lease'), 1, [])).result.outcome,
        'missing',
      )
    },
  },
  ...(['12', 1.5, null, true, [1], NaN] as const).map(
    (value) =>
      ({
        says: `leaves ${JSON.stringify(value)} (${typeof value}) alone: it is no integer`,
        async run(bench): Promise<void> {
          const entry = bench.entry(value)
          await bench.write(bench.key('n'), entry)
          const { result } = await bench.store.increment(bench.key('n'), 1, [])
          assert.equal(result.outcome, 'notNumber')
          assert.equal(result.outcome === 'notNumber' && result.found.entry?.rev, entry.rev)
          assert.deepEqual(await bench.value(bench.key('n')), value)
        },
      }) satisfies ContractCase,
  ),
  {
    says: 'adds to a stale value: it still lives',
    async run(bench) {
      await bench.write(bench.key('n'), bench.entry(1, { freshMs: -1, deadMs: 60_000 }))
      const { result } = await bench.store.increment(bench.key('n'), 1, [])
      assert.equal(result.outcome === 'done' && result.value, 2)
    },
  },
  {
    says: 'leaves the load that refreshes the counter alone',
    async run(bench) {
      const key = bench.key('n')
      const old = bench.entry(1)
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev })
      await bench.store.increment(key, 1_000_000, [])
      const { result } = await bench.store.read([key], [])
      assert.deepEqual([result[0]?.entry?.value, result[0]?.lease?.token], [1_000_001, token])
      assert.equal(await bench.store.commit(key, token, bench.entry(0)), true)
    },
  },
]
