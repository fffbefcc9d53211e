// Requirement: whatever is done to a field that restricts, the verdict is never laxer than the strictest way to read it; and
// no field costs more than its length. Caches have leaked by `PRIVATE`, by a blank, by a quote that never ended.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptedCodings } from '../../../src/http/rules/accept-encoding.ts'
import { acceptedLanguages } from '../../../src/http/rules/accept-language.ts'
import { parseCacheControl } from '../../../src/http/rules/cache-control.ts'
import { groupTags } from '../../../src/http/rules/cache-groups.ts'
import { initialAgeSeconds } from '../../../src/http/rules/freshness.ts'
import { parseHttpDate } from '../../../src/http/rules/http-date.ts'
import { searchRule } from '../../../src/http/rules/no-vary-search.ts'
import { judge } from '../../../src/http/rules/storable.ts'
import { targetedControl } from '../../../src/http/rules/targeted.ts'
import { matchesAny } from '../../../src/http/rules/validators.ts'
import { parseVary } from '../../../src/http/rules/vary.ts'

const circumstances = { authorized: false, pageTtlMs: 60_000, maxBodyBytes: 1e6, now: 0 }

function isStored(name: string, lines: readonly string[]): boolean {
  return judge({ status: 200, fields: lines.flatMap((line) => [name, line]) }, circumstances).store
}

/** The same letters, each in either case. */
function anyCase(text: string): fc.Arbitrary<string> {
  return fc.array(fc.boolean(), { minLength: text.length, maxLength: text.length }).map((upper) =>
    text
      .split('')
      .map((c, at) => (upper[at] === true ? c.toUpperCase() : c))
      .join(''),
  )
}

const separator = fc
  .array(fc.constantFrom(',', ' ', '\t', ';', '"', ', ,', '\\'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''))
const harmless = fc.constantFrom('public', 'max-age=60', 's-maxage=60', 'foo="a, b"', 'x=1', '')
const restrictive = fc
  .constantFrom('no-store', 'private', 'no-cache', 'private="x"', 'no-cache="set-cookie"')
  .chain(anyCase)

describe('Cache-Control', () => {
  it('that restricts anywhere is never stored, whatever stands around it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(harmless, separator), { maxLength: 4 }),
        restrictive,
        fc.array(fc.tuple(separator, harmless), { maxLength: 4 }),
        (before, middle, after) => {
          const line = before.flat().join('') + middle + after.flat().join('')
          expect([line, isStored('Cache-Control', [line])]).toEqual([line, false])
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('that restricts in one of its lines is never stored, whatever the others are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string()),
        restrictive,
        fc.array(fc.string()),
        (before, line, after) => {
          expect(isStored('Cache-Control', [...before, line, ...after])).toBe(false)
        },
      ),
    )
  })

  it('never permits with Authorization what a broken member may have taken back', () => {
    fc.assert(
      fc.property(
        harmless,
        separator,
        harmless,
        fc.constantFrom('"', '=', '"a'),
        (a, s, b, odd) => {
          expect(parseCacheControl([`${a}${s}${b},${odd}`]).allowsAuthorized).toBe(false)
        },
      ),
    )
  })
})

describe('CDN-Cache-Control', () => {
  const line = fc
    .tuple(
      fc.array(fc.tuple(harmless, separator), { maxLength: 4 }),
      fc.oneof(restrictive, fc.constantFrom('no-store', 'private', 'no-cache')),
      fc.array(fc.tuple(separator, harmless), { maxLength: 4 }),
    )
    .map(([before, middle, after]) => before.flat().join('') + middle + after.flat().join(''))

  // The strictest reading is that of Cache-Control, which never stores what has a restrictive word in it.
  it('that restricts anywhere is never stored, whatever Cache-Control permits', () => {
    fc.assert(
      fc.property(line, (text) => {
        const fields = ['CDN-Cache-Control', text, 'Cache-Control', 'public, max-age=60']
        const { store } = judge({ status: 200, fields }, circumstances)
        expect([text, store]).toEqual([text, false])
      }),
      { numRuns: 2000 },
    )
  })

  it('that restricts in one of its lines is never stored, whatever the others are', () => {
    const others = fc.array(fc.oneof(harmless, fc.string()), { maxLength: 3 })
    fc.assert(
      fc.property(others, line, others, (before, text, after) => {
        expect(isStored('CDN-Cache-Control', [...before, text, ...after])).toBe(false)
      }),
    )
  })

  it('never gives a longer life than the shortest that it names', () => {
    const ages = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 4 })
    const between = fc.constantFrom(', ', ',', ' ,\t', ';x=1, ', ' , ')
    fc.assert(
      fc.property(ages, between, fc.constantFrom('', ',', ', &', ', "'), (all, join, end) => {
        const text = all.map((age) => `max-age=${age}`).join(join) + end
        const fields = ['CDN-Cache-Control', text, 'Cache-Control', 'max-age=0']
        const verdict = judge({ status: 200, fields }, circumstances)
        expect(verdict.store ? verdict.freshMs : 0).toBeLessThanOrEqual(Math.min(...all) * 1000)
      }),
    )
  })
})

describe('Vary', () => {
  it('with a star in any member is never stored', () => {
    const member = fc.constantFrom('accept', 'Cookie', '', ' ', 'x-a')
    fc.assert(
      fc.property(
        fc.array(member),
        fc.constantFrom('*', ' *', '*\t', 'a*'),
        fc.array(member),
        (before, star, after) => {
          expect(isStored('Vary', [[...before, star, ...after].join(',')])).toBe(false)
        },
      ),
    )
  })

  it('loses no name that it gives, however they are spelled', () => {
    const names = fc.array(fc.constantFrom('accept', 'cookie', 'x-a', 'x-b'), { minLength: 1 })
    fc.assert(
      fc.property(
        names,
        fc.constantFrom(',', ' ,', ',\t', ', ,'),
        fc.boolean(),
        (given, join, upper) => {
          const line = given.join(join)
          const read = parseVary([upper ? line.toUpperCase() : line])
          expect(read).toEqual([...new Set(given)].toSorted())
        },
      ),
    )
  })
})

describe('every parser', () => {
  const parsers: readonly (readonly [string, (text: string) => unknown])[] = [
    ['Cache-Control', (text) => parseCacheControl([text])],
    ['CDN-Cache-Control', (text) => targetedControl(['CDN-Cache-Control', text])],
    ['Vary', (text) => parseVary([text])],
    ['Age', (text) => initialAgeSeconds(['Age', text], 0)],
    ['dates', (text) => parseHttpDate(text, 0)],
    ['If-None-Match', (text) => matchesAny(text, '"etag"')],
    ['Accept-Encoding', acceptedCodings],
    ['Accept-Language', acceptedLanguages],
    ['Cache-Groups', (text) => groupTags(['Cache-Groups', text], 'cache-groups')],
    ['No-Vary-Search', (text) => searchRule(['No-Vary-Search', text])],
  ]

  it.each(parsers)('of %s never throws', (_name, parse) => {
    const parts = fc.constantFrom('"', '\\', ',', '=', ' ', 'W/', '*', '0', 'gzip', 'private', 'ü')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((each) => each.join('')),
        ),
        (text) => {
          expect(() => parse(text)).not.toThrow()
        },
      ),
    )
  })

  // Half a megabyte: quadratic work would take minutes, linear work a part of a second.
  const units = [
    '"',
    '\\',
    '",',
    ' ',
    ',',
    'a=',
    'a="',
    '="',
    'W/"',
    '0',
    ';q=',
    'private="',
    'a,',
    'a;b',
    'a=(1 ',
    '1 ',
  ]
  it.each(parsers)(
    'of %s takes no longer than its field is long',
    { timeout: 60_000 },
    (_name, parse) => {
      for (const unit of units) {
        expect(() => parse(unit.repeat(500_000 / unit.length))).not.toThrow()
      }
    },
  )
})
