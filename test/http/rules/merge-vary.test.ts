import { describe, expect, it } from 'vitest'
import { mergeVary } from '../../../src/http/rules/merge-vary.ts'

describe('mergeVary', () => {
  it.each<readonly [lines: readonly string[], names: readonly string[], merged: string]>([
    [[], ['Cookie'], 'Cookie'],
    [['Accept-Encoding'], ['Cookie'], 'Accept-Encoding, Cookie'],
    [['cookie'], ['Cookie'], 'cookie'],
    [['A,  b ', 'a, C'], ['B', 'd', 'D'], 'A, b, C, d'],
    [['A,, ,'], ['B'], 'A, B'],
    [['A, *'], ['B'], '*'],
    [['A'], ['*'], '*'],
  ])('of %j and %j is %j', (lines, names, merged) => {
    expect(mergeVary(lines, names)).toBe(merged)
  })
})
