import type { Policy } from './policy.ts'

/** Belady (1966): what is asked for again last goes, the newcomer included. Nobody can do better, or knows the future. */
export const belady: Policy = ({ keys, distinct }, capacity) => {
  const next = nextUses(keys, distinct)
  // What is kept, as the set of the moments at which it is asked for again: each belongs to one key.
  const kept = new Moments(keys.length)
  let count = 0
  let misses = 0
  for (let now = 0; now < keys.length; now++) {
    if (kept.has(now)) {
      kept.remove(now)
      count--
    } else misses++
    const again = next[now] as number
    if (again === keys.length) continue
    kept.add(again)
    if (++count <= capacity) continue
    kept.remove(kept.last())
    count--
  }
  return misses
}

function nextUses(keys: Uint32Array, distinct: number): Uint32Array {
  const next = new Uint32Array(keys.length)
  const seen = new Uint32Array(distinct).fill(keys.length)
  for (let now = keys.length - 1; now >= 0; now--) {
    const key = keys[now] as number
    next[now] = seen[key] as number
    seen[key] = now
  }
  return next
}

/** A set of numbers that knows its largest: bits, and above each 32 of them one that says whether any is set. */
class Moments {
  readonly #levels: Uint32Array[] = []

  constructor(length: number) {
    let words = length
    do {
      words = Math.ceil(words / 32)
      this.#levels.push(new Uint32Array(words))
    } while (words > 1)
  }

  has(moment: number): boolean {
    const word = (this.#levels[0] as Uint32Array)[moment >>> 5] as number
    return ((word >>> (moment & 31)) & 1) === 1
  }

  add(moment: number): void {
    let at = moment
    for (const level of this.#levels) {
      const word = at >>> 5
      level[word] = (level[word] as number) | (1 << (at & 31))
      at = word
    }
  }

  remove(moment: number): void {
    let at = moment
    for (const level of this.#levels) {
      const word = at >>> 5
      level[word] = (level[word] as number) & ~(1 << (at & 31))
      if (level[word] !== 0) return
      at = word
    }
  }

  /** Of a set that is not empty. */
  last(): number {
    let at = 0
    for (let level = this.#levels.length - 1; level >= 0; level--) {
      const word = (this.#levels[level] as Uint32Array)[at] as number
      at = at * 32 + 31 - Math.clz32(word)
    }
    return at
  }
}
