import type { Store, StoreDefinition } from 'breakwater'

/** Broken variants of the store that the checker must catch. */
export const MUTANTS = ['no-token', 'no-steal', 'no-journal'] as const
export type Mutant = (typeof MUTANTS)[number]

/**
 * `no-token`: what is loaded is stored whoever holds the lease, as libraries without leases do. `no-steal`: a lease that an
 * invalidation of a tag has overtaken is left to its holder, and others wait for what it loads. `no-journal`: what was
 * invalidated is not repeated to a server that may not have heard of it; the store itself is whole.
 */
export function mutated(definition: StoreDefinition, mutant: Mutant): StoreDefinition {
  if (mutant === 'no-journal') return definition
  return {
    name: definition.name,
    open(context) {
      const store = definition.open(context)
      const broken: Partial<Store> =
        mutant === 'no-token'
          ? {
              async commit(key, _token, entry, operation) {
                await store.write([{ key, entry, when: 'always' }], [], operation)
                return true
              },
            }
          : {
              acquire: (key, request, operation) =>
                store.acquire(key, { ...request, need: 0 }, operation),
            }
      return new Proxy(store, {
        get(target, name: keyof Store) {
          const member = broken[name] ?? Reflect.get(target, name)
          return typeof member === 'function' ? member.bind(target) : member
        },
      })
    },
  }
}
