import assert from 'node:assert/strict'
import { intend, outcomeOf, recordOf } from './announcing.ts'
import type { ContractCase } from './bench.ts'

/** What is written by hand to a key that a transaction has announced: it may be read, and ends with the intent. */
export const besideIntentCases: readonly ContractCase[] = [
  {
    says: 'what is written by hand beside an intent can be read, and ends with it at the latest',
    async run(bench) {
      const [a, b, c] = [bench.key('a'), bench.key('b'), bench.key('c')]
      const before = bench.clock.now()
      await intend(bench, [a, b, c], { forMs: 5000 })
      await bench.write(a, bench.entry('long', { tags: ['t'], freshMs: 8000, deadMs: Infinity }))
      await bench.write(b, bench.entry('short', { freshMs: 2000, deadMs: 3000 }))
      assert.equal(await bench.write(c, bench.entry('added'), 'absent'), true)
      assert.equal(await bench.write(c, bench.entry('again'), 'absent'), false)
      const record = await recordOf(bench, a)
      assert.deepEqual(
        [record?.entry?.value, record?.entry?.tags, record?.lease, record?.mark],
        ['long', ['t'], undefined, undefined],
      )
      const end = before + bench.ms(5000)
      assert.ok(bench.isNear(record?.entry?.freshUntil, end))
      assert.ok(bench.isNear(record?.entry?.deadAt, end))
      const short = await bench.read(b)
      assert.ok(bench.isNear(short?.freshUntil, before + bench.ms(2000)))
      assert.ok(bench.isNear(short?.deadAt, before + bench.ms(3000)))
      assert.equal(await bench.value(c), 'added')
    },
  },
  {
    says: 'what is written by hand ends with the first of several intents',
    async run(bench) {
      const key = bench.key('a')
      await intend(bench, [key], { forMs: 60_000 })
      await intend(bench, [key], { by: bench.second, forMs: 80 })
      await bench.write(key, bench.entry('v'))
      assert.equal(await bench.value(key), 'v')
      await bench.pass(120)
      assert.equal(await bench.read(key), undefined)
      assert.equal((await recordOf(bench, key))?.mark?.kind, 'intent')
      assert.equal(await outcomeOf(bench, key), 'bypass')
    },
  },
  {
    says: 'acquire: shows what was written by hand beside an intent, and lets nobody refresh it',
    async run(bench) {
      const key = bench.key('a')
      await intend(bench, [key])
      const entry = bench.entry('v', { freshMs: -1, deadMs: 60_000 })
      await bench.write(key, entry)
      const acquired = await bench.second.store.acquire(key, bench.request(bench.second))
      assert.ok(acquired.outcome === 'hit')
      assert.deepEqual([acquired.record.entry?.value, acquired.record.mark], ['v', undefined])
      assert.equal(await outcomeOf(bench, key, entry.rev), 'bypass')
    },
  },
  {
    says: 'remove with the intent takes along what was written by hand meanwhile, withdraw leaves it',
    async run(bench) {
      const [a, b] = [bench.key('a'), bench.key('b')]
      const token = await intend(bench, [a, b])
      const entry = bench.entry('v', { tags: ['t'] })
      await bench.write(a, entry)
      await bench.write(b, entry)
      const { result } = await bench.store.remove([a], [], { intent: token, values: true })
      assert.equal(result[0]?.entry?.value, 'v')
      await bench.store.withdraw({ keys: [b], fields: [] }, token)
      assert.equal(await bench.read(a), undefined)
      assert.equal(await bench.value(b), 'v')
      assert.equal((await bench.read(b))?.rev, entry.rev)
      assert.equal(await outcomeOf(bench, a), 'lease')
      assert.equal(await outcomeOf(bench, b, entry.rev), 'lease')
    },
  },
  {
    says: 'where another intent stands, remove with the intent takes the value and leaves the other; withdraw leaves both',
    async run(bench) {
      const [a, b] = [bench.key('a'), bench.key('b')]
      const token = await intend(bench, [a, b])
      const other = await intend(bench, [a, b], { by: bench.second })
      const entry = bench.entry('v')
      await bench.write(a, entry)
      await bench.write(b, entry)
      await bench.store.remove([a], [], { intent: token })
      await bench.store.withdraw({ keys: [b], fields: [] }, token)
      const [first, second] = [await recordOf(bench, a), await recordOf(bench, b)]
      assert.deepEqual([first?.entry, first?.mark?.token], [undefined, other])
      assert.equal(second?.entry?.value, 'v')
      assert.equal(await outcomeOf(bench, b, entry.rev), 'bypass')
    },
  },
  {
    says: 'a plain removal takes what was written by hand, and leaves the intent; so does one by its rev',
    async run(bench) {
      const [a, b] = [bench.key('a'), bench.key('b')]
      await intend(bench, [a, b])
      const entry = bench.entry('v')
      await bench.write(a, entry)
      await bench.write(b, entry)
      const plain = await bench.store.remove([a], [], { values: true })
      const swept = await bench.store.remove([b], [], { revs: [entry.rev] })
      assert.equal(plain.result[0]?.entry?.value, 'v')
      assert.equal(swept.result[0]?.entry?.rev, entry.rev)
      for (const key of [a, b]) {
        assert.equal((await recordOf(bench, key))?.mark?.kind, 'intent')
        assert.equal(await outcomeOf(bench, key), 'bypass')
      }
    },
  },
  {
    says: 'announced again: what was written since stays, and ends when it would have; announced by another: it goes',
    async run(bench) {
      const key = bench.key('a')
      const token = await intend(bench, [key], { forMs: 5000 })
      await bench.write(key, bench.entry('v'))
      const before = await bench.read(key)
      await intend(bench, [key], { token, forMs: 60_000 })
      const after = await bench.read(key)
      assert.deepEqual([after?.value, after?.rev], ['v', before?.rev])
      assert.ok(bench.isNear(after?.deadAt, before?.deadAt ?? 0))
      await intend(bench, [key], { by: bench.second })
      assert.equal(await bench.read(key), undefined)
    },
  },
  {
    says: 'touch and increment work on what was written beside an intent, and make it last no longer',
    async run(bench) {
      const key = bench.key('a')
      const before = bench.clock.now()
      await intend(bench, [key], { forMs: 5000 })
      await bench.write(key, bench.entry(7))
      const times = { freshUntil: Infinity, deadAt: Infinity }
      assert.notEqual((await bench.store.touch(key, times, [])).result, undefined)
      const added = await bench.store.increment(key, 1000, [])
      assert.ok(added.result.outcome === 'done')
      const entry = await bench.read(key)
      assert.equal(entry?.value, 1007)
      assert.ok(bench.isNear(entry?.freshUntil, before + bench.ms(5000)))
      assert.ok(bench.isNear(entry?.deadAt, before + bench.ms(5000)))
      assert.equal(await outcomeOf(bench, key, entry?.rev), 'bypass')
    },
  },
  {
    says: 'rev: no write goes over an intent by its token; over the value beside it one does, and ends with it',
    async run(bench) {
      const key = bench.key('a')
      const before = bench.clock.now()
      const token = await intend(bench, [key], { forMs: 5000 })
      assert.equal(await bench.write(key, bench.entry('x'), { rev: token }), false)
      const first = bench.entry(1)
      await bench.write(key, first)
      assert.equal(await bench.write(key, bench.entry('x'), { rev: token }), false)
      assert.equal(await bench.write(key, bench.entry(2), { rev: first.rev }), true)
      assert.ok(bench.isNear((await bench.read(key))?.deadAt, before + bench.ms(5000)))
      assert.equal(await outcomeOf(bench, key, (await bench.read(key))?.rev), 'bypass')
    },
  },
  {
    says: 'a value that is dead when it is written beside an intent is not there, and the intent is',
    async run(bench) {
      const key = bench.key('a')
      await intend(bench, [key])
      await bench.write(key, bench.entry('v'))
      await bench.write(key, bench.entry('dead', { freshMs: -1 }))
      const record = await recordOf(bench, key)
      assert.deepEqual([record?.entry, record?.mark?.kind], [undefined, 'intent'])
      assert.equal(await outcomeOf(bench, key), 'bypass')
    },
  },
]
