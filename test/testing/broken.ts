import type { Inbox, Store, StoreContext, StoreDefinition } from '../../src/base/store.ts'
import { memory } from '../../src/stores/memory/memory.ts'

/** What an author might get wrong: some members of a store, made anew from the right ones. */
export type Breaking = (store: Store, context: StoreContext, tools: Tools) => Partial<Store>

export interface Tools {
  /** Shared by all processes on one store. */
  readonly shared: Map<string, unknown>
  /** The inbox of this process, once it listens. */
  readonly inbox: () => Inbox | undefined
}

/** A memory store with one thing wrong with it. */
export function broken(
  breaking: Breaking,
  context: (context: StoreContext) => StoreContext = (given) => given,
): () => StoreDefinition {
  return () => {
    const definition = memory()
    const shared = new Map<string, unknown>()
    return {
      name: 'broken',
      open(given) {
        const store = definition.open(context(given))
        let inbox: Inbox | undefined
        const listen = (heard: Inbox): void => {
          inbox = heard
          store.listen(heard)
        }
        const changed = { listen, ...breaking(store, given, { shared, inbox: () => inbox }) }
        return new Proxy(store, {
          get(target, name) {
            const own: unknown = Reflect.get(changed, name)
            if (own !== undefined) return own
            const value: unknown = Reflect.get(target, name)
            return typeof value === 'function' ? value.bind(target) : value
          },
        })
      },
    }
  }
}
