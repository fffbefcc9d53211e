import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  preferredCoding,
  readableCodings,
  takesIdentityOnly,
} from '../../../src/http/rules/negotiation.ts'

const BOTH = ['br', 'gzip'] as const

describe('preferredCoding', () => {
  it.each<readonly [string | undefined, string | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['gzip', 'gzip'],
    ['GZip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip,br', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['gzip;q=0.5, br;q=0.501', 'br'],
    ['gzip ; q=0.8 ,\tbr;q=0.8', 'br'],
    ['deflate, zstd', undefined],
    ['identity', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip', 'gzip'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['*', 'br'],
    ['*;q=0.5', 'br'],
    ['*, br;q=0', 'gzip'],
    ['*;q=0', undefined],
    ['*;q=0, gzip', 'gzip'],
    ['gzip;q=0.3, *;q=0.8', 'br'],
    ['br;q=0, gzip;q=0.3, *;q=0.8', undefined],
    ['identity;q=0, gzip', 'gzip'],
    ['identity;q=0', undefined],
    ['identity;q=0, *;q=0', undefined],
    ['gzip;q=0', undefined],
    ['gzip;q=0.000', undefined],
    ['gzip;q=0.001', 'gzip'],
    ['gzip, gzip;q=0', undefined],
    ['br;q=0.2, br, gzip;q=0.5', 'gzip'],
    // What breaks the grammar accepts nothing.
    ['gzip;q=0.0001', undefined],
    ['gzip;q=2', undefined],
    ['gzip;q=', undefined],
    ['gzip;', undefined],
    ['gzip;level=9', undefined],
    ['gzip;q=1;x=1', undefined],
    ['*, gzip;q=x', 'br'],
    ['*, gzip;q=x, br;q=x', undefined],
    ['"gzip"', undefined],
    ['gzip br', undefined],
    [';;;,,,', undefined],
    [',, gzip,', 'gzip'],
  ])('of %j is %s', (line, coding) => {
    expect(preferredCoding(line, BOTH)).toBe(coding)
  })

  it('breaks ties by the order of the site', () => {
    expect(preferredCoding('br, gzip', ['gzip', 'br'])).toBe('gzip')
    expect(preferredCoding('*', ['gzip', 'br'])).toBe('gzip')
  })

  it('answers only with what there is', () => {
    expect(preferredCoding('br, gzip;q=0.1', ['gzip'])).toBe('gzip')
    expect(preferredCoding('br, gzip', [])).toBeUndefined()
  })

  const weight = fc.constantFrom('', ';q=0', ';q=1', ';q=0.5', ';q=0.000', ';q=9', '; q=0.25')
  const member = fc
    .tuple(fc.constantFrom('br', 'gzip', 'identity', '*', 'zstd', 'x-gzip'), weight)
    .map((parts) => parts.join(''))

  it('never chooses what a member refuses, or what nothing accepts', () => {
    fc.assert(
      fc.property(fc.array(member, { maxLength: 6 }), (members) => {
        const chosen = preferredCoding(members.join(','), BOTH)
        if (chosen === undefined) return
        const own = members.filter((each) => each.replace('x-', '').startsWith(chosen))
        const accepting = own.length > 0 ? own : members.filter((each) => each.startsWith('*'))
        expect(accepting.length).toBeGreaterThan(0)
        expect(accepting.filter((each) => /q=(?:0$|0\.000|9)/.test(each))).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })

  it('agrees with readableCodings and takesIdentityOnly', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(member).map((each) => each.join()),
          fc.string(),
        ),
        (line) => {
          const chosen = preferredCoding(line, BOTH)
          const readable = readableCodings(line, BOTH)
          expect(chosen === undefined || readable.includes(chosen)).toBe(true)
          expect(takesIdentityOnly(line) && readable.length > 0).toBe(false)
        },
      ),
      { numRuns: 3000 },
    )
  })
})

describe('takesIdentityOnly', () => {
  it.each([undefined, '', 'identity', 'identity;q=1, *;q=0', '*;q=0', 'gzip;q=0', ' , '])(
    'is true of %j',
    (line) => {
      expect(takesIdentityOnly(line)).toBe(true)
    },
  )

  it.each(['gzip', '*', 'zstd', 'foo', 'identity, gzip;q=0.001', 'gzip;q=2', 'gzip;', 'a b', ';'])(
    'is false of %j: somebody may read a coding in it',
    (line) => {
      expect(takesIdentityOnly(line)).toBe(false)
    },
  )
})

describe.each([
  ['preferredCoding', (line: string) => preferredCoding(line, BOTH)],
  ['readableCodings', (line: string) => readableCodings(line, BOTH)],
  ['takesIdentityOnly', takesIdentityOnly],
])('%s', (_name, read) => {
  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (line) => void read(line)))
  })

  it.each(['gzip,', ';', ';q=', ' ', '\t,', 'a;q=0,', '*', 'q'])(
    'takes no longer than its field is long: %j, half a million times',
    (unit) => {
      expect(() => read(unit.repeat(500_000))).not.toThrow()
    },
  )
})
