import { describe, expect, it } from 'vitest'
import { judge } from './judge.ts'
import type { ReadRecord } from './messages.ts'

const read = (start: number, version: number, key = 'a'): ReadRecord => [
  key,
  start,
  start + 5,
  version,
]
const confirmed = (from: number, version: number, key = 'a') => ({ key, from, version })

describe('The judge of a history', () => {
  it('finds a read that began after an invalidation was confirmed and was given what was before', () => {
    expect(judge([read(12, 1)], [confirmed(10, 2)])).toEqual([
      { key: 'a', given: 1, owed: 2, lateBy: 2 },
    ])
  })

  it('lets a read be that began before the confirmation, however late it ended', () => {
    expect(judge([['a', 9, 10_000, 1]], [confirmed(10, 2)])).toEqual([])
    expect(judge([read(10, 1)], [confirmed(10, 2)])).toEqual([])
  })

  it('lets a read be that was given something newer', () => {
    expect(judge([read(12, 7)], [confirmed(10, 2)])).toEqual([])
  })

  it('owes the newest of all confirmed versions, in whatever order they were confirmed', () => {
    const history = [confirmed(30, 2), confirmed(20, 3), confirmed(10, 1)]
    expect(judge([read(40, 2)], history)).toMatchObject([{ given: 2, owed: 3 }])
    expect(judge([read(15, 1)], history)).toEqual([])
  })

  it('takes keys for themselves', () => {
    expect(judge([read(12, 1, 'b')], [confirmed(10, 2)])).toEqual([])
  })

  it('forgives a read that touches an amnesty, and none before or after it', () => {
    const amnesty = [{ from: 18, until: 20 }]
    expect(judge([read(19, 1)], [confirmed(10, 2)], amnesty)).toEqual([])
    expect(judge([read(13, 1)], [confirmed(10, 2)], amnesty)).toEqual([])
    expect(judge([read(12, 1)], [confirmed(10, 2)], amnesty)).toHaveLength(1)
    expect(judge([read(21, 1)], [confirmed(10, 2)], amnesty)).toHaveLength(1)
  })
})
