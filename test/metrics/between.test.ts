import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Measures } from '../../src/base/measures.ts'
import { between, merged } from '../../src/metrics/index.ts'
import { measures } from './measured.ts'

/** Two measures of one process, the second some time after the first. */
const twice = fc.tuple(measures, measures).map(([before, more]): [Measures, Measures] => {
  const { alias, since, store } = before
  const began = { ...more, alias, store, since, at: before.at }
  const after = merged([before, began]) as Measures
  return [before, { ...after, at: before.at + 500, near: before.near }]
})

describe('between', () => {
  it('added to what was before is what is after', () => {
    fc.assert(
      fc.property(twice, ([before, after]) => {
        const again = merged([before, between(before, after)]) as Measures

        expect(again.counts).toEqual(after.counts)
        expect(again.refusals).toEqual(after.refusals)
        expect(again.operations).toEqual(after.operations)
        expect(again.loads).toEqual(after.loads)
        expect(again.savedMs).toBe(after.savedMs)
        expect(
          again.families.map(({ family, hits, loadMs }) => ({ family, hits, loadMs })),
        ).toEqual(after.families.map(({ family, hits, loadMs }) => ({ family, hits, loadMs })))
      }),
      { numRuns: 200 },
    )
  })

  it('of twice the same is nothing', () => {
    fc.assert(
      fc.property(measures, (one) => {
        const { counts, durationMs, families, restarted } = between(one, one)

        expect(Object.values(counts).every((count) => count === 0)).toBe(true)
        expect(families.every(({ hits, savedMs }) => hits === 0 && savedMs === 0)).toBe(true)
        expect([durationMs, restarted]).toEqual([0, false])
      }),
      { numRuns: 50 },
    )
  })

  it('says how long the interval is and where it begins', () => {
    const [one] = fc.sample(measures, { numRuns: 1, seed: 1 }) as [Measures]

    expect(between({ ...one, at: 1200 }, { ...one, at: 1700 })).toMatchObject({
      since: 1200,
      at: 1700,
      durationMs: 500,
      restarted: false,
    })
  })

  it('of a process that was started anew is all that it has done since, and says so', () => {
    const [one] = fc.sample(measures, { numRuns: 1, seed: 1 }) as [Measures]
    const anew = { ...one, since: 1500, at: 1700 }

    expect(between({ ...one, since: 100, at: 1200 }, anew)).toEqual({
      ...anew,
      durationMs: 200,
      restarted: true,
    })
  })
})
