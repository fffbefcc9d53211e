// examples/testing.ts
import { json, memory, type Store, type StoreDefinition } from 'breakwater'
import { checkStore, fakeClock, type StoreHarness } from 'breakwater/testing'

/** A store of one's own: here a memory store, with what is to be wrong with it. */
function myStore(mistake: (right: Store) => Partial<Store> = () => ({})): StoreDefinition {
  const right = memory()
  return {
    name: 'mine',
    open(context) {
      const store = right.open(context)
      const wrong = mistake(store)
      return new Proxy(store, {
        get(target, name) {
          const value: unknown = Reflect.get(name in wrong ? wrong : target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}

function harness(store: StoreDefinition): StoreHarness {
  const clock = fakeClock()
  return {
    clock,
    codec: json(),
    open: (context) => store.open(context),
    pass: (ms) => clock.advance(ms),
    patienceMs: 100,
  }
}

console.log(await checkStore(() => harness(myStore())))

// `add` that overwrites what is there: an `absent` write is taken for any other.
const overwriting = await checkStore(() =>
  harness(
    myStore((right) => ({
      write: (writes, fields) =>
        right.write(
          writes.map((write) => ({ ...write, when: 'always' })),
          fields,
        ),
    })),
  ),
)
console.log(overwriting[0]?.says)
