import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isNotModified, matchesAny } from '../../../src/http/rules/validators.ts'

describe('matchesAny', () => {
  // RFC 9110 §13.1.2, §8.8.3
  it.each<readonly [string, string | undefined, boolean]>([
    ['"a"', '"a"', true],
    ['"b"', '"a"', false],
    ['"b", "a"', '"a"', true],
    ['"b","a"', '"a"', true],
    [' , "b" ,\t"a" ,', '"a"', true],
    ['W/"a"', '"a"', true],
    ['"a"', 'W/"a"', true],
    ['w/"a"', '"a"', false],
    ['"A"', '"a"', false],
    ['"a,b"', '"a,b"', true],
    ['"a,b"', '"b"', false],
    ['"x", W/"a\\", "a"', '"a"', true],
    ['*', '"a"', true],
    [' * ', undefined, true],
    ['"b", *', '"a"', false],
    ['"a"', undefined, false],
    ['a', '"a"', false],
    ['"a', '"a"', false],
    ['"a"b', '"a"', false],
    ['', '"a"', false],
  ])('%j against %j: %s', (list, etag, matches) => {
    expect(matchesAny(list, etag)).toBe(matches)
  })

  it('never matches a tag that is not written in the list', () => {
    const property = fc.property(fc.string(), fc.stringMatching(/^[a-z]{3,8}$/), (list, tag) => {
      if (!list.includes(`"${tag}"`) && list.trim() !== '*') {
        expect(matchesAny(list, `"${tag}"`)).toBe(false)
      } else expect(matchesAny(`"${tag}"`, `"${tag}"`)).toBe(true)
    })
    fc.assert(property)
  })

  it.each(['"x",', '"', ', ', 'W/'])('reads a megabyte of %j in linear time', (part) => {
    const began = performance.now()

    expect(matchesAny(part.repeat(1_000_000 / part.length), '"a"')).toBe(false)

    expect(performance.now() - began).toBeLessThan(3000)
  })
})

describe('isNotModified', () => {
  const fields = ['ETag', '"v1"', 'Last-Modified', 'Wed, 31 Dec 2025 00:00:00 GMT']
  const now = Date.UTC(2026, 0, 1)

  // RFC 9110 §13.2.2
  it.each<readonly [Record<string, string>, boolean]>([
    [{}, false],
    [{ 'if-none-match': '"v1"' }, true],
    [{ 'if-none-match': '"v2"', 'if-modified-since': 'Wed, 31 Dec 2025 00:00:00 GMT' }, false],
    [{ 'if-none-match': 'rubbish', 'if-modified-since': 'Wed, 31 Dec 2025 00:00:00 GMT' }, false],
    [{ 'if-modified-since': 'Wed, 31 Dec 2025 00:00:00 GMT' }, true],
    [{ 'if-modified-since': 'Wednesday, 31-Dec-25 00:00:01 GMT' }, true],
    [{ 'if-modified-since': 'Wed Dec 31 00:00:00 2025' }, true],
    [{ 'if-modified-since': 'Tue, 30 Dec 2025 23:59:59 GMT' }, false],
    [{ 'if-modified-since': '2025-12-31' }, false],
    [{ 'if-modified-since': 'wed, 31 dec 2025 00:00:00 gmt' }, true],
  ])('%j: %s', (headers, expected) => {
    expect(isNotModified(fields, (name) => headers[name], now)).toBe(expected)
  })

  // RFC 9111 §4.3.2
  it('takes Date for Last-Modified where there is none', () => {
    const dated = ['Date', 'Wed, 31 Dec 2025 00:00:00 GMT']
    const since = (text: string) => (name: string) => {
      return name === 'if-modified-since' ? text : undefined
    }

    expect(isNotModified(dated, since('Wed, 31 Dec 2025 00:00:00 GMT'), now)).toBe(true)
    expect(isNotModified(dated, since('Tue, 30 Dec 2025 23:59:59 GMT'), now)).toBe(false)
    expect(isNotModified([], since('Wed, 31 Dec 2025 00:00:00 GMT'), now)).toBe(false)
  })
})
