import assert from 'node:assert/strict'
import { isCacheError } from '../../base/errors.ts'
import type { ContractCase } from './bench.ts'

const VALUES: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['undefined', undefined],
  ['false', false],
  ['zero', 0],
  ['minus zero', -0],
  ['NaN', NaN],
  ['an integer beyond 32 bits', 2 ** 40],
  ['a bigint', 2n ** 70n],
  ['an empty text', ''],
  ['text of every script', 'ключ ü☃ 漢字 😀'],
  ['text that looks like a number', '12'],
  ['an empty list', []],
  ['nested data', { a: [1, { b: null, c: undefined }] }],
  ['a date', new Date(1_700_000_000_123)],
  ['a map of sets', new Map([['a', new Set([1, 2])]])],
  ['bytes', Buffer.from([0, 255, 10, 13])],
]

/** What is stored is what comes back. */
export const valueCases: readonly ContractCase[] = [
  {
    says: 'reads nothing where nothing was written',
    needs: [],
    async run(bench) {
      const { result } = await bench.store.read([bench.key('a')], [])
      assert.deepEqual(result, [undefined])
    },
  },
  ...VALUES.map(
    ([name, value]) =>
      ({
        says: `gives back ${name} exactly`,
        async run(bench): Promise<void> {
          await bench.write(bench.key('a'), bench.entry(value))
          const entry = await bench.read(bench.key('a'))
          assert.ok(entry !== undefined)
          assert.deepEqual(entry.value, value)
          assert.ok(Object.is(entry.value, value) || typeof value === 'object')
        },
      }) satisfies ContractCase,
  ),
  {
    says: 'reads at once what it reads, if it can read at once',
    needs: [],
    async run(bench) {
      const key = bench.key('a')
      await bench.write(key, bench.entry(['v'], { tags: ['t'] }))
      await bench.store.bump(['t:t'])
      const { result, generations } = await bench.store.read([key], ['t:t', '*'])
      const now = bench.store.readNow?.(key, ['t:t', '*'])
      if (now === undefined) return
      assert.deepEqual(now.result?.entry, result[0]?.entry)
      assert.deepEqual(now.generations, generations)
      await bench.store.remove([key], [])
      assert.equal(bench.store.readNow?.(key, [])?.result?.entry, undefined)
    },
  },
  {
    says: 'shows by its clock that a stamp has changed, if it can read at once',
    needs: [],
    async run(bench) {
      const { store } = bench
      const clockNow = (): number | undefined =>
        store.readNow?.(bench.key('a'), [])?.generations.clock
      const before = clockNow()
      if (before === undefined) return
      assert.equal(clockNow(), before)
      await store.bump(['t:t'])
      const bumped = clockNow()
      assert.notEqual(bumped, before)
      const announced = { keys: [], fields: ['t:u' as const] }
      await store.intend(announced, bench.first.tokens.next(), bench.ms(1000))
      assert.equal(clockNow(), bumped)
      await bench.pass(1000)
      assert.notEqual(clockNow(), bumped)
    },
  },
  {
    says: 'says which values may be shared, if it can read at once',
    needs: [],
    async run(bench) {
      const { store } = bench
      for (const value of [7, 'text', null, ['v'], { at: new Date(0) }]) {
        const key = bench.key('a')
        await bench.write(key, bench.entry(value))
        const record = store.readNow?.(key, [])?.result
        if (record === undefined) return
        const { result } = await store.read([key], [])
        const isSame = Object.is(result[0]?.entry?.value, record.entry?.value)
        assert.equal(record.isShareable, isSame)
      }
    },
  },
  {
    says: 'keeps everything about an entry: tags, stamp, rev, times, load time',
    async run(bench) {
      const written = bench.entry('v', {
        tags: ['a', 'ü:☃', 'x'.repeat(256)],
        stamp: 1_790_000_000_123_456,
        storedAt: bench.clock.now() - bench.ms(2000),
        loadMs: 37,
        freshMs: 5000,
        deadMs: 60_000,
      })
      await bench.write(bench.key('a'), written)
      const entry = await bench.read(bench.key('a'))
      assert.ok(entry !== undefined)
      assert.deepEqual([...entry.tags], [...written.tags])
      assert.equal(entry.stamp, written.stamp)
      assert.equal(entry.rev, written.rev)
      assert.equal(entry.loadMs, 37)
      assert.ok(bench.isNear(entry.freshUntil, written.freshUntil), 'freshUntil')
      assert.ok(bench.isNear(entry.deadAt, written.deadAt), 'deadAt')
      assert.ok(bench.isNear(entry.storedAt, written.storedAt), 'storedAt')
    },
  },
  {
    says: 'keeps an entry that never ends',
    async run(bench) {
      await bench.write(
        bench.key('a'),
        bench.entry('v', { freshUntil: Infinity, deadAt: Infinity }),
      )
      const entry = await bench.read(bench.key('a'))
      assert.equal(entry?.freshUntil, Infinity)
      assert.equal(entry?.deadAt, Infinity)
    },
  },
  {
    says: 'reads many keys in the order asked for, a key asked for twice twice',
    async run(bench) {
      await bench.write(bench.key('a'), bench.entry(1))
      await bench.write(bench.key('b'), bench.entry(2))
      const keys = ['b', 'missing', 'a', 'b'].map((name) => bench.key(name))
      const { result } = await bench.store.read(keys, [])
      assert.deepEqual(
        result.map((record) => record?.entry?.value),
        [2, undefined, 1, 2],
      )
    },
  },
  {
    says: 'leaves the values out when asked to, and nothing else',
    async run(bench) {
      const written = bench.entry({ big: 'x'.repeat(5000) }, { tags: ['t'] })
      await bench.write(bench.key('a'), written)
      const { result } = await bench.store.read([bench.key('a')], [], { values: false })
      assert.equal(result[0]?.entry?.value, undefined)
      assert.deepEqual(result[0]?.entry?.tags, ['t'])
      assert.equal(result[0]?.entry?.rev, written.rev)
    },
  },
  {
    says: 'writes many in one call',
    async run(bench) {
      const writes = ['a', 'b', 'c'].map((name) => {
        return { key: bench.key(name), entry: bench.entry(name), when: 'always' as const }
      })
      const { result } = await bench.store.write(writes, [])
      assert.deepEqual(
        result.map(({ written }) => written),
        [true, true, true],
      )
      assert.equal(await bench.value(bench.key('c')), 'c')
    },
  },
  {
    says: 'refuses what cannot be encoded with E_ENCODE, and writes nothing of that call',
    async run(bench) {
      await bench.write(bench.key('a'), bench.entry('old'))
      const writes = [
        { key: bench.key('b'), entry: bench.entry('good'), when: 'always' as const },
        { key: bench.key('a'), entry: bench.entry(() => 1), when: 'always' as const },
      ]
      await assert.rejects(bench.store.write(writes, []), (error) =>
        isCacheError(error, 'E_ENCODE'),
      )
      assert.equal(await bench.value(bench.key('a')), 'old')
      assert.equal(await bench.value(bench.key('b')), undefined)
    },
  },
  {
    says: 'carries keys of 250 bytes and of every script',
    async run(bench) {
      const keys = [
        bench.key('ключ☃'),
        bench.key('').padEnd(250, 'x'),
        bench.key('a>b>c%3A{x}*?[y]'),
      ]
      for (const key of keys) await bench.write(key, bench.entry(key))
      const { result } = await bench.store.read(keys, [])
      assert.deepEqual(
        result.map((record) => record?.entry?.value),
        keys,
      )
    },
  },
  {
    says: 'carries a value of half a megabyte, and a thousand keys in one call',
    async run(bench) {
      const large = 'ü'.repeat(250_000)
      await bench.write(bench.key('large'), bench.entry(large))
      assert.equal(await bench.value(bench.key('large')), large)

      const keys = Array.from({ length: 1000 }, (_, index) => bench.key(`k${index}`))
      const writes = keys.map((key, index) => {
        return { key, entry: bench.entry(index), when: 'always' as const }
      })
      await bench.store.write(writes, [])
      const { result } = await bench.store.read(keys, [])
      assert.deepEqual(
        result.map((record) => record?.entry?.value),
        keys.map((_, index) => index),
      )
    },
  },
  {
    says: 'answers no keys with no records, whatever the act',
    needs: [],
    async run(bench) {
      assert.deepEqual((await bench.store.read([], [])).result, [])
      assert.deepEqual((await bench.store.write([], [])).result, [])
      assert.deepEqual((await bench.store.remove([], [])).result, [])
    },
  },
  {
    says: 'shows another process the same entry',
    async run(bench) {
      const written = bench.entry({ a: [1, new Date(5)] }, { tags: ['t'], stamp: 77 })
      await bench.write(bench.key('a'), written)
      const entry = await bench.read(bench.key('a'), bench.second.store)
      assert.deepEqual(
        [entry?.value, entry?.tags, entry?.stamp, entry?.rev],
        [written.value, ['t'], 77, written.rev],
      )
    },
  },
]
