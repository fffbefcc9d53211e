import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HistogramTally } from '../../src/cache/histogram-tally.ts'
import { hitRateOf, quantileOf } from '../../src/metrics/index.ts'

function histogramOf(all: readonly number[]): ReturnType<HistogramTally['read']> {
  const tally = new HistogramTally()
  for (const ms of all) tally.took(ms)
  return tally.read()
}

describe('quantileOf', () => {
  it('is at most 2.5 times off, between the first bound and the last', () => {
    const times = fc.array(fc.double({ min: 0.06, max: 9_999, noNaN: true }), {
      minLength: 1,
      maxLength: 300,
    })
    fc.assert(
      fc.property(times, fc.double({ min: 0, max: 1, noNaN: true }), (all, q) => {
        const rank = Math.max(1, Math.ceil(q * all.length))
        const exact = all.toSorted((a, b) => a - b)[rank - 1] as number
        const estimate = quantileOf(histogramOf(all), q) as number

        expect(estimate / exact).toBeLessThanOrEqual(2.5 + 1e-9)
        expect(exact / estimate).toBeLessThanOrEqual(2.5 + 1e-9)
      }),
      { numRuns: 300 },
    )
  })

  it('is nothing where nothing was measured, and the last bound beyond it', () => {
    expect(quantileOf(histogramOf([]), 0.5)).toBe(undefined)
    expect(quantileOf(histogramOf([20_000]), 0.5)).toBe(10_000)
  })

  it('grows with the share', () => {
    const histogram = histogramOf([0.3, 1, 3, 7, 30, 200, 900])

    const quantiles = [0, 0.25, 0.5, 0.75, 1].map((q) => quantileOf(histogram, q) as number)
    expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b))
  })

  it.each([-0.1, 1.1, NaN, 99])('refuses a share of %s', (q) => {
    expect(() => quantileOf(histogramOf([1]), q)).toThrow(/a share from 0 to 1/)
  })
})

describe('hitRateOf', () => {
  it('counts what is served stale as a hit, and is nothing where nothing was read', () => {
    expect(hitRateOf({ hits: 2, stale: 1, misses: 1 })).toBe(0.75)
    expect(hitRateOf({ hits: 0, stale: 0, misses: 0 })).toBe(undefined)
  })
})
