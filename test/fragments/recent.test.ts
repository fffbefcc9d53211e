import { describe, expect, it } from 'vitest'
import { Recent } from '../../src/fragments/recent.ts'

describe('Recent', () => {
  it('forgets what was not used for the longest time, and says so', () => {
    const dropped: string[] = []
    const recent = new Recent<string>({ entries: 2 }, (value) => dropped.push(value))
    recent.set('a', 'A')
    recent.set('b', 'B')
    recent.get('a')

    recent.set('c', 'C')

    expect(dropped).toEqual(['B'])
    expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual(['A', undefined, 'C'])
  })

  it('forgets as many as are needed for the weight of a new one', () => {
    const recent = new Recent<string>({ entries: 10, weight: 10 })
    recent.set('a', 'A', 4)
    recent.set('b', 'B', 4)

    recent.set('c', 'C', 9)

    expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([undefined, undefined, 'C'])
  })

  it('keeps the newest, however much it weighs', () => {
    const recent = new Recent<string>({ entries: 10, weight: 10 })

    recent.set('a', 'A', 11)

    expect(recent.get('a')).toBe('A')
  })

  it('counts the weight of one that is set again once', () => {
    const recent = new Recent<string>({ entries: 10, weight: 10 })
    recent.set('a', 'A', 6)
    recent.set('a', 'A2', 6)

    recent.set('b', 'B', 4)

    expect(['a', 'b'].map((key) => recent.get(key))).toEqual(['A2', 'B'])
  })
})
