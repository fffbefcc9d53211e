import { LRUCache } from 'lru-cache'
import type { Entry } from '../../src/base/record.ts'
import type { StoreContext } from '../../src/base/store.ts'
import { json } from '../../src/codec/json.ts'
import { Arena } from '../../src/stores/memory/arena.ts'
import { NONE } from '../../src/stores/memory/eviction.ts'
import { MemoryState } from '../../src/stores/memory/state.ts'
import { MemoryStore } from '../../src/stores/memory/store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'

/** One of those compared. What they keep is the caller's own object, as it is. */
export interface Contender {
  readonly name: string
  readonly isBounded: boolean
  open(maxEntries: number): {
    get(key: string): unknown
    set(key: string, entry: Entry): void
  }
}

const clock = fakeClock()
const now = clock.now()
const context: StoreContext = {
  alias: 'bench',
  prefix: 'bench',
  processId: 'process1',
  clock,
  codec: json(),
  report: () => {},
}
const ignore = (): void => {}
/** As a read of a key without tags names them. */
const FIELDS = ['*'] as const

function write(arena: Arena, key: string, entry: Entry): void {
  const place = arena.put(key, entry, 400, true, context, now)
  arena.settle(now, ignore, place)
}

export const contenders: readonly Contender[] = [
  {
    name: 'Map, no bound',
    isBounded: false,
    open() {
      const map = new Map<string, Entry>()
      return { get: (key) => map.get(key), set: (key, entry) => void map.set(key, entry) }
    },
  },
  {
    name: 'lru-cache ttl',
    isBounded: true,
    open(max) {
      const cache = new LRUCache<string, Entry>({ max, ttl: 3_600_000 })
      return { get: (key) => cache.get(key), set: (key, entry) => void cache.set(key, entry) }
    },
  },
  {
    name: 'arena',
    isBounded: true,
    open(max) {
      const arena = new Arena(Infinity, max)
      return {
        get(key) {
          const place = arena.look(key, now)
          if (place === NONE) return undefined
          arena.use(place)
          return arena.recordAt(place)
        },
        set: (key, entry) => write(arena, key, entry),
      }
    },
  },
  {
    // Read as a store is, written past its promises, which a loop could not measure.
    name: 'store.readNow',
    isBounded: true,
    open(max) {
      const state = new MemoryState(Infinity, max)
      const store = new MemoryStore(state, context, true)
      return {
        get: (key) => store.readNow(key, FIELDS, now)?.result?.entry,
        set: (key, entry) => write(state.arena, key, entry),
      }
    },
  },
]
