// Whatever stands around a field that forbids to keep a page, in whatever order and spelling: the page is not kept.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge } from '../../../src/http/rules/storable.ts'

type Line = readonly [name: string, value: string]

const circumstances = {
  authorized: false,
  pageTtlMs: 60_000,
  maxBodyBytes: 1e6,
  now: Date.UTC(2026, 0, 1),
}

function isStored(lines: readonly Line[], authorized = false): boolean {
  const fields = lines.flat()
  return judge({ status: 200, fields }, { ...circumstances, authorized }).store
}

function anyCase(text: string): fc.Arbitrary<string> {
  const upper = fc.array(fc.boolean(), { minLength: text.length, maxLength: text.length })
  return upper.map((each) => {
    return text.replace(/./g, (letter, at: number) =>
      each[at] === true ? letter.toUpperCase() : letter,
    )
  })
}

const named = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Line> => {
  return fc.tuple(anyCase(name), value)
}

/** Fields that a page may well have, and any number of times. */
const harmless: fc.Arbitrary<Line> = fc.oneof(
  named('cache-control', fc.constantFrom('public', 'max-age=60', 's-maxage=600', 'immutable', '')),
  named('vary', fc.constantFrom('accept', 'Accept-Encoding, x-a', '')),
  named('content-type', fc.constantFrom('text/html', 'application/json')),
  named('expires', fc.constant('Thu, 01 Jan 2099 00:00:00 GMT')),
  named('etag', fc.constantFrom('"a"', 'W/"b"')),
  named('age', fc.constantFrom('0', '1', 'x')),
  named('pragma', fc.constant('public')),
  named('x-anything', fc.string()),
)

/** Each forbids on its own. */
const forbidding: fc.Arbitrary<Line> = fc.oneof(
  named('set-cookie', fc.string()),
  named(
    'cache-control',
    fc
      .tuple(
        fc.constantFrom('', ' ', 'max-age=60,', 'public , ', ',,', '\t', 'x="y",'),
        fc.constantFrom('private', 'no-store', 'no-cache', 'private="x"', 'no-cache="a, b"'),
        fc.constantFrom('', ' ', ',max-age=60', ' ; x', ', public', '="', ' "'),
      )
      .chain(([before, word, after]) => anyCase(word).map((spelt) => before + spelt + after)),
  ),
  named('vary', fc.constantFrom('*', 'accept,*', ' * ', ',,*', 'a b', 'accept; x')),
  named('content-range', fc.constant('bytes 0-1/2')),
)

function shuffled(lines: readonly Line[]): fc.Arbitrary<readonly Line[]> {
  return fc.shuffledSubarray([...lines], { minLength: lines.length, maxLength: lines.length })
}

describe('a head', () => {
  it('with one field that forbids is never kept, whatever the others are and in whatever order', () => {
    const heads = fc
      .tuple(fc.array(harmless, { maxLength: 8 }), forbidding)
      .chain(([lines, line]) => shuffled([...lines, line]))
    fc.assert(
      fc.property(heads, (lines) => {
        expect([lines, isStored(lines)]).toEqual([lines, false])
      }),
      { numRuns: 3000 },
    )
  })

  it('is kept without it, often enough for the test above to mean something', () => {
    const kept = fc
      .sample(fc.array(harmless, { maxLength: 3 }), 300)
      .filter((lines) => isStored(lines))

    expect(kept.length).toBeGreaterThan(100)
  })

  it('answers no request with Authorization because of a field that does not allow it', () => {
    const silent = harmless.filter(([name, value]) => {
      return name.toLowerCase() !== 'cache-control' || /^(?:max-age=60|immutable|)$/.test(value)
    })
    fc.assert(
      fc.property(fc.array(silent, { maxLength: 8 }), (lines) => {
        expect(isStored(lines, true)).toBe(false)
      }),
    )
  })

  it('of any other kind than one that a whole page has is not kept', () => {
    const head = { fields: ['Cache-Control', 'no-store'] }
    for (let status = 100; status < 600; status++) {
      expect(judge({ ...head, status }, circumstances).store).toBe(false)
    }
    for (const status of [206, 304, 401, 407, 429, 500, 502, 503]) {
      const fields = ['Cache-Control', 'max-age=60']
      expect([status, judge({ status, fields }, circumstances).store]).toEqual([status, false])
    }
  })
})
