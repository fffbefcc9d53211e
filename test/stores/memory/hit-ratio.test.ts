import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { measure, SHARES } from '../../../bench/hit-ratio/measure.ts'
import { readTrace, type Trace } from '../../../bench/hit-ratio/trace.ts'

const FOLDER = join(import.meta.dirname, '../../../bench/traces')

describe('the memory store, on what applications asked for', () => {
  it.each(['web07', 'web12', 'multi3'])('misses less than LRU at every size: %s', (name) => {
    const trace = readTrace([FOLDER], name) as Trace

    for (const share of SHARES) {
      const { misses } = measure(trace, share, ['lru', 'ours', 'belady'])
      expect(misses.ours).toBeLessThan(misses.lru)
      expect(misses.ours).toBeGreaterThanOrEqual(misses.belady)
    }
  })

  it.each([
    ['corda-vault', 0.01],
    ['sprite', 0.25],
  ])('is not far behind LRU where that is best: %s at %d', (name, share) => {
    const { misses } = measure(readTrace([FOLDER], name) as Trace, share, ['lru', 'ours'])

    expect(misses.ours / misses.lru).toBeLessThanOrEqual(1.1)
  })
})
