import type { Store, StoreDefinition } from '../../src/base/store.ts'

function altered(change: (store: Store) => Partial<Store>) {
  return (definition: StoreDefinition): StoreDefinition => ({
    name: definition.name,
    open(context) {
      const store = definition.open(context)
      const changes = change(store)
      return new Proxy(store, {
        get(target, name: keyof Store) {
          const member: unknown = changes[name] ?? Reflect.get(target, name, target)
          return typeof member === 'function' ? member.bind(target) : member
        },
      })
    },
  })
}

/** Stores that break the protocol where libraries without it do. */
export const MUTANTS: Readonly<Record<string, (store: StoreDefinition) => StoreDefinition>> = {
  'a commit is taken whoever holds the lease': altered((store) => ({
    async commit(key, _token, entry, operation) {
      await store.write([{ key, entry, when: 'always' }], [], operation)
      return true
    },
  })),
  'what is stored counts as new as the moment it is stored': altered((store) => ({
    async commit(key, token, entry, operation) {
      const { generations } = await store.read([], [])
      return await store.commit(key, token, { ...entry, stamp: generations.clock }, operation)
    },
  })),
  'an invalidation of a key leaves the lease of a load in flight': altered((store) => ({
    async remove(keys, fields, operation) {
      const { result } = await store.read(keys, [])
      const loading = keys.filter((_, index) => result[index]?.lease !== undefined)
      const rest = keys.filter((key) => !loading.includes(key))
      const removed = await store.remove(rest, fields, operation)
      return { ...removed, result: keys.map((key) => removed.result[rest.indexOf(key)]) }
    },
  })),
}
