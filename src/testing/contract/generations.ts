import assert from 'node:assert/strict'
import type { Field } from '../../base/generation.ts'
import type { ContractCase } from './bench.ts'

/** Stamps: one act invalidates any number of entries, and what is not known counts as invalid. */
export const generationCases: readonly ContractCase[] = [
  {
    needs: [],
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
      assert.deepEqual(Object.fromEntries(generations.bumps), {
        '*': stamp,
        'n:b': stamp,
        't:a': stamp,
      })
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
      await bench.store.flushServer({ reallyEverything: true })
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
  {
    says: 'one process: every stamp is a whole number larger than all before it, and is the clock',
    needs: [],
    async run(bench) {
      let last = (await bench.store.read([], [])).generations.clock
      for (let round = 0; round < 20; round++) {
        const stamp = await bench.store.bump(round % 2 === 0 ? ['t:a'] : [])
        assert.ok(Number.isSafeInteger(stamp) && stamp > last)
        const { generations } = await bench.store.read([], [])
        assert.equal(generations.clock, stamp)
        assert.ok(generations.floor <= stamp)
        last = stamp
      }
    },
  },
  {
    says: 'a stamp from a process whose clock is an hour behind is newer than all before it too',
    async run(bench) {
      const late = bench.processBehind(3_600_000)
      const before = await bench.store.bump(['t:a'])
      const stamp = await late.store.bump(['t:a'])
      assert.ok(stamp > before)
      assert.equal((await bench.bumps(['t:a'])).get('t:a'), stamp)
      assert.ok((await bench.store.bump(['t:b'])) > stamp)
    },
  },
  {
    says: 'a stamp is not behind the time of day',
    needs: [],
    async run(bench) {
      await bench.store.bump([])
      await bench.pass(100)
      const behindMs = bench.clock.now() - (await bench.store.bump([])) / 1000
      assert.ok(behindMs < bench.ms(50))
    },
  },
  {
    says: 'a field named twice counts once, in a bump and in a read; 300 fields are as good as one',
    async run(bench) {
      const stamp = await bench.store.bump(['t:a', 't:a'])
      assert.deepEqual([...(await bench.bumps(['t:a', 't:a']))], [['t:a', stamp]])
      const many = Array.from({ length: 300 }, (_, index): Field => `t:many${index}`)
      const next = await bench.store.bump(many)
      const bumps = await bench.bumps(many)
      assert.ok(many.every((field) => bumps.get(field) === next))
    },
  },
  {
    says: 'a bump touches no entry: what is invalid is decided above the store',
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry('v', { tags: ['t'], stamp: 1 }))
      const token = await bench.lease(bench.key('b'))
      await bench.store.bump(['*', 't:t'])
      assert.equal(await bench.value(key), 'v')
      assert.equal(await bench.store.commit(bench.key('b'), token, bench.entry('v')), true)
    },
  },
  {
    says: 'another prefix has generations and keys of its own',
    async run(bench) {
      const { neighbour } = bench
      await neighbour.store.read([], [])
      await bench.store.bump(['*', 't:a'])
      assert.equal((await bench.bumps(['*', 't:a'], neighbour.store)).size, 0)
      await bench.write(bench.key('a'), bench.entry('v'))
      const mine: string[] = []
      if (bench.can.scan)
        for await (const batch of bench.store.scan(bench.head)) mine.push(...batch)
      assert.deepEqual(mine, bench.can.scan ? [bench.key('a')] : [])
    },
  },
]
