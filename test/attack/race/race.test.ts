import { describe, expect, it } from 'vitest'
import { allRaces } from './races.ts'

describe('a page that is being made while it is made invalid', () => {
  it('is served by no process after that, whichever way it was done and wherever pages are kept', async () => {
    const findings = await allRaces()

    expect(findings.filter(({ verdict }) => verdict !== 'safe')).toEqual([])
    expect(findings).toHaveLength(7 * 2 * 3)
  })
})
