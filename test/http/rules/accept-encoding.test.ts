import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptedCodings } from '../../../src/http/rules/accept-encoding.ts'

describe('acceptedCodings', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'br, deflate, gzip, zstd'],
    ['br;q=1.0, GZIP;q=0.8', 'br, gzip'],
    ['x-gzip', 'gzip'],
    ['gzip ; q=0.5 ,, br', 'br, gzip'],
    ['gzip;q=0, br', 'br'],
    ['gzip;q=0.000', ''],
    ['identity', ''],
    ['', ''],
  ])('reads %j as %j', (line, codings) => {
    expect(acceptedCodings(line)).toBe(codings)
  })

  it.each([
    '*',
    'gzip, *;q=0',
    'identity;q=0, gzip',
    'gzip;q=2',
    'gzip;q=0.1234',
    'gzip;level=9',
    'gzip;q=1;q=0',
    'gzip, gzip;q=0',
    'gzip, x-gzip',
    'sdch',
    ';q=1',
    'gzip br',
  ])('leaves %j as it is: somebody may read it otherwise', (line) => {
    expect(acceptedCodings(line)).toBe(line)
  })

  it('never throws, and is the same for what it has made', () => {
    const part = fc.constantFrom(
      'gzip',
      'br',
      'identity',
      '*',
      ';',
      'q=0',
      'q=1',
      ',',
      ' ',
      '"',
      'x',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const once = acceptedCodings(parts.join(''))
        expect(acceptedCodings(once)).toBe(once)
      }),
    )
  })
})
