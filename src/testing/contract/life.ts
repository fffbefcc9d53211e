import assert from 'node:assert/strict'
import { isCacheError } from '../../base/errors.ts'
import type { ContractCase } from './bench.ts'

/** Listing, statistics, cancelling, closing. */
export const lifeCases: readonly ContractCase[] = [
  {
    says: 'scan: finds every key under a head, in batches, and nothing else',
    async run(bench) {
      if (!bench.store.can.scan) return
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
    says: 'scan: takes the head literally, globs and all',
    async run(bench) {
      if (!bench.store.can.scan) return
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
    says: 'an aborted signal rejects with its own reason, before anything happens',
    async run(bench) {
      const reason = new Error('given up')
      const signal = AbortSignal.abort(reason)
      const key = bench.key('a')
      await assert.rejects(bench.store.read([key], [], { signal }), reason)
      await assert.rejects(
        bench.store.write([{ key, entry: bench.entry(1), when: 'always' }], [], { signal }),
        reason,
      )
      assert.equal(await bench.read(key), undefined)
    },
  },
  {
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
    async run(bench) {
      const { store } = bench
      await bench.write(bench.key('a'), bench.entry(1))
      await store.close()
      await store.close()
      const isClosed = (error: unknown): boolean => isCacheError(error, 'E_CLOSED')
      await assert.rejects(store.read([bench.key('a')], []), isClosed)
      await assert.rejects(store.remove([bench.key('a')], []), isClosed)
      await assert.rejects(store.bump(['*']), isClosed)
      await assert.rejects(store.acquire(bench.key('a'), bench.request()), isClosed)
      await assert.rejects(store.stats(), isClosed)
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
