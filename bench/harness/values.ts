/** About 1 KiB as JSON: what a page reads of a product. */
export const VALUE_BYTES = 1024

export function valueOf(key: string): object {
  return {
    name: key,
    price: 1990,
    inStock: true,
    tags: ['new', 'sale'],
    rating: { stars: 4.5, votes: 1234 },
    text: 'A sturdy thing for every day. '.repeat(30),
  }
}

export function keysOf(count: number, word = 'product'): readonly string[] {
  // Through an object's key and back: a text that was just put together is flattened and hashed on its first use.
  return Object.keys(
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`${word}:${n}`, 0])),
  )
}

/**
 * Which of `count` things is asked for next, when the n-th is asked for 1/n^theta as often as the first.
 * The same draws in each process.
 */
export function zipf(count: number, theta: number, draws: number): Uint32Array {
  const sums = new Float64Array(count)
  let sum = 0
  for (let n = 0; n < count; n++) sums[n] = sum += 1 / (n + 1) ** theta
  const random = dice(7)
  return Uint32Array.from({ length: draws }, () => firstAbove(sums, random() * sum))
}

function firstAbove(sums: Float64Array, wanted: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] as number) > wanted) high = middle
    else low = middle + 1
  }
  return low
}

/** Mulberry32: from 0 up to 1. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
