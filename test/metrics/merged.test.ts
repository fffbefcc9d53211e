import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FamilyMeasures, Measures } from '../../src/base/measures.ts'
import { merged } from '../../src/metrics/index.ts'
import { measures } from './measured.ts'

/** Measures with these families, each of which was hit so often. */
function withFamilies(hits: Readonly<Record<string, number>>): Measures {
  const [sample] = fc.sample(measures, { numRuns: 1, seed: 7 }) as [Measures]

  const families = Object.entries(hits).map(([family, count]) => {
    const nothing = {
      misses: 0,
      stale: 0,
      loads: 0,
      loadErrors: 0,
      joined: 0,
      stores: 0,
      removes: 0,
    }
    const sums = {
      invalidations: 0,
      refusals: 0,
      loadMs: 0,
      savedMs: 0,
      readMs: 0,
      bytes: 0,
      sized: 0,
    }
    return { family, hits: count, ...nothing, ...sums, largestBytes: 0, ttlMs: undefined }
  })
  return { ...sample, near: undefined, families }
}

function hitsOf(families: readonly FamilyMeasures[] | undefined): Record<string, number> {
  return Object.fromEntries((families ?? []).map(({ family, hits }) => [family, hits]))
}

describe('merged', () => {
  it('of nothing is nothing, and of one is that one', () => {
    expect(merged([])).toBe(undefined)
    fc.assert(
      fc.property(measures, (one) => {
        const { families, ...rest } = merged([one]) as Measures
        const { families: own, ...expected } = one
        expect(rest).toEqual(expected)
        expect(hitsOf(families)).toEqual(hitsOf(own))
      }),
      { numRuns: 50 },
    )
  })

  it('does not depend on the order', () => {
    fc.assert(
      fc.property(fc.array(measures, { maxLength: 4 }), (all) => {
        expect(merged(all.toReversed())).toEqual(merged(all))
      }),
      { numRuns: 100 },
    )
  })

  it('adds up what is counted, and loses nothing of any family', () => {
    fc.assert(
      fc.property(fc.array(measures, { minLength: 1, maxLength: 4 }), (all) => {
        const sum = (of: (one: Measures) => number): number =>
          all.reduce((total, one) => total + of(one), 0)
        const one = merged(all) as Measures
        const inFamilies = ({ families }: Measures): number =>
          families.reduce((total, { hits }) => total + hits, 0)

        expect(one.counts.hits).toBe(sum(({ counts }) => counts.hits))
        expect(one.bytesRead).toBe(sum(({ bytesRead }) => bytesRead))
        expect(one.loads.sumMs).toBe(sum(({ loads }) => loads.sumMs))
        expect(one.operations['get']?.calls ?? 0).toBe(
          sum(({ operations }) => operations['get']?.calls ?? 0),
        )
        expect(inFamilies(one)).toBe(sum(inFamilies))
      }),
      { numRuns: 100 },
    )
  })

  it('joins what one process has learned to be ids in the others, too', () => {
    const one = withFamilies({ 'article:first': 1, 'article:second': 2, menu: 3 })
    const other = withFamilies({ 'article:*': 10 })

    expect(hitsOf(merged([one, other])?.families)).toEqual({ 'article:*': 13, menu: 3 })
  })

  it('leaves what any process tells apart', () => {
    const one = withFamilies({ 'product:new': 1, 'product:*': 2 })
    const other = withFamilies({ 'product:*': 10 })

    expect(hitsOf(merged([one, other])?.families)).toEqual({ 'product:*': 12, 'product:new': 1 })
  })

  it('says the worst of their health', () => {
    const up = withFamilies({})
    const health = { state: 'down', since: 5, owed: 2, loadsRunning: 1, loadsQueued: 0 } as const
    const ill = { ...up, health }
    const well = { ...up, health: { ...health, state: 'up', since: undefined, owed: 1 } as const }

    expect(merged([well, ill])?.health).toEqual({
      state: 'down',
      since: 5,
      owed: 3,
      loadsRunning: 2,
      loadsQueued: 0,
    })
  })
})
