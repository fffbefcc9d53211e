import type { Field } from '../../src/base/generation.ts'
import type { Entry } from '../../src/base/record.ts'
import type { AcquireRequest, Inbox, StoreDefinition, Write } from '../../src/base/store.ts'
import { broken } from './broken.ts'

const always = (writes: readonly Write[]): Write[] =>
  writes.map((write) => ({ ...write, when: 'always' }))

/** Each is wrong in the way that its name says; the suite must notice every one. */
export const BROKEN: readonly (readonly [string, () => StoreDefinition])[] = [
  [
    'add overwrites what is there',
    broken((store) => ({ write: (writes, fields) => store.write(always(writes), fields) })),
  ],
  [
    'add looks first and writes later',
    broken((store) => ({
      async write(writes, fields) {
        const { result } = await store.read(
          writes.map(({ key }) => key),
          [],
        )
        const free = writes.every(
          ({ when }, index) => when !== 'absent' || result[index]?.entry === undefined,
        )
        return await store.write(free ? always(writes) : writes, fields)
      },
    })),
  ],
  [
    'a commit does not look at the token',
    broken((store) => ({
      async commit(key, _, entry) {
        await store.write([{ key, entry, when: 'always' }], [])
        return true
      },
    })),
  ],
  [
    'a doomed lease is not stolen',
    broken((store) => ({
      acquire: (key, request: AcquireRequest) => store.acquire(key, { ...request, need: 0 }),
    })),
  ],
  [
    'every lease is stolen',
    broken((store) => ({
      acquire: (key, request: AcquireRequest) => store.acquire(key, { ...request, need: Infinity }),
    })),
  ],
  [
    'a value that the caller has not seen is not shown',
    broken((store) => ({
      async acquire(key, request: AcquireRequest) {
        const { result } = await store.read([key], [])
        return await store.acquire(key, { ...request, seen: result[0]?.entry?.rev ?? request.seen })
      },
    })),
  ],
  ['a renewal does not prolong', broken(() => ({ renew: async () => true }))],
  ['a release frees nothing', broken(() => ({ release: async () => {} }))],
  [
    "a release takes anybody's lease",
    broken((store) => ({
      async release(key) {
        const { result } = await store.read([key], [])
        const token = result[0]?.lease?.token
        if (token !== undefined) await store.release(key, token)
      },
    })),
  ],
  [
    'nobody is woken',
    broken((store) => ({ listen: (inbox: Inbox) => store.listen({ ...inbox, wake: () => {} }) })),
  ],
  [
    'nobody is told that their load is in vain',
    broken((store) => ({ listen: (inbox: Inbox) => store.listen({ ...inbox, doom: () => {} }) })),
  ],
  [
    'touch revives what is stale',
    broken((store) => ({
      async touch(key, times, fields) {
        const { result } = await store.read([key], [])
        const entry = result[0]?.entry
        if (entry !== undefined)
          await store.write([{ key, entry: { ...entry, ...times }, when: 'always' }], [])
        return await store.touch(key, times, fields)
      },
    })),
  ],
  [
    'an increment forgets the times',
    broken((store, { clock }) => ({
      async increment(key, delta, fields) {
        const answer = await store.increment(key, delta, fields)
        const deadAt = clock.now() + 300_000
        if (answer.result.outcome === 'done')
          await store.touch(key, { freshUntil: deadAt, deadAt }, [])
        return answer
      },
    })),
  ],
  [
    'an increment counts in doubles',
    broken((store) => ({
      async increment(key, delta, fields) {
        const answer = await store.increment(key, delta, fields)
        if (answer.result.outcome !== 'done') return answer
        return { ...answer, result: { ...answer.result, value: Number(answer.result.value) } }
      },
    })),
  ],
  [
    'a removal leaves the lease of a load in flight',
    broken((store) => ({
      async remove(keys, fields, operation) {
        const { result } = await store.read(keys, [])
        const revs = result.map((record) => record?.entry?.rev ?? '')
        return await store.remove(keys, fields, { ...operation, revs: operation?.revs ?? revs })
      },
    })),
  ],
  [
    'a removal by rev removes whatever is there',
    broken((store) => ({
      remove: (keys, fields, operation) => {
        return store.remove(
          keys,
          fields,
          operation?.values === undefined ? {} : { values: operation.values },
        )
      },
    })),
  ],
  [
    'a stamp is the time of day, twice the same in one millisecond',
    broken((store, { clock }) => {
      const bumped = new Map<Field, number>()
      return {
        async bump(fields) {
          for (const field of fields) bumped.set(field, clock.now() * 1000)
          return clock.now() * 1000
        },
        async read(keys, fields, operation) {
          const answer = await store.read(keys, fields, operation)
          const bumps = new Map([...bumped].filter(([field]) => fields.includes(field)))
          return {
            ...answer,
            generations: { ...answer.generations, clock: clock.now() * 1000, bumps },
          }
        },
      }
    }),
  ],
  [
    'the tags get lost',
    broken((store) => ({
      write: (writes, fields) => {
        return store.write(
          writes.map((write) => ({ ...write, entry: { ...write.entry, tags: [] } })),
          fields,
        )
      },
    })),
  ],
  [
    'readers and the cache share one object',
    broken((store) => {
      const shared = new Map<string, unknown>()
      return {
        async write(writes, fields) {
          const answer = await store.write(writes, fields)
          for (const { key, entry } of writes) shared.set(key, entry.value)
          return answer
        },
        async read(keys, fields, operation) {
          const answer = await store.read(keys, fields, operation)
          if (operation?.values === false) return answer
          const result = answer.result.map((record, index) => {
            const entry = record?.entry
            if (record === undefined || entry === undefined) return record
            const value = shared.get(keys[index] as string) ?? entry.value
            return { ...record, entry: { ...entry, value } }
          })
          return { ...answer, result }
        },
      }
    }),
  ],
  [
    'half of a call is written before the other half is refused',
    broken((store) => ({
      async write(writes, fields) {
        const results = []
        for (const write of writes) results.push((await store.write([write], fields)).result[0])
        const { generations } = await store.read([], fields)
        return {
          result: results.flatMap((result) => (result === undefined ? [] : [result])),
          generations,
        }
      },
    })),
  ],
  [
    'the lease of a refresh hides the value',
    broken((store) => ({
      async read(keys, fields, operation) {
        const answer = await store.read(keys, fields, operation)
        const result = answer.result.map((record) =>
          record?.lease === undefined ? record : { ...record, entry: undefined },
        )
        return { ...answer, result }
      },
    })),
  ],
  [
    'the order of the keys gets lost',
    broken((store) => ({
      async read(keys, fields, operation) {
        const answer = await store.read(keys.toSorted(), fields, operation)
        return answer
      },
    })),
  ],
  [
    'the head of a scan is a pattern',
    broken((store) => ({
      async *scan(head, operation) {
        const pattern = new RegExp(
          `^${head.replaceAll('*', '.*').replaceAll('?', '.').replaceAll('[x]', 'x')}`,
        )
        for await (const batch of store.scan('', operation))
          yield batch.filter((key) => pattern.test(key))
      },
    })),
  ],
  [
    'an aborted call goes ahead',
    broken((store) => ({
      read: (keys, fields, operation) =>
        store.read(
          keys,
          fields,
          operation?.values === undefined ? {} : { values: operation.values },
        ),
    })),
  ],
  ['close does nothing', broken(() => ({ close: async () => {} }))],
  [
    'times are kept in seconds',
    broken((store) => ({
      write: (writes, fields) => {
        const cut = (ms: number): number => Math.floor(ms / 1000) * 1000
        const entries = writes.map((write): Write => {
          const entry: Entry = {
            ...write.entry,
            freshUntil: cut(write.entry.freshUntil),
            deadAt: cut(write.entry.deadAt),
          }
          return { ...write, entry }
        })
        return store.write(entries, fields)
      },
    })),
  ],
]
