import assert from 'node:assert/strict'
import type { Token } from '../../base/token.ts'
import { intend, outcomeOf, recordOf } from './announcing.ts'
import type { ContractCase, Process } from './bench.ts'

/** Transactions that announce which keys they will change. */
export const intentCases: readonly ContractCase[] = [
  {
    says: 'intend: takes the place of whatever was there, and nobody may load',
    async run(bench) {
      const names = ['nothing', 'a value', 'a lease', 'a refresh', 'a failure', 'a refusal']
      const keys = names.map((name) => bench.key(name.replace(' ', '-')))
      const [, value, lease, refresh, failure, refusal] = keys as [string, ...string[]]
      const old = bench.entry('old')
      await bench.write(value as string, bench.entry('v', { tags: ['t'] }))
      await bench.write(refresh as string, old)
      const held = await bench.lease(lease as string)
      const refreshing = await bench.lease(refresh as string, bench.first, { seen: old.rev })
      for (const [key, kind] of [
        [failure as string, 'failed'],
        [refusal as string, 'uncacheable'],
      ] as const) {
        const token = await bench.lease(key)
        const mark = { kind, stamp: 1, text: 'x', forMs: bench.ms(90_000) }
        await bench.store.release(key, token, { mark })
      }
      const before = bench.clock.now()
      const token = await intend(bench, keys)
      for (const [index, key] of keys.entries()) {
        const record = await recordOf(bench, key)
        const { until, ...rest } = record?.mark ?? { until: 0 }
        assert.deepEqual(rest, { kind: 'intent', token, stamp: 0, text: '' }, names[index])
        assert.ok(bench.isNear(until, before + bench.ms(60_000)))
        assert.deepEqual([record?.entry, record?.lease], [undefined, undefined])
        assert.equal(await outcomeOf(bench, key, old.rev), 'bypass')
      }
      assert.equal(await bench.store.commit(lease as string, held, bench.entry('late')), false)
      assert.equal(await bench.store.commit(refresh as string, refreshing, old), false)
    },
  },
  {
    needs: ['keeps', 'pushWake'],
    says: 'intend: tells the holder that it loads in vain, and wakes those who wait',
    async run(bench) {
      const key = bench.key('a')
      const held = await bench.lease(key)
      await bench.second.store.acquire(key, bench.request(bench.second))
      await intend(bench, [key], { by: bench.second })
      const { first, second } = bench
      await bench.until(() => first.heard.length > 0 && second.heard.length > 0)
      assert.deepEqual([first.heard, second.heard], [[`doom ${held}`], [`wake ${key}`]])
    },
  },
  {
    says: 'remove with the intent: the transaction is over, and the next may load',
    async run(bench) {
      const key = bench.key('a')
      const token = await intend(bench, [key])
      const { result } = await bench.store.remove([key], [], { intent: token })
      assert.deepEqual(result, [undefined])
      assert.equal(await recordOf(bench, key), undefined)
      const lease = await bench.lease(key)
      assert.equal(await bench.store.commit(key, lease, bench.entry('new')), true)
      assert.equal(await bench.value(key), 'new')
    },
  },
  {
    says: 'remove with an intent that is not there any more removes all the same',
    async run(bench) {
      const key = bench.key('a')
      const token = await intend(bench, [key], { forMs: 40 })
      await bench.pass(80)
      const entry = bench.entry('loaded after its time')
      await bench.write(key, entry)
      const { result } = await bench.store.remove([key], [], { intent: token })
      assert.equal(result[0]?.entry?.rev, entry.rev)
      assert.equal(await bench.read(key), undefined)
    },
  },
  {
    says: 'withdraw: nothing was changed, and the next may load; where nothing was announced nothing happens',
    async run(bench) {
      const [a, b] = [bench.key('a'), bench.key('b')]
      const token = await intend(bench, [a])
      await bench.write(b, bench.entry('v'))
      await bench.store.withdraw({ keys: [a, b, bench.key('none')], fields: [] }, token)
      assert.equal(await recordOf(bench, a), undefined)
      assert.equal(await outcomeOf(bench, a), 'lease')
      assert.equal(await bench.value(b), 'v')
    },
  },
  {
    says: 'an invalidation by somebody else leaves an intent where it is',
    async run(bench) {
      const key = bench.key('a')
      const token = await intend(bench, [key])
      assert.deepEqual((await bench.second.store.remove([key], [])).result, [undefined])
      assert.equal((await recordOf(bench, key))?.mark?.token, token)
      assert.equal(await outcomeOf(bench, key), 'bypass')
    },
  },
  ...(['remove', 'withdraw'] as const).map((end): ContractCase => ({
    says: `two transactions on one key do not end each other's intents (${end})`,
    async run(bench) {
      const key = bench.key('a')
      const first = await intend(bench, [key])
      const second = await intend(bench, [key], { by: bench.second })
      const finish = async (by: Process, token: Token): Promise<unknown> =>
        end === 'remove'
          ? await by.store.remove([key], [], { intent: token })
          : await by.store.withdraw({ keys: [key], fields: [] }, token)
      await finish(bench.first, bench.first.tokens.next())
      assert.equal(await outcomeOf(bench, key), 'bypass')
      await finish(bench.second, second)
      assert.equal(await outcomeOf(bench, key), 'bypass')
      assert.equal((await recordOf(bench, key))?.mark?.token, first)
      await finish(bench.first, first)
      assert.equal(await outcomeOf(bench, key), 'lease')
    },
  })),
  {
    says: 'an intent whose writer has died is gone when its time is over',
    async run(bench) {
      const key = bench.key('a')
      await intend(bench, [key], { forMs: 60 })
      assert.equal(await outcomeOf(bench, key), 'bypass')
      await bench.pass(100)
      assert.equal(await recordOf(bench, key), undefined)
      assert.equal(await outcomeOf(bench, key), 'lease')
    },
  },
  {
    says: 'an intent that is announced again lasts longer, and is still one',
    async run(bench) {
      const key = bench.key('a')
      const token = await intend(bench, [key], { forMs: 120 })
      for (let round = 0; round < 3; round++) {
        await bench.pass(50)
        await intend(bench, [key], { token, forMs: 120 })
      }
      assert.equal(await outcomeOf(bench, key), 'bypass')
      await bench.store.withdraw({ keys: [key], fields: [] }, token)
      assert.equal(await outcomeOf(bench, key), 'lease')
    },
  },
  {
    says: 'the mark of several intents stands until the last is over',
    async run(bench) {
      const key = bench.key('a')
      const before = bench.clock.now()
      await intend(bench, [key], { forMs: 60_000 })
      const newest = await intend(bench, [key], { by: bench.second, forMs: 60 })
      const mark = (await recordOf(bench, key))?.mark
      assert.equal(mark?.token, newest)
      assert.ok(bench.isNear(mark?.until, before + bench.ms(60_000)))
      await bench.pass(100)
      assert.equal(await outcomeOf(bench, key), 'bypass')
    },
  },
  {
    says: 'a writer that has died does not keep a key from being cached, however often it is written',
    async run(bench) {
      const key = bench.key('a')
      await intend(bench, [key], { by: bench.second, forMs: 60 })
      const token = await intend(bench, [key])
      await bench.pass(100)
      await intend(bench, [key], { token })
      await bench.store.remove([key], [], { intent: token })
      assert.equal(await outcomeOf(bench, key), 'lease')
    },
  },
  {
    says: 'commit, renew, release, touch and increment find nothing where an intent is',
    async run(bench) {
      const key = bench.key('a')
      const { store } = bench
      const token = await intend(bench, [key])
      const later = bench.clock.now() + bench.ms(90_000)
      assert.equal(await store.commit(key, token, bench.entry('x')), false)
      assert.equal(await store.renew(key, token, 1000), false)
      await store.release(key, token)
      assert.equal(
        (await store.touch(key, { freshUntil: later, deadAt: later }, [])).result,
        undefined,
      )
      assert.deepEqual((await store.increment(key, 1, [])).result, { outcome: 'missing' })
      assert.equal((await recordOf(bench, key))?.mark?.token, token)
    },
  },
  {
    says: 'a key announced twice in one call, and nothing announced at all, are no trouble',
    async run(bench) {
      const key = bench.key('a')
      const token = await intend(bench, [key, key])
      await intend(bench, [])
      await bench.store.withdraw({ keys: [], fields: [] }, token)
      assert.equal(await outcomeOf(bench, key), 'bypass')
      await bench.store.withdraw({ keys: [key], fields: [] }, token)
      assert.equal(await outcomeOf(bench, key), 'lease')
    },
  },
]
