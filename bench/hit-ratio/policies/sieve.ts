import { Lists } from './lists.ts'
import type { Policy } from './policy.ts'

/** Zhang and others, "SIEVE is simpler than LRU" (NSDI 2024): one queue and a hand that passes over what was used. */
export const sieve: Policy = ({ keys, distinct }, capacity) => {
  const lists = new Lists(distinct, 1)
  const used = new Uint8Array(distinct)
  let hand: number | undefined
  let misses = 0
  for (const key of keys) {
    if (lists.of(key) === 1) {
      used[key] = 1
      continue
    }
    misses++
    if (lists.lengthOf(1) === capacity) {
      let victim = hand ?? lists.oldest(1)
      while (used[victim] === 1) {
        used[victim] = 0
        victim = lists.younger(1, victim)
      }
      const next = lists.younger(1, victim)
      // Past the youngest it begins anew with whoever is the oldest then.
      hand = next === lists.oldest(1) ? undefined : next
      lists.move(victim, 0)
    }
    lists.move(key, 1)
    used[key] = 0
  }
  return misses
}
