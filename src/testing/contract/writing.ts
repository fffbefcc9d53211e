import assert from 'node:assert/strict'
import type { ContractCase } from './bench.ts'

/** Conditions and removal. */
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
    says: 'absent: of 20 writers over a dead value exactly one writes',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('dead', { freshMs: 40, deadMs: 40 }))
      await bench.pass(80)
      const written = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          bench.write(
            key,
            bench.entry(index),
            'absent',
            index % 2 === 0 ? bench.store : bench.second.store,
          ),
        ),
      )
      assert.equal(written.filter(Boolean).length, 1)
      assert.equal(await bench.value(key), written.indexOf(true))
    },
  },
  {
    says: 'writes of one key in one call happen in their order',
    async run(bench) {
      const key = bench.key('a')
      const { result } = await bench.store.write(
        [
          { key, entry: bench.entry(1), when: 'absent' },
          { key, entry: bench.entry(2), when: 'absent' },
          { key, entry: bench.entry(3), when: 'always' },
        ],
        [],
      )
      assert.deepEqual(
        result.map(({ written }) => written),
        [true, false, true],
      )
      assert.equal(await bench.value(key), 3)
    },
  },
  {
    says: 'a write that did not happen leaves the load in flight alone',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old')
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev })
      assert.equal(await bench.write(key, bench.entry('x'), 'absent'), false)
      assert.equal(await bench.write(key, bench.entry('x'), { rev: token }), false)
      assert.equal(await bench.store.commit(key, token, bench.entry('loaded')), true)
      assert.equal(await bench.value(key), 'loaded')
    },
  },
  {
    says: 'rev: a write that did happen ends the load in flight',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old')
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev })
      assert.equal(await bench.write(key, bench.entry('by hand'), { rev: old.rev }), true)
      assert.equal(await bench.store.commit(key, token, bench.entry('loaded')), false)
      assert.equal(await bench.value(key), 'by hand')
    },
  },
  {
    says: 'rev: does not write where only a lease is',
    async run(bench) {
      const key = bench.key('a')
      const token = await bench.lease(key)
      assert.equal(await bench.write(key, bench.entry('x'), { rev: token }), false)
      assert.equal(await bench.read(key), undefined)
    },
  },
  {
    says: 'remove: a key named twice is found once',
    async run(bench) {
      const key = bench.key('a')
      const entry = bench.entry('v')
      await bench.write(key, entry)
      const { result } = await bench.store.remove([key, key], [])
      assert.deepEqual(
        result.map((record) => record?.entry?.rev),
        [entry.rev, undefined],
      )
    },
  },
  {
    says: 'remove: ends the refresh of a value along with it',
    async run(bench) {
      const key = bench.key('a')
      const old = bench.entry('old')
      await bench.write(key, old)
      const token = await bench.lease(key, bench.first, { seen: old.rev })
      await bench.second.store.remove([key], [])
      assert.equal((await bench.store.read([key], [])).result[0], undefined)
      assert.equal(await bench.store.commit(key, token, bench.entry('loaded')), false)
      assert.equal(await bench.read(key), undefined)
    },
  },
  {
    says: 'remove by rev: leaves a lease alone where no value is, and answers nothing for what it spared',
    async run(bench) {
      const [a, b] = [bench.key('a'), bench.key('b')]
      const token = await bench.lease(a)
      await bench.write(b, bench.entry('v'))
      const revs = [token, token]
      const { result } = await bench.store.remove([a, b], [], { revs })
      assert.deepEqual(result, [undefined, undefined])
      assert.equal(await bench.store.commit(a, token, bench.entry('loaded')), true)
      assert.equal(await bench.value(b), 'v')
    },
  },
]
