import assert from 'node:assert/strict'
import { isCacheError } from '../../base/errors.ts'
import type { Operation } from '../../base/store.ts'
import type { Bench, ContractCase } from './bench.ts'

/** Every act of a store by its name, on one key. */
function everyAct(
  bench: Bench,
  key: string,
): readonly (readonly [string, (operation: Operation) => Promise<unknown>])[] {
  const { store } = bench
  const entry = bench.entry(2)
  const times = { freshUntil: entry.freshUntil + 1000, deadAt: entry.deadAt + 1000 }
  const announced = { keys: [key], fields: ['t:a'] } as const
  const scanning = async (operation: Operation): Promise<unknown> =>
    await store.scan(key, operation)[Symbol.asyncIterator]().next()
  return [
    ['read', (operation) => store.read([key], [], operation)],
    ['write', (operation) => store.write([{ key, entry, when: 'always' }], [], operation)],
    ['remove', (operation) => store.remove([key], [], operation)],
    ['touch', (operation) => store.touch(key, times, [], operation)],
    ['increment', (operation) => store.increment(key, 1, [], operation)],
    ['acquire', (operation) => store.acquire(key, bench.request(), operation)],
    ['commit', (operation) => store.commit(key, entry.rev, entry, operation)],
    ['renew', (operation) => store.renew(key, entry.rev, 1000, operation)],
    ['release', (operation) => store.release(key, entry.rev, operation)],
    ['bump', (operation) => store.bump(['t:a'], operation)],
    ['intend', (operation) => store.intend(announced, entry.rev, 1000, operation)],
    ['withdraw', (operation) => store.withdraw(announced, entry.rev, operation)],
    ...(store.can.scan ? [['scan', scanning] as const] : []),
    ['stats', (operation) => store.stats(operation)],
    ['flushServer', (operation) => store.flushServer(operation)],
  ]
}

/** Listing, statistics, cancelling, closing. */
export const lifeCases: readonly ContractCase[] = [
  {
    needs: ['keeps', 'scan'],
    says: 'scan: finds every key under a head, in batches, and nothing else',
    async run(bench) {
      const names = Array.from({ length: 230 }, (_, index) => `k${index}`)
      await bench.store.write(
        names.map((name) => ({
          key: bench.key(name),
          entry: bench.entry(name),
          when: 'always' as const,
        })),
        [],
      )
      await bench.write(bench.key('other*'), bench.entry(1))
      await bench.store.bump(['t:a'])
      const found = new Set<string>()
      for await (const batch of bench.store.scan(bench.key('k'), { batch: 50 }))
        for (const key of batch) found.add(key)
      assert.deepEqual([...found].toSorted(), names.map((name) => bench.key(name)).toSorted())
    },
  },
  {
    needs: ['keeps', 'scan'],
    says: 'scan: takes the head literally, globs and all',
    async run(bench) {
      await bench.write(bench.key('a*[x]?1'), bench.entry(1))
      await bench.write(bench.key('abx1'), bench.entry(2))
      const found: string[] = []
      for await (const batch of bench.store.scan(bench.key('a*[x]?'))) found.push(...batch)
      assert.deepEqual(found, [bench.key('a*[x]?1')])
    },
  },
  {
    says: 'stats: knows its memory, or says that it does not',
    async run(bench) {
      await bench.write(bench.key('a'), bench.entry('x'.repeat(1000)))
      const stats = await bench.store.stats()
      for (const figure of [
        stats.bytes,
        stats.entries,
        stats.evictions,
        stats.maxBytes,
        stats.clients,
      ]) {
        assert.ok(figure === undefined || figure >= 0)
      }
      if (stats.bytes !== undefined) assert.ok(stats.bytes > 1000)
    },
  },
  {
    says: 'scan: finds what lives throughout, whatever is written and removed meanwhile',
    needs: ['keeps', 'scan'],
    async run(bench) {
      const names = Array.from({ length: 60 }, (_, index) => `k${index}`)
      for (const name of names) await bench.write(bench.key(name), bench.entry(name))
      await bench.write(bench.key('dead'), bench.entry(1, { freshMs: -1, deadMs: -1 }))
      const found = new Set<string>()
      let round = 0
      for await (const batch of bench.store.scan(bench.head, { batch: 7 })) {
        for (const key of batch) found.add(key)
        round++
        await bench.write(bench.key(`new${round}`), bench.entry(round))
        await bench.store.remove([bench.key(`new${round - 1}`)], [])
        assert.ok(round < 1000, 'a scan ends')
      }
      assert.ok(names.every((name) => found.has(bench.key(name))))
      assert.ok(!found.has(bench.key('dead')))
    },
  },
  {
    says: 'an aborted signal rejects every act with its own reason, and nothing has happened',
    needs: [],
    async run(bench) {
      const reason = new Error('given up')
      const signal = AbortSignal.abort(reason)
      const key = bench.key('a')
      await bench.write(key, bench.entry(1))
      const look = async (): Promise<unknown> => {
        const { result, generations } = await bench.store.read([key], ['t:a'])
        const { value, rev } = result[0]?.entry ?? {}
        return [value, rev, result[0]?.lease, generations]
      }
      const before = await look()
      for (const [name, act] of everyAct(bench, key)) {
        await assert.rejects(act({ signal }), reason, name)
      }
      assert.deepEqual(await look(), before)
    },
  },
  {
    needs: [],
    says: 'declares what it can do, and names itself',
    async run(bench) {
      const { can, name } = bench.store
      assert.ok(name.length > 0)
      for (const flag of [can.shared, can.pushWake, can.scan, can.durable, can.keeps])
        assert.equal(typeof flag, 'boolean')
      assert.ok(['ms', 's'].includes(can.expiry))
      assert.ok(['frozen', 'copied'].includes(can.values))
    },
  },
  {
    says: 'after close every act rejects with E_CLOSED, and closing again does no harm',
    needs: [],
    async run(bench) {
      const { store } = bench
      await bench.write(bench.key('a'), bench.entry(1))
      const acts = everyAct(bench, bench.key('a'))
      await store.close()
      await store.close()
      for (const [name, act] of acts) {
        await assert.rejects(act({}), (error) => isCacheError(error, 'E_CLOSED'), name)
      }
    },
  },
  {
    says: 'what was asked for before close is done, and readable by another process',
    async run(bench) {
      const other = bench.second.store
      const pending = bench.write(bench.key('a'), bench.entry('last'))
      await bench.store.close()
      assert.equal(await pending, true)
      assert.equal(await bench.value(bench.key('a'), other), 'last')
    },
  },
]
