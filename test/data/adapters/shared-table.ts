import { type ChangeTracker, trackChanges } from 'breakwater/data'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { patientCache } from '../patient-cache.ts'
import { processContract, type SharedTable } from '../process-contract.ts'
import { WriterProcesses } from '../writer-process.ts'

interface OpenTable extends SharedTable {
  /** The first rows. */
  reset(): Promise<unknown>
  close(): Promise<unknown>
}

interface Shared {
  readonly cache: Cache
  readonly tracker: ChangeTracker
  readonly processesOn: (database: string) => WriterProcesses
  /** What somebody says who has written with a program that is not tracked. */
  readonly said: (ids: readonly number[]) => Promise<unknown>
}

/** Has cached reads of a library keep the contract of processes, on a Redis of their own. */
export function describeShared(by: string, open: (shared: Shared) => Promise<OpenTable>): void {
  describe(`cached reads of ${by}, beside other processes`, () => {
    let store: RedisServer
    let table: OpenTable
    let cache: Cache

    beforeAll(async () => {
      store = await startRedis()
      const prefix = 'shared'
      cache = patientCache(store.url, prefix)
      const tracker = trackChanges(cache)
      table = await open({
        cache,
        tracker,
        processesOn: (database) => new WriterProcesses({ by, store: store.url, prefix, database }),
        said: (ids) =>
          tracker.changed({ entity: 'items', operation: 'update', ids: ids.map(String) }),
      })
    })
    beforeEach(async () => {
      await table.reset()
      await cache.clear()
    })
    afterAll(async () => {
      await table.processes.stop()
      await table.close()
      await cache.close()
      await store.stop()
    })

    processContract(() => table)
  })
}
