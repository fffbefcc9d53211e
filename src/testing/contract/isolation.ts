import assert from 'node:assert/strict'
import type { Bench, ContractCase } from './bench.ts'

/** Tries to change what a reader was given; a store may have frozen it, which is as good as a copy. */
function spoil(act: () => void): void {
  try {
    act()
  } catch (error) {
    assert.ok(error instanceof TypeError)
  }
}

interface Sample {
  list: number[]
  at: Date
  set: Set<number>
}
const sample = (): Sample => ({ list: [1], at: new Date(0), set: new Set([1]) })

function spoilSample(value: unknown): void {
  const { list, at, set } = value as Sample
  spoil(() => at.setTime(5))
  spoil(() => set.add(2))
  spoil(() => list.push(2))
  spoil(() => ((value as Sample).list = []))
}

/** Nobody can change from outside what is cached. */
export const isolationCases: readonly ContractCase[] = [
  {
    says: 'is not changed by what happens to the value after it was written',
    async run(bench) {
      const value = { list: [1], map: new Map([['a', 1]]), bytes: Buffer.from('abc') }
      await bench.write(bench.key('a'), bench.entry(value))
      value.list.push(2)
      value.map.set('b', 2)
      value.bytes[0] = 0
      assert.deepEqual(await bench.value(bench.key('a')), {
        list: [1],
        map: new Map([['a', 1]]),
        bytes: Buffer.from('abc'),
      })
    },
  },
  {
    says: 'is not changed by what readers do to what they were given',
    async run(bench) {
      await bench.write(
        bench.key('a'),
        bench.entry({ list: [1], at: new Date(0), set: new Set([1]) }),
      )
      const read = (await bench.value(bench.key('a'))) as {
        list: number[]
        at: Date
        set: Set<number>
      }
      try {
        read.at.setTime(5)
        read.set.add(2)
        read.list.push(2)
      } catch {
        // Frozen: as good as a copy.
      }
      assert.deepEqual(await bench.value(bench.key('a')), {
        list: [1],
        at: new Date(0),
        set: new Set([1]),
      })
    },
  },
  {
    says: 'is not changed by what happens to the list of tags, before or after it was read',
    async run(bench) {
      const key = bench.key('a')
      const tags = ['t']
      await bench.write(key, bench.entry('v', { tags }))
      tags.push('later')
      const entry = await bench.read(key)
      assert.ok(entry !== undefined)
      spoil(() => (entry.tags as string[]).push('reader'))
      spoil(() => ((entry as { rev: string }).rev = 'x'.repeat(16)))
      assert.deepEqual((await bench.read(key))?.tags, ['t'])
      assert.notEqual((await bench.read(key))?.rev, 'x'.repeat(16))
    },
  },
  {
    says: 'what the holder of a lease commits is its own no longer',
    async run(bench) {
      const key = bench.key('a')
      const token = await bench.lease(key)
      const value = sample()
      await bench.store.commit(key, token, bench.entry(value))
      spoilSample(value)
      assert.deepEqual(await bench.value(key), sample())
    },
  },
  {
    says: 'what acquire shows can be changed by nobody either',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry(sample()))
      const acquired = await bench.store.acquire(key, bench.request())
      assert.ok(acquired.outcome === 'hit')
      spoilSample(acquired.record.entry?.value)
      assert.deepEqual(await bench.value(key), sample())
    },
  },
  {
    says: 'two reads of one value that cannot be frozen share no part of it',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry(sample()))
      const [first, second] = [await bench.value(key), await bench.value(key)] as [Sample, Sample]
      first.at.setTime(7)
      assert.deepEqual(second, sample())
    },
  },
  {
    says: "values: frozen are read-only to the last part, copied are the reader's own",
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry({ a: [{ b: 1 }] }))
      const read = async (by: Bench['store']): Promise<{ a: { b: number }[] }> =>
        (await bench.value(key, by)) as { a: { b: number }[] }
      const value = await read(bench.store)
      if (bench.can.values === 'frozen') {
        assert.ok([value, value.a, value.a[0]].every((part) => Object.isFrozen(part)))
      } else {
        value.a.push({ b: 2 })
        assert.deepEqual(await read(bench.store), { a: [{ b: 1 }] })
      }
    },
  },
]
