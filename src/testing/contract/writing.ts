import assert from 'node:assert/strict'
import type { ContractCase } from './bench.ts'

/** Conditions, removal, expiry and touch. */
export const writingCases: readonly ContractCase[] = [
  {
    says: 'always: replaces value, tags, rev and times as one',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('old', { tags: ['old'], freshMs: 1000 }))
      const entry = bench.entry('new', { tags: ['new'], freshMs: 90_000 })
      assert.equal(await bench.write(key, entry), true)
      const read = await bench.read(key)
      assert.deepEqual([read?.value, read?.tags, read?.rev], ['new', ['new'], entry.rev])
    },
  },
  {
    says: 'absent: writes where nothing is, and shows what stands in the way without its value',
    async run(bench) {
      const key = bench.key('a')
      assert.equal(await bench.write(key, bench.entry(1), 'absent'), true)
      const standing = await bench.read(key)
      const { result } = await bench.store.write(
        [{ key, entry: bench.entry(2), when: 'absent' }],
        [],
      )
      assert.equal(result[0]?.written, false)
      assert.equal(result[0]?.found?.entry?.rev, standing?.rev)
      assert.equal(result[0]?.found?.entry?.value, undefined)
      assert.equal(await bench.value(key), 1)
    },
  },
  {
    says: 'absent: of 20 writers at once exactly one writes',
    async run(bench) {
      const key = bench.key('a')
      const stores = [bench.store, bench.second.store]
      const written = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          bench.write(key, bench.entry(index), 'absent', stores[index % 2]),
        ),
      )
      assert.equal(written.filter(Boolean).length, 1)
      assert.equal(await bench.value(key), written.indexOf(true))
    },
  },
  {
    says: 'absent: a lease alone is not in the way, and ends',
    async run(bench) {
      const key = bench.key('a')
      const token = await bench.lease(key)
      assert.equal(await bench.write(key, bench.entry('by hand'), 'absent'), true)
      assert.equal(await bench.store.commit(key, token, bench.entry('loaded')), false)
      assert.equal(await bench.value(key), 'by hand')
    },
  },
  {
    says: 'absent: a stale value is in the way, a dead one is not',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('old', { freshMs: -1, deadMs: 80 }))
      assert.equal(await bench.write(key, bench.entry('new'), 'absent'), false)
      await bench.pass(120)
      assert.equal(await bench.write(key, bench.entry('new'), 'absent'), true)
    },
  },
  {
    says: 'rev: writes over that very value and over nothing else',
    async run(bench) {
      const key = bench.key('a')
      const first = bench.entry(1)
      await bench.write(key, first)
      assert.equal(await bench.write(key, bench.entry(2), { rev: bench.entry(0).rev }), false)
      const second = bench.entry(3)
      assert.equal(await bench.write(key, second, { rev: first.rev }), true)
      assert.equal(await bench.write(key, bench.entry(4), { rev: first.rev }), false)
      assert.equal(await bench.value(key), 3)
      assert.equal(await bench.write(bench.key('none'), bench.entry(5), { rev: first.rev }), false)
      assert.equal(await bench.value(bench.key('none')), undefined)
    },
  },
  {
    says: 'remove: answers what was there, its value only when asked',
    async run(bench) {
      const [a, b, c] = [bench.key('a'), bench.key('b'), bench.key('c')]
      const entry = bench.entry('v', { tags: ['t'] })
      await bench.write(a, entry)
      await bench.write(b, bench.entry('w'))
      const { result } = await bench.store.remove([a, c], [])
      assert.deepEqual(
        [result[0]?.entry?.rev, result[0]?.entry?.value, result[1]],
        [entry.rev, undefined, undefined],
      )
      const taken = await bench.store.remove([b], [], { values: true })
      assert.equal(taken.result[0]?.entry?.value, 'w')
      assert.deepEqual([await bench.read(a), await bench.read(b)], [undefined, undefined])
    },
  },
  {
    says: 'remove: of 10 takers at once exactly one gets the value',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('once'))
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => bench.store.remove([key], [], { values: true })),
      )
      const got = answers.flatMap(({ result }) =>
        result[0]?.entry === undefined ? [] : [result[0].entry.value],
      )
      assert.deepEqual(got, ['once'])
    },
  },
  {
    says: 'remove: spares a value that was replaced since its rev was read',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old')
      await bench.write(key, old)
      await bench.write(key, bench.entry('new'))
      await bench.store.remove([key], [], { revs: [old.rev] })
      assert.equal(await bench.value(key), 'new')
    },
  },
  {
    says: 'remove by rev: spares the lease of the load that replaces the value',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('invalid')
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev })
      await bench.store.remove([key], [], { revs: [old.rev] })
      assert.equal(await bench.read(key), undefined)
      assert.equal(await bench.store.commit(key, token, bench.entry('loaded')), true)
    },
  },
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
    says: 'touch: gives a fresh value new times and keeps the rest',
    async run(bench) {
      const key = bench.key('a')
      const entry = bench.entry('v', { tags: ['t'], freshMs: 1000 })
      await bench.write(key, entry)
      const times = { freshUntil: bench.clock.now() + 90_000, deadAt: bench.clock.now() + 95_000 }
      const { result } = await bench.store.touch(key, times, [])
      assert.equal(result?.entry?.rev, entry.rev)
      const read = await bench.read(key)
      assert.ok(Math.abs((read?.freshUntil ?? 0) - times.freshUntil) < 50)
      assert.ok(Math.abs((read?.deadAt ?? 0) - times.deadAt) < 50)
      assert.deepEqual([read?.value, read?.tags, read?.rev], ['v', ['t'], entry.rev])
    },
  },
  {
    says: 'touch: can shorten a life, and end an endless one',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('v', { freshUntil: Infinity, deadAt: Infinity }))
      const soon = bench.clock.now() + 60
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
]
