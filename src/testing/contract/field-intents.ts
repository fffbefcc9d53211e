import assert from 'node:assert/strict'
import type { Field, Stamp } from '../../base/generation.ts'
import type { Token } from '../../base/token.ts'
import type { Bench, ContractCase, Process } from './bench.ts'

const RED: readonly Field[] = ['t:red']

/** Announces a change of fields, for a minute unless said otherwise; `forMs` in the steps of {@link Bench.ms}. */
async function intend(
  bench: Bench,
  fields: readonly Field[],
  parts: { by?: Process; token?: Token; forMs?: number } = {},
): Promise<Token> {
  const { by = bench.first, token = by.tokens.next(), forMs = 60_000 } = parts
  await by.store.intend({ keys: [], fields }, token, bench.ms(forMs))
  return token
}

/** The stamp of a field as another process sees it, and the clock that it is given with it. */
async function look(
  bench: Bench,
  field: Field,
): Promise<{ bump: Stamp | undefined; clock: Stamp }> {
  const { generations } = await bench.second.store.read([], [field, 't:other'])
  assert.equal(generations.bumps.get('t:other'), undefined)
  return { bump: generations.bumps.get(field), clock: generations.clock }
}

/** Transactions that announce which tags and namespaces they will change. */
export const fieldIntentCases: readonly ContractCase[] = [
  {
    says: 'an intent that stands invalidates nothing yet',
    async run(bench) {
      const stamp = await bench.store.bump(RED)
      await intend(bench, ['t:red', 'n:a', '*'])
      assert.equal((await look(bench, 't:red')).bump, stamp)
      assert.equal((await look(bench, 'n:a')).bump, undefined)
      assert.equal((await look(bench, '*')).bump, undefined)
    },
  },
  {
    says: 'an intent that is over is a bump, newer than every stamp that was given out while it stood',
    async run(bench) {
      for (const field of ['t:red', 'n:a', '*'] as const) {
        await intend(bench, [field], { forMs: 60 })
        const during = await bench.second.store.bump([])
        await bench.pass(100)
        const { bump, clock } = await look(bench, field)
        assert.ok(bump !== undefined && bump > during)
        assert.ok(clock >= bump, 'what is loaded now is valid')
        assert.deepEqual((await bench.bumps([field])).get(field), bump)
      }
    },
  },
  {
    says: 'a stamp that is issued after an intent was over is newer than the bump that it has become',
    async run(bench) {
      await intend(bench, RED, { forMs: 60 })
      await bench.pass(100)
      const { bump } = await look(bench, 't:red')
      assert.ok((await bench.store.bump([])) > (bump ?? Infinity))
      await intend(bench, ['t:unseen'], { forMs: 60 })
      await bench.pass(100)
      const unseen = await bench.store.bump(['t:unseen'])
      assert.equal((await look(bench, 't:unseen')).bump, unseen)
    },
  },
  {
    says: 'bump with the intent: the transaction is over, and its intent never counts',
    async run(bench) {
      const token = await intend(bench, RED, { forMs: 80 })
      const stamp = await bench.store.bump(RED, { intent: token })
      assert.equal((await look(bench, 't:red')).bump, stamp)
      await bench.pass(120)
      assert.equal((await look(bench, 't:red')).bump, stamp)
    },
  },
  {
    says: 'withdraw: nothing was changed, and the intent never counts',
    async run(bench) {
      const before = await bench.store.bump(['t:blue'])
      const token = await intend(bench, ['t:red', 't:blue'], { forMs: 80 })
      await bench.store.withdraw({ keys: [], fields: ['t:red', 't:blue', 't:none'] }, token)
      await bench.pass(120)
      assert.equal((await look(bench, 't:red')).bump, undefined)
      assert.equal((await look(bench, 't:blue')).bump, before)
      assert.equal((await look(bench, 't:none')).bump, undefined)
    },
  },
  {
    says: "another's bump, with its own intent or without, leaves an intent where it is",
    async run(bench) {
      await intend(bench, RED, { forMs: 100 })
      const other = await intend(bench, RED, { by: bench.second })
      await bench.second.store.bump(RED, { intent: other })
      const stamp = await bench.second.store.bump(RED)
      assert.equal((await look(bench, 't:red')).bump, stamp)
      await bench.pass(150)
      const { bump } = await look(bench, 't:red')
      assert.ok(bump !== undefined && bump > stamp)
    },
  },
  {
    says: "another's withdrawal leaves an intent where it is",
    async run(bench) {
      await intend(bench, RED, { forMs: 60 })
      const other = await intend(bench, RED, { by: bench.second })
      await bench.second.store.withdraw({ keys: [], fields: RED }, other)
      await bench.pass(100)
      assert.notEqual((await look(bench, 't:red')).bump, undefined)
    },
  },
  {
    says: 'an intent that is announced again lasts longer, and is still one',
    async run(bench) {
      const token = await intend(bench, RED, { forMs: 120 })
      for (let round = 0; round < 3; round++) {
        await bench.pass(50)
        await intend(bench, RED, { token, forMs: 120 })
      }
      assert.equal((await look(bench, 't:red')).bump, undefined)
      await bench.store.withdraw({ keys: [], fields: RED }, token)
      await bench.pass(150)
      assert.equal((await look(bench, 't:red')).bump, undefined)
    },
  },
  {
    says: 'an intent that is over cannot be taken back, nor does it hide a newer stamp',
    async run(bench) {
      const token = await intend(bench, RED, { forMs: 60 })
      await bench.pass(100)
      await bench.store.withdraw({ keys: [], fields: RED }, token)
      assert.notEqual((await look(bench, 't:red')).bump, undefined)
      const stamp = await bench.store.bump(RED)
      assert.equal((await look(bench, 't:red')).bump, stamp)
    },
  },
  {
    says: 'an intent that is over and announced again has been a bump in between',
    async run(bench) {
      const token = await intend(bench, RED, { forMs: 60 })
      await bench.pass(100)
      await intend(bench, RED, { token })
      const { bump, clock } = await look(bench, 't:red')
      assert.ok(bump !== undefined && clock >= bump)
    },
  },
  {
    says: 'every act that answers generations tells of an intent that is over',
    async run(bench) {
      const key = bench.key('a')
      const later = bench.clock.now() + 60_000
      await bench.write(key, bench.entry(1))
      const acts = [
        () => bench.store.write([{ key, entry: bench.entry(1), when: 'always' }], RED),
        () => bench.store.touch(key, { freshUntil: later, deadAt: later }, RED),
        () => bench.store.increment(key, 1, RED),
        () => bench.store.read([key], RED),
        () => bench.store.remove([key], RED),
      ]
      let last = 0
      for (const act of acts) {
        await intend(bench, RED, { forMs: 20 })
        await bench.pass(40)
        const { generations } = await act()
        const bump = generations.bumps.get('t:red') ?? 0
        assert.ok(bump > last && generations.clock >= bump)
        last = bump
      }
    },
  },
  {
    says: 'fields and keys are announced and taken back in one call',
    async run(bench) {
      const key = bench.key('a')
      const token = bench.first.tokens.next()
      const announced = { keys: [key], fields: RED }
      await bench.store.intend(announced, token, bench.ms(80))
      assert.equal((await bench.store.read([key], [])).result[0]?.mark?.token, token)
      await bench.store.withdraw(announced, token)
      await bench.pass(120)
      assert.equal((await bench.store.read([key], [])).result[0], undefined)
      assert.equal((await look(bench, 't:red')).bump, undefined)
    },
  },
]
