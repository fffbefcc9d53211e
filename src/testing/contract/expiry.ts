import assert from 'node:assert/strict'
import type { ContractCase } from './bench.ts'

/** How a value ends, and how its end is moved. */
export const expiryCases: readonly ContractCase[] = [
  {
    says: 'a value is there until deadAt, stale after freshUntil, and gone then for every act',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry(1, { freshMs: 60, deadMs: 200 }))
      await bench.pass(100)
      const stale = await bench.read(key)
      assert.ok(stale !== undefined && stale.freshUntil <= bench.clock.now())
      await bench.pass(150)
      assert.equal(await bench.read(key), undefined)
      assert.equal((await bench.store.increment(key, 1, [])).result.outcome, 'missing')
      assert.equal((await bench.store.remove([key], [])).result[0], undefined)
    },
  },
  {
    says: 'a value that is dead already when it is written is never readable, and takes the old one with it',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('old'))
      await bench.write(key, bench.entry('dead', { freshMs: -10, deadMs: -10 }))
      assert.equal(await bench.read(key), undefined)
    },
  },
  {
    says: 'a value is kept for a month, a year, twenty, and for longer than anybody lives',
    async run(bench) {
      const key = bench.key('a')
      for (const days of [31, 366, 20 * 366, 200 * 366]) {
        const deadAt = bench.clock.now() + days * 86_400_000
        await bench.write(key, bench.entry(days, { freshUntil: deadAt, deadAt }))
        const read = await bench.read(key)
        assert.equal(read?.value, days)
        assert.ok(bench.isNear(read?.deadAt, deadAt))
      }
    },
  },
  {
    says: 'touch: gives a fresh value new times and keeps the rest',
    async run(bench) {
      const key = bench.key('a')
      const entry = bench.entry('v', { tags: ['t'], freshMs: 1000 })
      await bench.write(key, entry)
      const times = { freshUntil: bench.clock.now() + 90_000, deadAt: bench.clock.now() + 95_000 }
      const { result } = await bench.store.touch(key, times, [])
      assert.equal(result?.entry?.rev, entry.rev)
      const read = await bench.read(key)
      assert.ok(bench.isNear(read?.freshUntil, times.freshUntil))
      assert.ok(bench.isNear(read?.deadAt, times.deadAt))
      assert.deepEqual([read?.value, read?.tags, read?.rev], ['v', ['t'], entry.rev])
    },
  },
  {
    says: 'touch: can shorten a life, and end an endless one',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('v', { freshUntil: Infinity, deadAt: Infinity }))
      const soon = bench.clock.now() + bench.ms(60)
      await bench.store.touch(key, { freshUntil: soon, deadAt: soon }, [])
      await bench.pass(110)
      assert.equal(await bench.read(key), undefined)
    },
  },
  {
    says: 'touch: never revives a stale value, and finds nothing where nothing is',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('v', { freshMs: -1, deadMs: 60_000 }))
      const later = bench.clock.now() + 90_000
      const { result } = await bench.store.touch(key, { freshUntil: later, deadAt: later }, [])
      assert.ok(result?.entry !== undefined && result.entry.freshUntil <= bench.clock.now())
      assert.ok(((await bench.read(key))?.freshUntil ?? Infinity) <= bench.clock.now())
      const none = await bench.store.touch(bench.key('b'), { freshUntil: later, deadAt: later }, [])
      assert.equal(none.result, undefined)
      assert.equal(await bench.read(bench.key('b')), undefined)
    },
  },
  {
    says: 'touch: into the past ends a value',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('v'))
      const past = bench.clock.now() - 1
      await bench.store.touch(key, { freshUntil: past, deadAt: past }, [])
      assert.equal(await bench.read(key), undefined)
    },
  },
  {
    says: 'touch: leaves the load that refreshes the value alone',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old')
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev })
      const later = bench.clock.now() + 90_000
      await bench.store.touch(key, { freshUntil: later, deadAt: later }, [])
      const { result } = await bench.store.read([key], [])
      assert.equal(result[0]?.lease?.token, token)
      assert.equal(await bench.store.commit(key, token, bench.entry('new')), true)
    },
  },
  {
    says: 'the times of a value that was replaced end with it, longer or shorter',
    async run(bench) {
      const [a, b] = [bench.key('a'), bench.key('b')]
      await bench.write(a, bench.entry('short', { freshMs: 60 }))
      await bench.write(a, bench.entry('long'))
      await bench.write(b, bench.entry('endless', { freshUntil: Infinity, deadAt: Infinity }))
      await bench.write(b, bench.entry('short', { freshMs: 60 }))
      await bench.pass(100)
      assert.equal(await bench.value(a), 'long')
      assert.equal(await bench.value(b), undefined)
    },
  },
  {
    says: 'the end of its lease is not the end of a value: committed, refreshed in vain or given up',
    async run(bench) {
      const [a, b, c] = [bench.key('a'), bench.key('b'), bench.key('c')]
      const leaseMs = 20
      const token = await bench.lease(a, bench.first, { leaseMs })
      await bench.store.commit(a, token, bench.entry('committed'))
      for (const key of [b, c]) {
        const old = bench.entry('old')
        await bench.write(key, old)
        const refresh = await bench.lease(key, bench.first, { seen: old.rev, leaseMs })
        if (key === c) await bench.store.release(key, refresh)
      }
      await bench.pass(140)
      assert.deepEqual(
        [await bench.value(a), await bench.value(b), await bench.value(c)],
        ['committed', 'old', 'old'],
      )
    },
  },
  {
    says: 'increment: a counter ends when it would have, however often it was added to',
    async run(bench) {
      const key = bench.key('n')
      await bench.write(key, bench.entry(1, { freshMs: 90 }))
      await bench.pass(50)
      await bench.store.increment(key, 10_000_000, [])
      await bench.pass(80)
      assert.equal(await bench.read(key), undefined)
    },
  },
]
