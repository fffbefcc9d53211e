import assert from 'node:assert/strict'
import type { Field } from '../../base/generation.ts'
import type { ContractCase } from './bench.ts'

/** Stamps: one act invalidates any number of entries, and what is not known counts as invalid. */
export const generationCases: readonly ContractCase[] = [
  {
    says: 'a field that was never bumped has no stamp; the clock is not older than the floor',
    async run(bench) {
      const { generations } = await bench.store.read([], ['*', 't:a'])
      assert.equal(generations.bumps.size, 0)
      assert.ok(generations.clock >= generations.floor)
    },
  },
  {
    says: 'a bump gives all its fields one stamp, and that is the clock',
    async run(bench) {
      const stamp = await bench.store.bump(['t:a', 'n:b', '*'])
      const { generations } = await bench.store.read([], ['t:a', 'n:b', '*', 't:other'])
      assert.deepEqual([...generations.bumps].toSorted(), [
        ['*', stamp],
        ['n:b', stamp],
        ['t:a', stamp],
      ])
      assert.equal(generations.clock, stamp)
    },
  },
  {
    says: 'every stamp is larger than all before it, whoever bumps',
    async run(bench) {
      const stamps: number[] = [(await bench.store.read([], [])).generations.clock]
      for (let round = 0; round < 10; round++) {
        stamps.push(await bench.store.bump(['t:a']))
        stamps.push(await bench.second.store.bump([]))
      }
      assert.deepEqual(
        stamps,
        stamps.toSorted((a, b) => a - b),
      )
      assert.equal(new Set(stamps).size, stamps.length)
    },
  },
  {
    says: 'a bump without fields issues a stamp and invalidates nothing',
    async run(bench) {
      await bench.store.bump(['t:a'])
      const before = await bench.bumps(['t:a', '*'])
      await bench.store.bump([])
      assert.deepEqual(await bench.bumps(['t:a', '*']), before)
    },
  },
  {
    says: 'only the fields asked for are answered',
    async run(bench) {
      await bench.store.bump(['t:a', 't:b'])
      assert.deepEqual([...(await bench.bumps(['t:b'])).keys()], ['t:b'])
    },
  },
  {
    says: 'another process sees a bump in its next read',
    async run(bench) {
      const stamp = await bench.store.bump(['t:a'])
      assert.equal((await bench.bumps(['t:a'], bench.second.store)).get('t:a'), stamp)
    },
  },
  {
    says: 'every act answers the generations along with its own answer',
    async run(bench) {
      const fields: readonly Field[] = ['t:a']
      const stamp = await bench.store.bump(fields)
      const key = bench.key('n')
      const later = bench.clock.now() + 60_000
      const answers = [
        await bench.store.write([{ key, entry: bench.entry(1), when: 'always' }], fields),
        await bench.store.read([key], fields),
        await bench.store.touch(key, { freshUntil: later, deadAt: later }, fields),
        await bench.store.increment(key, 1, fields),
        await bench.store.remove([key], fields),
      ]
      assert.deepEqual(
        answers.map(({ generations }) => [
          generations.bumps.get('t:a'),
          generations.clock >= stamp,
        ]),
        answers.map(() => [stamp, true]),
      )
    },
  },
  {
    says: 'tags of every kind are fields: with spaces, colons, of every script, 256 bytes long',
    async run(bench) {
      const fields: readonly Field[] = ['t:a b:c*', 't:ü☃', `t:${'x'.repeat(256)}`, 'n:a>b%3A']
      const stamp = await bench.store.bump(fields)
      assert.deepEqual(
        [...(await bench.bumps(fields)).values()],
        fields.map(() => stamp),
      )
    },
  },
  {
    says: 'flushServer: entries are gone, and nothing that was stamped before it is valid after it',
    async run(bench) {
      const key = bench.key('a')
      const before = await bench.store.bump(['t:a'])
      await bench.write(key, bench.entry('v', { stamp: before }))
      const token = await bench.lease(bench.key('b'))
      await bench.store.flushServer()
      assert.equal(await bench.read(key), undefined)
      assert.equal(await bench.store.commit(bench.key('b'), token, bench.entry('late')), false)
      const { generations } = await bench.store.read([], ['t:a'])
      const stillKnown = generations.bumps.get('t:a') === before
      assert.ok(
        stillKnown || generations.floor > before,
        'the bump is kept, or the floor is above it',
      )
    },
  },
]
