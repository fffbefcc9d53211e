import type { Field } from '../../src/base/generation.ts'
import type { StoreRecord } from '../../src/base/record.ts'
import type { Store, StoreDefinition, Write } from '../../src/base/store.ts'
import { broken } from './broken.ts'

const recordUnder = async (store: Store, key: string): Promise<StoreRecord | undefined> =>
  (await store.read([key], [])).result[0]

const NO_FIELDS: readonly Field[] = []

/** What each does wrong with intents, and a part of the sentence that must then be found untrue. */
export const BROKEN_INTENTS: readonly (readonly [string, () => StoreDefinition, string])[] = [
  [
    'nothing is announced of keys',
    broken((store) => ({
      intend: ({ fields }, token, forMs) => store.intend({ keys: [], fields }, token, forMs),
    })),
    'intend: takes the place of whatever was there',
  ],
  [
    'nothing is announced of fields',
    broken((store) => ({
      intend: ({ keys }, token, forMs) => store.intend({ keys, fields: NO_FIELDS }, token, forMs),
    })),
    'an intent that is over is a bump',
  ],
  [
    'an intent stands for ever',
    broken((store) => ({
      intend: (announced, token) => store.intend(announced, token, 10 ** 9),
    })),
    'an intent whose writer has died is gone when its time is over',
  ],
  [
    'an intent is announced for too short',
    broken((store) => ({
      intend: (announced, token, forMs) => store.intend(announced, token, forMs / 2),
    })),
    'takes the place of whatever was there',
  ],
  [
    'one intent for all writers',
    broken((store) => ({
      intend: (announced, _, forMs) => store.intend(announced, 'everybody0000001', forMs),
      withdraw: (announced) => store.withdraw(announced, 'everybody0000001'),
      remove: (keys, fields, operation) =>
        store.remove(
          keys,
          fields,
          operation?.intent === undefined
            ? operation
            : { ...operation, intent: 'everybody0000001' },
        ),
      bump: (fields, operation) =>
        store.bump(
          fields,
          operation?.intent === undefined
            ? operation
            : { ...operation, intent: 'everybody0000001' },
        ),
    })),
    "two transactions on one key do not end each other's intents",
  ],
  [
    'a withdrawal of fields does nothing',
    broken((store) => ({
      withdraw: ({ keys }, token) => store.withdraw({ keys, fields: NO_FIELDS }, token),
    })),
    'withdraw: nothing was changed, and the intent never counts',
  ],
  [
    'a withdrawal of keys does nothing',
    broken((store) => ({
      withdraw: ({ fields }, token) => store.withdraw({ keys: [], fields }, token),
    })),
    'withdraw: nothing was changed, and the next may load',
  ],
  [
    'a withdrawal removes what was written meanwhile',
    broken((store) => ({
      async withdraw(announced, token) {
        await store.withdraw(announced, token)
        await store.remove(announced.keys, [])
      },
    })),
    'remove with the intent takes along what was written by hand meanwhile, withdraw leaves it',
  ],
  [
    'a removal does not end the intent',
    broken((store) => ({
      remove: (keys, fields, operation) => {
        const rest: { intent?: string } = { ...operation }
        delete rest.intent
        return store.remove(keys, fields, rest)
      },
    })),
    'remove with the intent: the transaction is over',
  ],
  [
    'a removal with an intent ends nothing but the intent',
    broken((store) => ({
      async remove(keys, fields, operation) {
        if (operation?.intent === undefined) return await store.remove(keys, fields, operation)
        await store.withdraw({ keys, fields: NO_FIELDS }, operation.intent)
        return await store.remove([], fields, operation).then((answer) => ({
          ...answer,
          result: keys.map(() => undefined),
        }))
      },
    })),
    'remove with an intent that is not there any more removes all the same',
  ],
  [
    'a bump does not end the intent',
    broken((store) => ({ bump: (fields) => store.bump(fields) })),
    'bump with the intent: the transaction is over',
  ],
  [
    "a plain removal ends everybody's intents",
    broken((store, _, { shared }) => ({
      async intend(announced, token, forMs) {
        for (const key of announced.keys) shared.set(key, [...tokensOf(shared, key), token])
        await store.intend(announced, token, forMs)
      },
      async remove(keys, fields, operation) {
        for (const key of keys)
          for (const token of tokensOf(shared, key))
            await store.withdraw({ keys: [key], fields: NO_FIELDS }, token)
        return await store.remove(keys, fields, operation)
      },
    })),
    'an invalidation by somebody else leaves an intent where it is',
  ],
  [
    "a bump ends everybody's intents",
    broken((store, _, { shared }) => ({
      async intend(announced, token, forMs) {
        for (const field of announced.fields) shared.set(field, [...tokensOf(shared, field), token])
        await store.intend(announced, token, forMs)
      },
      async bump(fields, operation) {
        for (const field of fields)
          for (const token of tokensOf(shared, field))
            await store.withdraw({ keys: [], fields: [field] }, token)
        return await store.bump(fields, operation)
      },
    })),
    "another's bump, with its own intent or without, leaves an intent where it is",
  ],
  [
    'what is written beside an intent takes its place',
    broken((store, { clock }, { shared }) => ({
      async intend(announced, token, forMs) {
        for (const key of announced.keys) shared.set(key, [...tokensOf(shared, key), token])
        await store.intend(announced, token, forMs)
      },
      async write(writes, fields, operation) {
        const { result } = await store.read(
          writes.map(({ key }) => key),
          [],
        )
        for (const [index, { key, entry, when }] of writes.entries()) {
          const goes =
            when === 'always' || (when === 'absent' && result[index]?.entry === undefined)
          if (!goes || entry.deadAt <= clock.now()) continue
          for (const token of tokensOf(shared, key))
            await store.withdraw({ keys: [key], fields: NO_FIELDS }, token)
        }
        return await store.write(writes, fields, operation)
      },
    })),
    'what is written by hand beside an intent can be read, and ends with it at the latest',
  ],
  [
    'an intent is in the way of add',
    broken((store) => ({
      async write(writes, fields, operation) {
        const { result } = await store.read(
          writes.map(({ key }) => key),
          [],
        )
        const changed = writes.map((write, index): Write => {
          const blocked = write.when === 'absent' && result[index]?.mark?.kind === 'intent'
          return blocked ? { ...write, when: { rev: write.entry.rev } } : write
        })
        return await store.write(changed, fields, operation)
      },
    })),
    'what is written by hand beside an intent can be read',
  ],
  [
    'announced again, what was written since goes',
    broken((store) => ({
      async intend(announced, token, forMs) {
        await store.remove(announced.keys, [])
        await store.intend(announced, token, forMs)
      },
    })),
    'announced again: what was written since stays',
  ],
  [
    'an intent waits for the load that is running',
    broken((store) => ({
      async intend({ keys, fields }, token, forMs) {
        const records = await Promise.all(keys.map((key) => recordUnder(store, key)))
        const free = keys.filter((_, index) => records[index]?.lease === undefined)
        await store.intend({ keys: free, fields }, token, forMs)
      },
    })),
    'intend: takes the place of whatever was there',
  ],
  [
    'whoever loads waits instead of passing by',
    broken((store) => ({
      async acquire(key, request, operation) {
        const acquired = await store.acquire(key, request, operation)
        if (acquired.outcome !== 'bypass') return acquired
        return { outcome: 'busy', holder: request.token, remainingMs: 1000 }
      },
    })),
    'intend: takes the place of whatever was there',
  ],
]

function tokensOf(shared: Map<string, unknown>, where: string): string[] {
  return (shared.get(where) ?? []) as string[]
}
