import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCacheControl } from '../../../src/http/rules/cache-control.ts'

function forbids(...lines: string[]): boolean {
  const read = parseCacheControl(lines)
  return read.noStore || read.noCache || read.private || read.odd
}

describe('parseCacheControl', () => {
  it.each([
    // RFC 9111 §5.2: names are case-insensitive; token and quoted form mean the same.
    ['no-store'],
    ['No-Store'],
    ['NO-STORE, MAX-AGE=60'],
    ['max-age=60,no-store'],
    ['max-age=60 ,\tno-store'],
    [',,, ,no-store,,'],
    ['no-store=""'],
    ['no-store="x, y"'],
    ['no-store=1'],
    // §5.2.2.4, §5.2.2.7: the qualified forms count as unqualified.
    ['private'],
    ['PRIVATE'],
    ['private="set-cookie"'],
    ['private=""'],
    ['private="a", private'],
    ['no-cache'],
    ['no-cache="x-secret, set-cookie", max-age=60'],
    // What breaks the grammar is searched for what it may have meant.
    ['"no-store"'],
    ['max-age=60; private'],
    ['max-age=60 private'],
    ['private = "x"'],
    ['no-store;'],
    ['no store, max-age=60'],
    ['\u00a0no-store'],
    ['ext="open, no-store'],
    ['ext="a\\", private"'],
    ['ext="no-cache"'],
    ['max-age=60, =private'],
    ['no_store x, public'],
    ['no_store'],
    ['nocache'],
    ["'private'"],
  ])('forbids storing for %j', (line) => {
    expect(forbids(line)).toBe(true)
  })

  it.each([
    [''],
    ['max-age=60'],
    ['public, MAX-AGE="60"'],
    ['nothing-to-see-here'],
    ['ext="max-age=0, x"'],
    ['x-private, privately'],
    ['immutable, stale-while-revalidate=30'],
    [', ,'],
  ])('does not forbid it for %j', (line) => {
    expect(forbids(line)).toBe(false)
  })

  it('reads every line, and an open quote in one does not swallow the next', () => {
    expect(forbids('ext="open', 'no-store')).toBe(true)
    expect(parseCacheControl(['max-age=60', 's-maxage=30'])).toMatchObject({
      maxAge: 60,
      sMaxage: 30,
    })
  })

  // RFC 9111 §1.2.2, §4.2.1
  it.each<readonly [string, number | undefined]>([
    ['max-age=60', 60],
    ['Max-Age="60"', 60],
    ['max-age=0060', 60],
    ['max-age=0', 0],
    ['max-age=99999999999999999999', 2_147_483_648],
    ['max-age=60, max-age=10', 10],
    ['max-age=10, max-age=60', 10],
    ['max-age', 0],
    ['max-age=', 0],
    ['max-age=-1', 0],
    ['max-age=60.5', 0],
    ['max-age=1e9', 0],
    ["max-age='60'", 0],
    ['max-age = 60', 0],
    ['max-age=60 60', 0],
    ['ext="max-age=1", max-age=60', 60],
    ['ext=max-age', undefined],
    ['', undefined],
  ])('reads %j as a lifetime of %s', (line, seconds) => {
    expect(parseCacheControl([line]).maxAge).toBe(seconds)
  })

  // RFC 9111 §5.2.2.3
  it('passes over no-store beside must-understand, if the field is faultless and says for how long', () => {
    expect(forbids('max-age=60, no-store, must-understand')).toBe(false)
    expect(forbids('Must-Understand', 'NO-STORE, s-maxage=60')).toBe(false)

    expect(forbids('no-store, must-understand')).toBe(true)
    expect(forbids('max-age=60, no-store, must-understand=1')).toBe(true)
    expect(forbids('max-age=60, no-store, must-understand, private')).toBe(true)
    expect(forbids('max-age=60, no-store, must-understand, x="')).toBe(true)
    expect(forbids('max-age=60, no-store, x="must-understand"')).toBe(true)
  })

  it('ends every lifetime for one in a broken member', () => {
    expect(parseCacheControl(['s-maxage =0, s-maxage=600']).sMaxage).toBe(0)
    expect(parseCacheControl(['s-maxage="0, max-age=600'])).toMatchObject({ maxAge: 0, sMaxage: 0 })
  })

  // RFC 9111 §3.5
  it.each<readonly [string, boolean]>([
    ['public', true],
    ['s-maxage=60', true],
    ['must-revalidate', true],
    ['PUBLIC, max-age=1', true],
    ['public=1', false],
    ['public, public=1', false],
    ['max-age=60', false],
    ['public, broken member', false],
    ['x"public", public', false],
  ])('reads %j as permission to keep answers to Authorization: %s', (line, allowed) => {
    expect(parseCacheControl([line]).allowsAuthorized).toBe(allowed)
  })

  it.each(['must-revalidate', 'Proxy-Revalidate', 's-maxage=60', 'some thing broken'])(
    'forbids serving stale for %j',
    (line) => {
      expect(parseCacheControl([line]).mustRevalidate).toBe(true)
    },
  )

  describe('whatever it is given', () => {
    const directive = fc.constantFrom(
      'no-store',
      'No-Cache',
      'PRIVATE',
      'private="a, b"',
      'no-cache=x',
    )
    const harmless = fc.constantFrom('max-age=60', 'public', 's-maxage="5"', 'x="a\\"b"', 'ext', '')
    const noise = fc.constantFrom(
      '"',
      ',',
      ' ',
      '\t',
      ';',
      '=',
      '\\',
      "'",
      '\u00a0',
      'x',
      '0',
      '(',
      '\r',
    )

    it('never forgets a restriction because of what is written around it', () => {
      const property = fc.property(
        fc.array(harmless),
        directive,
        fc.array(harmless),
        (before, restrictive, after) => {
          expect(forbids([...before, restrictive, ...after].join(', '))).toBe(true)
        },
      )
      fc.assert(property)
    })

    it('is never laxer than a reader who stops at any comma, quote, blank or semicolon', () => {
      const text = fc
        .array(fc.oneof(directive, harmless, noise), { maxLength: 12 })
        .map((parts) => parts.join(''))
      const property = fc.property(text, (line) => {
        // `ext=private` and `xprivate` are well-formed words that say something else.
        const strict = /(?:^|[,"\s;])\s*'*(?:no-store|no-cache|private)(?![\w'-])/i.test(line)
        expect(forbids(line) || !strict).toBe(true)
      })
      fc.assert(property, { numRuns: 2000 })
    })

    it('never reads a longer life out of a field when something is put into it', () => {
      const property = fc.property(
        fc.nat(100),
        fc.array(noise, { maxLength: 4 }).map((parts) => parts.join('')),
        fc.nat(20),
        (seconds, extra, at) => {
          const line = `max-age=${seconds}, x=1`
          const where = Math.min(at, line.length)
          const read = parseCacheControl([line.slice(0, where) + extra + line.slice(where)])
          // Inserted digits make another number; everything else must not.
          if (!/[0x]/.test(extra)) expect(read.maxAge ?? 0).toBeLessThanOrEqual(seconds)
          else expect(read.maxAge ?? 0).toBeGreaterThanOrEqual(0)
        },
      )
      fc.assert(property, { numRuns: 2000 })
    })

    it('never throws', () => {
      const property = fc.property(fc.array(fc.string({ unit: 'binary' })), (lines) => {
        expect(parseCacheControl(lines).maxAge ?? 0).toBeGreaterThanOrEqual(0)
      })
      fc.assert(property)
    })

    it.each(['"', ',', '\\"', 'a"', '= ', 'max-age=', 'a="', 'a,', ' '])(
      'reads a megabyte of %j in linear time',
      (part) => {
        const line = part.repeat(Math.ceil(1_000_000 / part.length))
        const began = performance.now()

        parseCacheControl([line])

        // Quadratic time would be minutes.
        expect(performance.now() - began).toBeLessThan(3000)
      },
    )
  })
})
