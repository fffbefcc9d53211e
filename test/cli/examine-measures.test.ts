import { describe, expect, it } from 'vitest'
import { examineMeasures } from '../../src/cli/examine-measures.ts'
import { madeUpFamily, madeUpMeasures } from '../fleet/made-up.ts'

const SINCE = 1_790_000_000_000
const HOUR_MS = 3_600_000

function measured(hits: number, stores: number): ReturnType<typeof madeUpMeasures> {
  const family = { ...madeUpFamily('cart:*', hits), misses: 10, stores, loads: 10 }
  const { counts } = madeUpMeasures()
  return madeUpMeasures({
    store: 'redis',
    since: SINCE,
    at: SINCE + HOUR_MS,
    counts: { ...counts, hits, misses: 10, stores },
    families: [family],
  })
}

describe('examineMeasures', () => {
  it('says what is written more often than it is read, of all that was counted since the start', async () => {
    const found = await examineMeasures([measured(100, 50_000)], async () => undefined)

    expect(found).toMatchObject([
      {
        alias: 'default',
        code: 'written-more-than-read',
        source: 'measures',
        message: expect.stringMatching(/^cart:\*: /),
      },
    ])
  })

  it('has nothing to say of a family that pays', async () => {
    expect(await examineMeasures([measured(50_000, 10)], async () => undefined)).toEqual([])
  })
})
