import { Lists } from './lists.ts'
import type { Policy } from './policy.ts'

const [ONCE, OFTEN, ONCE_GONE, OFTEN_GONE] = [1, 2, 3, 4]

/** Megiddo and Modha, "ARC: a self-tuning, low overhead replacement cache" (FAST 2003), figure 4. */
export const arc: Policy = ({ keys, distinct }, capacity) => {
  const lists = new Lists(distinct, 4)
  let target = 0
  let misses = 0
  const replace = (key: number): void => {
    const once = lists.lengthOf(ONCE)
    const isOver = once > target || (once === target && lists.of(key) === OFTEN_GONE)
    if (once > 0 && isOver) lists.move(lists.oldest(ONCE), ONCE_GONE)
    else lists.move(lists.oldest(OFTEN), OFTEN_GONE)
  }
  for (const key of keys) {
    const list = lists.of(key)
    if (list === ONCE || list === OFTEN) {
      lists.move(key, OFTEN)
      continue
    }
    misses++
    const [once, often] = [lists.lengthOf(ONCE), lists.lengthOf(OFTEN)]
    const [onceGone, oftenGone] = [lists.lengthOf(ONCE_GONE), lists.lengthOf(OFTEN_GONE)]
    if (list === ONCE_GONE) {
      target = Math.min(capacity, target + Math.max(1, oftenGone / onceGone))
      replace(key)
      lists.move(key, OFTEN)
    } else if (list === OFTEN_GONE) {
      target = Math.max(0, target - Math.max(1, onceGone / oftenGone))
      replace(key)
      lists.move(key, OFTEN)
    } else {
      if (once + onceGone === capacity) {
        if (once < capacity) {
          lists.move(lists.oldest(ONCE_GONE), 0)
          replace(key)
        } else lists.move(lists.oldest(ONCE), 0)
      } else if (once + often + onceGone + oftenGone >= capacity) {
        if (once + often + onceGone + oftenGone === 2 * capacity)
          lists.move(lists.oldest(OFTEN_GONE), 0)
        replace(key)
      }
      lists.move(key, ONCE)
    }
  }
  return misses
}
