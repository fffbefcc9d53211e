import type { StoreContext } from '../../../src/base/store.ts'
import { Arena } from '../../../src/stores/memory/arena.ts'
import { NONE } from '../../../src/stores/memory/eviction.ts'
import { Ghosts } from '../../../src/stores/memory/ghosts.ts'
import type { Policy } from './policy.ts'

/** A seed of its own, so that two runs say the same. */
const SEED = 1
const OWNER = {} as StoreContext
const ENTRY = {
  value: 1,
  tags: [],
  stamp: 1,
  rev: '',
  freshUntil: Infinity,
  deadAt: Infinity,
  storedAt: 0,
  loadMs: 0,
}

/** What the memory store really does: its own arena, told of reads and writes as the store tells it. */
export const ours: Policy = ({ keys, distinct }, capacity) => {
  const arena = new Arena(Infinity, capacity, new Ghosts(SEED))
  // Of equal length: entries of one weight.
  const names = Array.from({ length: distinct }, (_, key) => `p:1:${String(key).padStart(7, '0')}`)
  let misses = 0
  for (const key of keys) {
    const name = names[key] as string
    const place = arena.look(name, 0)
    if (place !== NONE) {
      arena.use(place)
      continue
    }
    misses++
    arena.settle(0, () => {}, arena.put(name, ENTRY, 400, true, OWNER, 0))
  }
  return misses
}
