import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { httpDate } from '../../../src/http/rules/http-date.ts'
import { ifRangeHolds, partOf } from '../../../src/http/rules/ranges.ts'

describe('partOf', () => {
  it.each<readonly [string, number, number, number]>([
    ['bytes=0-0', 10, 0, 0],
    ['bytes=0-9', 10, 0, 9],
    ['bytes=2-5', 10, 2, 5],
    ['bytes=2-', 10, 2, 9],
    ['bytes=9-', 10, 9, 9],
    ['bytes=5-99', 10, 5, 9],
    ['bytes=-1', 10, 9, 9],
    ['bytes=-10', 10, 0, 9],
    ['bytes=-99', 10, 0, 9],
    ['BYTES=1-2', 10, 1, 2],
    ['bytes=,1-2', 10, 1, 2],
    ['bytes=1-2 , ', 10, 1, 2],
    ['bytes=0-99999999999999999999999999', 10, 0, 9],
    ['bytes=-99999999999999999999999999', 10, 0, 9],
    ['bytes=00000000000000000000001-2', 10, 1, 2],
  ])('takes %s of %i bytes as %i to %i', (range, length, first, last) => {
    expect(partOf(range, length)).toEqual({ first, last })
  })

  it.each<readonly [string, number]>([
    ['bytes=10-', 10],
    ['bytes=10-20', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
    ['bytes=0-0', 0],
    ['bytes=99999999999999999999999999-', 10],
  ])('finds no byte for %s of %i', (range, length) => {
    expect(partOf(range, length)).toBe('none')
  })

  it.each([
    'bytes=0-1,3-4',
    'bytes=0-1, -1',
    'items=0-1',
    'bytes 0-1',
    'bytes=5-2',
    'bytes=a-b',
    'bytes=-',
    'bytes=--1',
    'bytes=1--2',
    'bytes=+1-2',
    'bytes=1.0-2',
    'bytes=0x1-2',
    'bytes= ',
    'bytes',
    '',
    '0-1',
    'bytes=1 -2',
    'bytes=1-2;',
    'bytes=1-2\u00A0',
    'bytes=１-２',
  ])('passes over %j', (range) => {
    expect(partOf(range, 10)).toBe('whole')
  })

  it('answers a suffix of nothing with the whole: no Content-Range says "no bytes of none"', () => {
    expect(partOf('bytes=-5', 0)).toBe('whole')
  })

  it('never leaves the body, whatever is asked', () => {
    const digits = fc.stringMatching(/^[0-9]{0,20}$/)
    const asked = fc.oneof(
      fc.tuple(digits, digits).map(([from, to]) => `bytes=${from}-${to}`),
      fc.string().map((text) => `bytes=${text}`),
      fc.string(),
    )
    fc.assert(
      fc.property(asked, fc.nat({ max: 50 }), (range, length) => {
        const part = partOf(range, length)
        if (typeof part === 'string') return
        expect(Number.isInteger(part.first) && Number.isInteger(part.last)).toBe(true)
        expect([0 <= part.first, part.first <= part.last, part.last < length]).toEqual([
          true,
          true,
          true,
        ])
      }),
      { numRuns: 5000 },
    )
  })

  it('cuts a body into parts that are the body again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (bytes, at) => {
        const cut = at % bytes.length
        const [head, tail] = [`bytes=0-${cut}`, `bytes=${cut + 1}-`].map((range) => {
          const part = partOf(range, bytes.length)
          return typeof part === 'string' ? [] : [...bytes.subarray(part.first, part.last + 1)]
        })
        expect([...(head ?? []), ...(tail ?? [])]).toEqual([...bytes])
      }),
    )
  })

  it.each(['0', '-', ',', ' ', 'bytes=', '=', '0-', '1,', ' ,\t'])(
    'takes no longer than its field is long: %j, half a million times',
    (unit) => {
      for (const range of [`bytes=${unit.repeat(500_000)}`, unit.repeat(500_000)]) {
        expect(() => partOf(range, 10)).not.toThrow()
      }
    },
  )
})

describe('ifRangeHolds', () => {
  const now = Date.UTC(2026, 10, 28)
  const modified = httpDate(now - 60_000)
  const page = {
    etag: '"a"',
    lastModified: modified,
    date: httpDate(now),
    codingVaries: false,
  }

  it.each<readonly [string, Partial<typeof page>, boolean]>([
    ['"a"', {}, true],
    ['"A"', {}, false],
    ['"b"', {}, false],
    ['"a", "b"', {}, false],
    ['W/"a"', {}, false],
    ['W/"a"', { etag: 'W/"a"' }, false],
    ['"a"', { etag: 'W/"a"' }, false],
    ['*', {}, false],
    ['', {}, false],
    [modified, {}, true],
    [httpDate(now - 61_000), {}, false],
    [httpDate(now), {}, false],
    ['yesterday', {}, false],
  ])('of %s against %j is %s', (ifRange, differing, holds) => {
    expect(ifRangeHolds(ifRange, { ...page, ...differing }, now)).toBe(holds)
  })

  it('reads the same moment in another form of date', () => {
    const asctime = 'Fri Nov 27 23:59:00 2026'

    expect(ifRangeHolds(asctime, page, now)).toBe(true)
  })

  it('does not trust a date of the second in which the page was made', () => {
    const fresh = { ...page, lastModified: httpDate(now), date: httpDate(now + 500) }

    expect(ifRangeHolds(httpDate(now), fresh, now)).toBe(false)
    expect(ifRangeHolds(httpDate(now), { ...fresh, date: httpDate(now + 1000) }, now)).toBe(true)
  })

  it('does not trust a date where several codings have it', () => {
    expect(ifRangeHolds(modified, { ...page, codingVaries: true }, now)).toBe(false)
    expect(ifRangeHolds('"a"', { ...page, codingVaries: true }, now)).toBe(true)
  })

  it.each(['lastModified', 'date', 'etag'] as const)(
    'holds nothing against a page without %s',
    (name) => {
      const without = { ...page, [name]: undefined }

      expect(ifRangeHolds(name === 'etag' ? '"a"' : modified, without, now)).toBe(false)
    },
  )

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (ifRange, text) => {
        const odd = { etag: text, lastModified: text, date: text, codingVaries: false }
        expect(() => ifRangeHolds(ifRange, odd, now)).not.toThrow()
      }),
    )
  })
})
