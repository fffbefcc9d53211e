import { CacheError } from '../../src/base/errors.ts'
import type { Entry } from '../../src/base/record.ts'
import type { Capabilities, Store, StoreDefinition } from '../../src/base/store.ts'

/** A store that can do less than the one it is made of, and says so. */
export function asIfPoorer(
  definition: StoreDefinition,
  lacks: Partial<Pick<Capabilities, 'expiry' | 'pushWake' | 'scan'>>,
): StoreDefinition {
  return {
    name: 'poorer',
    open(context) {
      const store = definition.open(context)
      const own: Partial<Store> = { can: { ...store.can, ...lacks } }
      if (lacks.pushWake === false) own.listen = () => {}
      if (lacks.scan === false) own.scan = refuseToScan
      if (lacks.expiry === 's') Object.assign(own, inSeconds(store))
      return new Proxy(store, {
        get(target, name) {
          const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}

function refuseToScan(): AsyncIterable<readonly string[]> {
  const next = async (): Promise<never> => {
    throw new CacheError('E_UNSUPPORTED', 'This store cannot list its keys.')
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}

// As memcached does: nothing ends between two seconds, and never before its time.
function inSeconds(store: Store): Partial<Store> {
  const up = (ms: number): number => Math.ceil(ms / 1000) * 1000
  const coarse = <T extends Pick<Entry, 'freshUntil' | 'deadAt'>>(times: T): T => ({
    ...times,
    deadAt: up(times.deadAt),
  })
  return {
    write: (writes, fields, operation) =>
      store.write(
        writes.map((write) => ({ ...write, entry: coarse(write.entry) })),
        fields,
        operation,
      ),
    touch: (key, times, fields, operation) => store.touch(key, coarse(times), fields, operation),
    commit: (key, token, entry, operation) => store.commit(key, token, coarse(entry), operation),
  }
}
