import { Lists } from './lists.ts'
import type { Policy } from './policy.ts'

/** What was used longest ago goes. */
export const lru: Policy = ({ keys, distinct }, capacity) => {
  const lists = new Lists(distinct, 1)
  let misses = 0
  for (const key of keys) {
    if (lists.of(key) === 0) {
      misses++
      if (lists.lengthOf(1) === capacity) lists.move(lists.oldest(1), 0)
    }
    lists.move(key, 1)
  }
  return misses
}
