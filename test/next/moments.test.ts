import { describe, expect, it } from 'vitest'
import { Moments } from '../../src/next/moments.ts'

function moment(stamp: number, era = 0): { stamp: number; era: number } {
  return { stamp, era }
}

describe('Moments', () => {
  it('answers with the newest moment that was known before a time', () => {
    const moments = new Moments()
    moments.note(moment(10), 100)
    moments.note(moment(20), 200)

    const found = [99, 100, 199, 200, 300].map((time) => moments.before(time)?.stamp)

    expect(found).toEqual([undefined, 10, 10, 20, 20])
  })

  it('takes no answer for newer that comes later and is older', () => {
    const moments = new Moments()
    moments.note(moment(20), 100)
    moments.note(moment(10), 200)

    expect(moments.before(300)?.stamp).toBe(20)
    expect(moments.heardAt).toBe(200)
  })

  it('follows the store that took another one’s place', () => {
    const moments = new Moments()
    moments.note(moment(20), 100)
    moments.note(moment(10, 1), 200)

    expect(moments.before(300)).toEqual({ stamp: 10, era: 1 })
  })

  it('remembers far back, and coarsely, when there are many', () => {
    const moments = new Moments()
    for (let at = 0; at < 20_000; at++) moments.note(moment(at), at)

    expect(moments.before(0)?.stamp).toBe(0)
    expect(moments.before(19_999)?.stamp).toBe(19_999)
    const early = moments.before(1000)?.stamp as number
    expect(early).toBeLessThanOrEqual(1000)
    expect(early).toBeGreaterThan(500)
  })
})
