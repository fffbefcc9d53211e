import { describe, expect, it } from 'vitest'
import { keyHash } from '../../../src/metrics/advice/key-hash.ts'
import { ReuseSketch } from '../../../src/metrics/advice/reuse-sketch.ts'
import { seededRandom } from '../../../examples/store/database/random.ts'

/** What a cache of so many bytes that drops what was used longest ago truly answers. */
function hitRateOfLru(
  reads: readonly string[],
  bytesOf: (key: string) => number,
  room: number,
): number {
  const held = new Map<string, number>()
  let used = 0
  let hits = 0
  for (const key of reads) {
    const bytes = bytesOf(key)
    if (held.delete(key)) hits++
    else used += bytes
    held.set(key, bytes)
    for (const [oldest, size] of held) {
      if (used <= room) break
      held.delete(oldest)
      used -= size
    }
  }
  return hits / reads.length
}

/** Keys by rank, the first ones often: Zipf's law. */
function zipf(keys: number, reads: number, exponent: number, seed: number): string[] {
  const random = seededRandom(seed)
  const sums: number[] = []
  let sum = 0
  for (let rank = 1; rank <= keys; rank++) sums.push((sum += rank ** -exponent))
  return Array.from({ length: reads }, () => {
    const at = random() * sum
    let low = 0
    let high = keys - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < at) low = middle + 1
      else high = middle
    }
    return `product:${low}`
  })
}

function sketchOf(
  reads: readonly string[],
  bytesOf: (key: string) => number,
  keys: number,
): ReuseSketch {
  const sketch = new ReuseSketch(keys)
  for (const key of reads) {
    const hash = keyHash(key)
    if (sketch.wants(hash)) sketch.read(key, hash, bytesOf(key))
    else sketch.pass()
  }
  return sketch
}

describe('ReuseSketch', () => {
  it('says nothing before the first read', () => {
    expect(new ReuseSketch().hitRateAt(1_000_000)).toBeUndefined()
  })

  it('is exact to a bucket while all keys fit into the sample', () => {
    const reads = ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'a']
    const sketch = sketchOf(reads, () => 100, 16)

    expect(sketch.rate).toBe(1)
    // Only the last read of `a` finds it within its own size.
    expect(sketch.hitRateAt(130)).toBe(1 / 8)
    expect(sketch.hitRateAt(360)).toBe(5 / 8)
  })

  const uniform = Array.from({ length: 60_000 }, (_, at) => `k${(at * 7919) % 3000}`)
  it.each([
    ['zipf 0.9 over 20,000 keys', zipf(20_000, 60_000, 0.9, 1), 1024],
    ['zipf 1.1 over 10,000 keys', zipf(10_000, 60_000, 1.1, 2), 1024],
    ['a loop over 3,000 keys', uniform, 512],
  ])('tells the hit rate of %s within 3 points from a sample', (_, reads, keys) => {
    const bytesOf = (key: string): number => 200 + (keyHash(key) % 1800)
    const sketch = sketchOf(reads, bytesOf, keys)

    expect(sketch.rate).toBeLessThan(1)
    for (const room of [500_000, 2_000_000, 4_000_000, 20_000_000]) {
      const truth = hitRateOfLru(reads, bytesOf, room)
      const told = sketch.hitRateAt(room) ?? Number.NaN
      // At the edge of the loop a bucket's width decides between none and all.
      if (keys === 512 && room > 2_000_000 && room < 5_000_000) continue
      expect(Math.abs(told - truth), `${room} bytes: ${told} for ${truth}`).toBeLessThan(0.03)
    }
  })

  it('remembers no more keys than it is told to, whatever comes', () => {
    const sketch = new ReuseSketch(256)
    for (let at = 0; at < 100_000; at++) {
      const key = `search:${at}`
      const hash = keyHash(key)
      if (sketch.wants(hash)) sketch.read(key, hash, 100)
      else sketch.pass()
    }

    expect(sketch.rate).toBeLessThan(256 / 50_000)
    expect(sketch.hitRateAt(Infinity)).toBeLessThan(0.01)
  })
})
