/** A stream of numbers in [0, 1) that is the same for the same seed on every machine (mulberry32, Tommy Ettinger). */
export type Random = () => number

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)]
  if (chosen === undefined) throw new RangeError('pick needs at least one thing to choose from')
  return chosen
}

/** Whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

/** Index below `count` where small ones come up far more often: a few things sell well and most sell now and then. */
export function skewed(random: Random, count: number, power = 2.2): number {
  return Math.floor(count * random() ** power)
}
