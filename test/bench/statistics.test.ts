import { describe, expect, it } from 'vitest'
import { quantile, slopeOf, spreadOf } from '../../bench/harness/statistics.ts'

describe('spreadOf', () => {
  it('gives the median and the middle half, whatever the order', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, lower: 2, upper: 4, count: 5 })
  })

  it('lies between two measurements where none is in the middle', () => {
    expect(spreadOf([1, 2, 3, 4])).toEqual({ median: 2.5, lower: 1.75, upper: 3.25, count: 4 })
  })

  it('is not moved by one round that the machine has spoilt', () => {
    expect(spreadOf([10, 11, 12, 13, 9000])).toMatchObject({ median: 12, upper: 13 })
  })
})

describe('quantile', () => {
  it('is a number that was measured, at both ends', () => {
    expect([quantile([7, 3, 9], 0), quantile([7, 3, 9], 1)]).toEqual([3, 9])
  })

  it('is not a number where nothing was measured', () => {
    expect(quantile([], 0.5)).toBeNaN()
  })
})

describe('slopeOf', () => {
  it.for([
    ['does not depend on the number', [5, 5, 5], 0],
    ['is proportional to it', [3, 30, 300], 1],
    ['grows with its square', [2, 200, 20_000], 2],
  ] as const)('tells what %s', ([, ys, slope]) => {
    const points = ys.map((y, at) => [10 ** at, y] as const)

    expect(slopeOf(points)).toBeCloseTo(slope)
  })
})
