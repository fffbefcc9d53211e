import type { Field } from '../../src/base/generation.ts'
import type { Entry, StoreRecord } from '../../src/base/record.ts'
import type { Store, StoreDefinition, Write } from '../../src/base/store.ts'
import { nullStore } from '../../src/stores/null/null.ts'
import { broken, type Tools } from './broken.ts'

const entryUnder = async (store: Store, key: string): Promise<Entry | undefined> =>
  (await store.read([key], [])).result[0]?.entry

const endLease = async (store: Store, key: string): Promise<void> => {
  const token = (await store.read([key], [])).result[0]?.lease?.token
  if (token !== undefined) await store.release(key, token)
}

/** Reads as the store does, each record then changed by `change`. */
const changedRead =
  (
    store: Store,
    change: (record: StoreRecord | undefined, key: string) => StoreRecord | undefined,
  ) =>
  async (...[keys, fields, operation]: Parameters<Store['read']>) => {
    const answer = await store.read(keys, fields, operation)
    const result = answer.result.map((record, index) => change(record, keys[index] as string))
    return { ...answer, result }
  }

/** Remembers by reference what a part of an entry was when it was written, and shows that to readers. */
const byReference = (store: Store, { shared }: Tools, part: 'value' | 'tags'): Partial<Store> => ({
  async write(writes, fields, operation) {
    const answer = await store.write(writes, fields, operation)
    for (const { key, entry } of writes) if (part === 'tags') shared.set(key, entry[part])
    return answer
  },
  async commit(key, token, entry, operation) {
    const stored = await store.commit(key, token, entry, operation)
    if (stored) shared.set(key, entry[part])
    return stored
  },
  read: changedRead(store, (record, key) => {
    if (record?.entry === undefined || !shared.has(key)) return record
    return { ...record, entry: { ...record.entry, [part]: shared.get(key) } }
  }),
})

/** What each does wrong, and a part of the sentence that must then be found untrue. */
export const SUBTLY_BROKEN: readonly (readonly [string, () => StoreDefinition, string])[] = [
  [
    'add is not atomic over what has expired',
    broken((store, _, { shared }) => ({
      async write(writes, fields, operation) {
        const free = await Promise.all(
          writes.map(async ({ key }) => shared.has(key) && !(await entryUnder(store, key))),
        )
        for (const { key } of writes) shared.set(key, true)
        const all = writes.map((write, index): Write => ({
          ...write,
          when: free[index] === true && write.when === 'absent' ? 'always' : write.when,
        }))
        return await store.write(all, fields, operation)
      },
    })),
    'over a dead value exactly one writes',
  ],
  [
    'what is dead can still be read',
    broken((store, _, { shared }) => ({
      async write(writes, fields, operation) {
        const answer = await store.write(writes, fields, operation)
        for (const { key, entry } of writes) shared.set(key, entry)
        return answer
      },
      async remove(keys, fields, operation) {
        for (const key of keys) shared.delete(key)
        return await store.remove(keys, fields, operation)
      },
      read: changedRead(store, (record, key) => {
        const entry = shared.get(key) as Entry | undefined
        if (record !== undefined || entry === undefined) return record
        return { entry, lease: undefined, undecodable: undefined }
      }),
    })),
    'a value is there until deadAt',
  ],
  [
    'the rev of a conditional write is ignored',
    broken((store) => ({
      write: (writes, fields, operation) =>
        store.write(
          writes.map((write) => ({
            ...write,
            when: typeof write.when === 'object' ? 'always' : write.when,
          })),
          fields,
          operation,
        ),
    })),
    'rev: writes over that very value and over nothing else',
  ],
  [
    "a stamp is the time of the process's own clock",
    broken((store, { clock }, { shared }) => {
      const bumps = (): Map<Field, number> => {
        if (!shared.has('bumps')) shared.set('bumps', new Map())
        return shared.get('bumps') as Map<Field, number>
      }
      let last = clock.now() * 1000
      return {
        async bump(fields, operation) {
          await store.stats(operation)
          last = Math.max(last + 1, clock.now() * 1000)
          for (const field of fields) bumps().set(field, last)
          return last
        },
        async read(keys, fields, operation) {
          const answer = await store.read(keys, fields, operation)
          const known = new Map([...bumps()].filter(([field]) => fields.includes(field)))
          return { ...answer, generations: { clock: last, floor: 0, bumps: known } }
        },
      }
    }),
    'whose clock is an hour behind',
  ],
  [
    'all prefixes share their generations',
    broken(
      () => ({}),
      (context) => ({ ...context, prefix: 'one-for-all' }),
    ),
    'another prefix has generations and keys of its own',
  ],
  [
    "readers and the cache share the writer's list of tags",
    broken((store, _, tools) => byReference(store, tools, 'tags')),
    'the list of tags, before or after',
  ],
  [
    'what is committed is kept by reference',
    broken((store, _, tools) => byReference(store, tools, 'value')),
    'what the holder of a lease commits is its own no longer',
  ],
  [
    'a holder that asks again waits for itself',
    broken((store) => ({
      async acquire(key, request, operation) {
        const lease = (await store.read([key], [])).result[0]?.lease
        if (lease?.token !== request.token) return await store.acquire(key, request, operation)
        return { outcome: 'busy', holder: lease.token, remainingMs: request.leaseMs }
      },
    })),
    'gives the holder its own lease again',
  ],
  [
    'a commit dooms its own holder',
    broken((store, _, { inbox }) => ({
      async commit(key, token, entry, operation) {
        const stored = await store.commit(key, token, entry, operation)
        if (stored) inbox()?.doom(token)
        return stored
      },
    })),
    'tell nobody that they load in vain',
  ],
  [
    'whoever releases wakes itself too',
    broken((store, _, { inbox }) => ({
      async release(key, token, operation) {
        await store.release(key, token, operation)
        inbox()?.wake(key)
      },
    })),
    'a release wakes the processes that wait, and no other',
  ],
  [
    'a write that did not happen ends the lease',
    broken((store) => ({
      async write(writes, fields, operation) {
        const answer = await store.write(writes, fields, operation)
        for (const [index, { written }] of answer.result.entries())
          if (!written) await endLease(store, (writes[index] as Write).key)
        return answer
      },
    })),
    'a write that did not happen leaves the load in flight alone',
  ],
  [
    'touch ends the refresh',
    broken((store) => ({
      async touch(key, times, fields, operation) {
        await endLease(store, key)
        return await store.touch(key, times, fields, operation)
      },
    })),
    'touch: leaves the load that refreshes the value alone',
  ],
  [
    'an increment ends the refresh',
    broken((store) => ({
      async increment(key, delta, fields, operation) {
        await endLease(store, key)
        return await store.increment(key, delta, fields, operation)
      },
    })),
    'leaves the load that refreshes the counter alone',
  ],
  [
    'a stale counter counts as missing',
    broken((store, { clock }) => ({
      async increment(key, delta, fields, operation) {
        const answer = await store.increment(key, 0, fields, operation)
        const entry = await entryUnder(store, key)
        if (entry !== undefined && entry.freshUntil <= clock.now())
          return { ...answer, result: { outcome: 'missing' } }
        return await store.increment(key, delta, fields, operation)
      },
    })),
    'adds to a stale value: it still lives',
  ],
  [
    'an increment sets the times anew',
    broken((store) => ({
      async increment(key, delta, fields, operation) {
        const answer = await store.increment(key, delta, fields, operation)
        if (answer.result.outcome === 'done')
          await store.touch(key, { freshUntil: Infinity, deadAt: Infinity }, [])
        return answer
      },
    })),
    'a counter ends when it would have',
  ],
  [
    'a scan shows what has died',
    broken((store, _, { shared }) => ({
      async write(writes, fields, operation) {
        for (const { key } of writes) shared.set(key, true)
        return await store.write(writes, fields, operation)
      },
      async *scan(head, operation) {
        yield* store.scan(head, operation)
        yield [...shared.keys()].filter((key) => key.startsWith(head))
      },
    })),
    'scan: finds what lives throughout',
  ],
  [
    'a flush leaves the leases',
    broken((store) => ({
      async flushServer(operation) {
        await store.stats(operation)
        for await (const keys of store.scan('')) {
          const { result } = await store.read(keys, [])
          for (const [index, record] of result.entries())
            if (record?.entry !== undefined) await store.remove([keys[index] as string], [])
        }
      },
    })),
    'flushServer: entries are gone',
  ],
  [
    'a removal shows the value unasked',
    broken((store) => ({
      remove: (keys, fields, operation) =>
        store.remove(keys, fields, { ...operation, values: true }),
    })),
    'remove: answers what was there, its value only when asked',
  ],
  [
    'a read shows the values unasked',
    broken((store) => ({
      read: (keys, fields, operation) => store.read(keys, fields, { ...operation, values: true }),
    })),
    'leaves the values out when asked to',
  ],
  [
    'an aborted write rejects, but happens',
    broken((store) => ({
      async write(writes, fields, operation) {
        const answer = await store.write(writes, fields)
        operation?.signal?.throwIfAborted()
        return answer
      },
    })),
    'an aborted signal rejects every act',
  ],
  [
    'the clock stays where it was opened',
    broken((store) => {
      const opened = store.read([], [])
      return {
        async read(keys, fields, operation) {
          const answer = await store.read(keys, fields, operation)
          const { clock } = (await opened).generations
          return { ...answer, generations: { ...answer.generations, clock } }
        },
      }
    }),
    'a bump gives all its fields one stamp, and that is the clock',
  ],
  [
    'the end of its lease ends a value',
    broken((store, { clock }, { shared }) => ({
      async acquire(key, request, operation) {
        const acquired = await store.acquire(key, request, operation)
        if (acquired.outcome === 'lease') shared.set(key, clock.now() + 4 * request.leaseMs)
        return acquired
      },
      read: changedRead(store, (record, key) =>
        ((shared.get(key) as number | undefined) ?? Infinity) <= clock.now() ? undefined : record,
      ),
    })),
    'the end of its lease is not the end of a value',
  ],
  [
    'it keeps, and says that it does not',
    broken((store) => ({ can: { ...store.can, keeps: false } })),
    'keeps everything about an entry',
  ],
  [
    'it keeps nothing, and says that it does',
    () => ({
      name: 'dishonest',
      open(context) {
        const store = nullStore().open(context)
        return Object.assign(store, { can: { ...store.can, keeps: true } })
      },
    }),
    'keeps everything about an entry',
  ],
  [
    'it lists its keys, and says that it cannot',
    broken((store) => ({ can: { ...store.can, scan: false } })),
    'scan: finds every key',
  ],
  [
    'it sends messages, and says that it does not',
    broken((store) => ({ can: { ...store.can, pushWake: false } })),
    'a release wakes the processes that wait',
  ],
  [
    'it hands out copies, and says that they are frozen',
    broken((store) => ({
      read: changedRead(store, (record) => record && structuredClone(record)),
    })),
    'values: frozen are read-only',
  ],
]
