import type { StoreDefinition } from '../../src/base/store.ts'

/** Acts that the protocol consists of; the others are as quick as ever. */
const DELAYED = new Set(['read', 'acquire', 'commit', 'release', 'bump', 'remove', 'write'])

/** A store far away: each act is some time on its way there, and its answer some time on its way back. */
export function delayedStore(
  definition: StoreDefinition,
  delay: () => Promise<void>,
): StoreDefinition {
  return {
    name: definition.name,
    open(context) {
      const store = definition.open(context)
      return new Proxy(store, {
        get(target, name) {
          const member = Reflect.get(target, name, target) as unknown
          if (typeof member !== 'function') return member
          const act = (...args: unknown[]): unknown => Reflect.apply(member, target, args)
          if (typeof name !== 'string' || !DELAYED.has(name)) return act
          return async (...args: unknown[]) => {
            await delay()
            try {
              return await act(...args)
            } finally {
              await delay()
            }
          }
        },
      })
    },
  }
}
