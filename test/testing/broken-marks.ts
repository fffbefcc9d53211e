import type { StoreRecord } from '../../src/base/record.ts'
import type { Store, StoreDefinition, Write } from '../../src/base/store.ts'
import { broken } from './broken.ts'

const recordUnder = async (store: Store, key: string): Promise<StoreRecord | undefined> =>
  (await store.read([key], [])).result[0]

/** What each does wrong with marks, and a part of the sentence that must then be found untrue. */
export const BROKEN_MARKS: readonly (readonly [string, () => StoreDefinition, string])[] = [
  [
    'a load leaves no mark',
    broken((store) => ({ release: (key, token) => store.release(key, token) })),
    'leaves the mark of a load that failed',
  ],
  [
    'a failed load and one that is not to be stored leave the same mark',
    broken((store) => ({
      release: (key, token, operation) => {
        const mark = operation?.mark && { ...operation.mark, kind: 'failed' as const }
        return store.release(key, token, mark && { mark })
      },
    })),
    'leaves the mark of a load that is not to be stored',
  ],
  [
    'a mark stands for ever',
    broken((store) => ({
      release: (key, token, operation) => {
        const mark = operation?.mark && { ...operation.mark, forMs: Infinity }
        return store.release(key, token, mark && { mark })
      },
    })),
    'a mark is gone when its time is over',
  ],
  [
    'anybody can leave a mark',
    broken((store) => ({
      async release(key, token, operation) {
        const held = (await recordUnder(store, key))?.lease?.token
        await store.release(key, operation?.mark === undefined ? token : (held ?? token), operation)
      },
    })),
    'whoever does not hold the lease leaves no mark',
  ],
  [
    'a mark takes the place of the old value',
    broken((store) => ({
      async release(key, token, operation) {
        const record = await recordUnder(store, key)
        const holds = record?.lease?.token === token
        if (holds && record?.entry !== undefined && operation?.mark !== undefined)
          await store.remove([key], [], { revs: [record.entry.rev] })
        await store.release(key, token, operation)
      },
    })),
    'leaves no mark where a value lives',
  ],
  [
    'a failed load keeps the next away',
    broken((store) => ({
      async acquire(key, request, operation) {
        const record = await recordUnder(store, key)
        if (record?.mark !== undefined) return { outcome: 'bypass' }
        return await store.acquire(key, request, operation)
      },
    })),
    'after a failed load the next may try',
  ],
  [
    'all queue for what is not to be stored',
    broken((store) => ({
      async acquire(key, request, operation) {
        const record = await recordUnder(store, key)
        if (record?.mark !== undefined) await store.remove([key], [])
        return await store.acquire(key, request, operation)
      },
    })),
    'where nothing is to be stored nobody queues',
  ],
  [
    'a mark is in the way of add',
    broken((store) => ({
      async write(writes, fields, operation) {
        const records = await Promise.all(writes.map(({ key }) => recordUnder(store, key)))
        const changed = writes.map((write, index): Write => {
          const blocked = write.when === 'absent' && records[index]?.mark !== undefined
          return blocked ? { ...write, when: { rev: write.entry.rev } } : write
        })
        return await store.write(changed, fields, operation)
      },
    })),
    'a write by hand replaces a mark',
  ],
  [
    'a removal shows the mark',
    broken((store) => ({
      async remove(keys, fields, operation) {
        const { result } = await store.read(keys, [])
        const answer = await store.remove(keys, fields, operation)
        const shown = answer.result.map((found, index) =>
          result[index]?.mark === undefined ? found : result[index],
        )
        return { ...answer, result: shown }
      },
    })),
    'takes a mark away and answers that nothing was there',
  ],
  [
    'a removal spares marks',
    broken((store) => ({
      async remove(keys, fields, operation) {
        const { result } = await store.read(keys, [])
        const revs = result.map((record) => record?.mark?.token)
        if (operation?.revs !== undefined || !revs.some((rev) => rev !== undefined))
          return await store.remove(keys, fields, operation)
        return await store.remove(keys, fields, {
          ...operation,
          revs: revs.map((rev) => rev ?? ''),
        })
      },
    })),
    'takes a mark away and answers that nothing was there',
  ],
  [
    'a sweep takes marks',
    broken((store) => ({
      async remove(keys, fields, operation) {
        const { result } = await store.read(keys, [])
        const marked = keys.filter((_, index) => {
          const token = result[index]?.mark?.token
          return token !== undefined && token === operation?.revs?.[index]
        })
        if (marked.length > 0) await store.remove(marked, [])
        return await store.remove(keys, fields, operation)
      },
    })),
    'spares a mark, also by its own token',
  ],
]
