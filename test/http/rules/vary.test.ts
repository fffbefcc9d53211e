import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseVary } from '../../../src/http/rules/vary.ts'

describe('parseVary', () => {
  // RFC 9110 §12.5.5
  it.each<readonly [readonly string[], readonly string[] | '*']>([
    [[], []],
    [[''], []],
    [['Accept'], ['accept']],
    [['Cookie, ACCEPT-language'], ['accept-language', 'cookie']],
    [
      ['a', 'b, a'],
      ['a', 'b'],
    ],
    [[' ,\tb , ,a,'], ['a', 'b']],
    [['*'], '*'],
    [[' * '], '*'],
    [['Accept, *'], '*'],
    [['*, Accept'], '*'],
    [['Accept', '*'], '*'],
    [['**'], '*'],
    [['accept*'], '*'],
    [['"*"'], '*'],
    [['Accept Language'], '*'],
    [['Accept;q=1'], '*'],
    [['\u00a0accept'], '*'],
    [[Array.from({ length: 33 }, (_, index) => `x-${index}`).join()], '*'],
  ])('reads %j as %j', (lines, names) => {
    expect(parseVary(lines)).toEqual(names)
  })

  it('takes no list with a star anywhere for less than a star', () => {
    const property = fc.property(fc.string(), fc.string(), (before, after) => {
      expect(parseVary([`${before}*${after}`])).toBe('*')
    })
    fc.assert(property)
  })

  it('reads a megabyte in linear time', () => {
    const began = performance.now()

    expect(parseVary([',a '.repeat(300_000)])).toEqual(['a'])

    expect(performance.now() - began).toBeLessThan(3000)
  })
})
