import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CacheControl, parseCacheControl } from '../../../src/http/rules/cache-control.ts'
import { mergeCacheControl } from '../../../src/http/rules/merge-cache-control.ts'

describe('mergeCacheControl', () => {
  it.each<readonly [lines: readonly string[], more: string, merged: string]>([
    [[], 'max-age=60', 'max-age=60'],
    [[''], 'private', 'private'],
    [['max-age=60'], 'max-age=5', 'max-age=5'],
    [['max-age=5'], 'max-age=60', 'max-age=5'],
    [['max-age="60"'], 'max-age=30', 'max-age=30'],
    [['max-age=x'], 'max-age=60', 'max-age=x'],
    [['max-age'], 'max-age=60', 'max-age'],
    [['s-maxage=5'], 's-maxage=60, max-age=60', 's-maxage=5, max-age=60'],
    [['max-age=60', 'S-MaxAge=5'], 'stale-if-error=9', 'max-age=60, s-maxage=5, stale-if-error=9'],
    [['public, max-age=60'], 'private', 'max-age=60, private'],
    [['private'], 'public', 'private'],
    [['private="x"'], 'public', 'private="x"'],
    [['no-cache="x"'], 'no-cache', 'no-cache'],
    [['no-cache'], 'no-cache', 'no-cache'],
    [['no-cache="x", no-cache="y"'], 'private', 'no-cache, private'],
    [['own="a, b", max-age=60,, '], 'no-store', 'own="a, b", max-age=60, no-store'],
    [['own=1, own=2'], 'no-store', 'own=2, no-store'],
  ])('of %j and %j is %j', (lines, more, merged) => {
    expect(mergeCacheControl(lines, more)).toBe(merged)
  })

  it('leaves a field that breaks the grammar as it is, behind what restricts', () => {
    const merged = mergeCacheControl(
      ['max-age=600, own="never ends'],
      'private, max-age=60, public',
    )

    expect(merged).toBe('private, max-age=600, own="never ends')
  })

  it('never permits more than either of the two', () => {
    const directive = fc.constantFrom(
      'max-age=60',
      'max-age=5',
      'MAX-AGE="7"',
      'max-age=x',
      's-maxage=9',
      's-maxage=90',
      'private',
      'private="x"',
      'public',
      'no-store',
      'no-cache',
      'no-cache="x"',
      'no-cache="y"',
      'must-revalidate',
      'stale-while-revalidate=5',
      'stale-while-revalidate=50',
      'own="private"',
      'broken="',
    )
    const field = fc.array(directive, { maxLength: 5 }).map((all) => all.join(', '))
    const added = fc
      .array(directive, { maxLength: 4 })
      .map((all) => all.filter((each) => each !== 'broken="').join(', '))
    const property = fc.property(field, added, (line, more) => {
      const [said, told, merged] = [line, more, mergeCacheControl([line], more)].map((text) => {
        return parseCacheControl([text])
      }) as [CacheControl, CacheControl, CacheControl]
      for (const each of [said, told]) {
        for (const name of ['noStore', 'noCache', 'private', 'odd', 'mustRevalidate'] as const) {
          // A broken field's own words may say so for all of it.
          if (each[name]) expect([name, merged[name] || merged.odd]).toEqual([name, true])
        }
        for (const name of ['maxAge', 'sMaxage', 'staleWhileRevalidate'] as const) {
          const limit = each[name]
          if (limit === undefined || (each === told && /broken/.test(line))) continue
          expect(merged[name] ?? Infinity).toBeLessThanOrEqual(limit)
        }
      }
    })
    fc.assert(property, { numRuns: 2000 })
  })
})
