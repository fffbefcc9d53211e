// How the tags of pages are called outside: every name is carried as it is, and the same on every page and every purge.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cdnName, purgeNames } from '../../../src/http/cdn/names.ts'
import {
  type CdnField,
  type CdnOptions,
  cdnPolicy,
  type CdnPolicy,
  tagFields,
} from '../../../src/http/cdn/tag-fields.ts'

const tag = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
  .filter((text) => text.isWellFormed() && Buffer.byteLength(text) <= 256)

function policy(fields: readonly CdnField[], more: Partial<CdnOptions> = {}): CdnPolicy {
  return cdnPolicy({ fields, ...more }) as CdnPolicy
}

function valueOf(
  field: CdnField,
  tags: readonly string[] | undefined,
  own: readonly string[] = [],
  more: Partial<CdnOptions> = {},
): string | undefined {
  const { add } = tagFields(policy([field], more), { fields: own, tags })
  expect(add[0]).toBe(field)
  expect(add).toHaveLength(2)
  return add[1]
}

describe('cdnName', () => {
  it.each([
    ['product:7', 'product:7'],
    ['page-route:/product/:id', 'page-route:/product/:id'],
    ['big sale', 'big%20sale'],
    ['a,b', 'a%2Cb'],
    ['100%', '100%25'],
    ['~all', '%7Eall'],
    ['Öl', '%C3%96l'],
  ])('of %j is %j', (given, name) => {
    expect(cdnName(given)).toBe(name)
  })

  it('has no blank, comma, quote or control, and 200 bytes at most', () => {
    fc.assert(
      fc.property(tag, (given) => {
        expect(cdnName(given)).toMatch(/^[!#-+\--}]{1,200}$/)
      }),
    )
  })

  it('is never the same for two tags', () => {
    fc.assert(
      fc.property(tag, tag, (a, b) => {
        expect(cdnName(a) === cdnName(b)).toBe(a === b)
      }),
    )
  })

  it('of a long tag is a hash, which no other tag is written like', () => {
    const name = cdnName('ö'.repeat(100))

    expect(name).toMatch(/^%hash:[\w-]{43}$/)
    expect(cdnName(name)).not.toBe(name)
  })
})

describe('purgeNames', () => {
  it('purge the tags and the pages that have too many, and nothing for no tags', () => {
    expect(purgeNames(['product:7', 'big sale'])).toEqual(['product:7', 'big%20sale', '~many'])
    expect(purgeNames([])).toEqual([])
  })
})

describe('tagFields', () => {
  it.each<readonly [CdnField, string]>([
    ['Surrogate-Key', 'product:7 big%20sale ~all'],
    ['xkey', 'product:7 big%20sale ~all'],
    ['Cache-Tag', 'product:7,big%20sale,~all'],
    ['Cache-Groups', '"product:7", "big sale", "~all"'],
  ])('write %s as its readers expect', (field, value) => {
    expect(valueOf(field, ['product:7', 'big sale'])).toBe(value)
  })

  it('keep what the view says in such a field itself', () => {
    expect(
      valueOf('Surrogate-Key', ['a'], ['surrogate-key', 'own a', 'Surrogate-Key', 'more']),
    ).toBe('own a more ~all')
    expect(valueOf('Cache-Tag', ['a'], ['Cache-Tag', 'own, more'])).toBe('own,more,a,~all')
    expect(valueOf('Cache-Groups', ['a', 'b'], ['Cache-Groups', '"own";x, "a"'])).toBe(
      '"own";x, "a", "b", "~all"',
    )
  })

  it('name the groups of the view’s own Cache-Groups in the other fields, too', () => {
    expect(valueOf('Surrogate-Key', [], ['Cache-Groups', '"g 1"'])).toBe('g%201 ~all')
  })

  it('escape what a string of RFC 9651 escapes', () => {
    expect(valueOf('Cache-Groups', ['say "a\\b"', 'Öl'])).toBe(
      '"say \\"a\\\\b\\"", "%C3%96l", "~all"',
    )
  })

  const many = Array.from({ length: 1200 }, (_, index) => `product:${index}`)

  it.each<readonly [string, Partial<CdnOptions>, readonly string[]]>([
    ['more bytes than the field may have', { maxTags: 10_000 }, many],
    ['more tags than the field may have', { maxTags: 2 }, ['a', 'b', 'c']],
  ])('carry one name that every purge purges in place of %s', (_what, more, tags) => {
    expect(valueOf('Surrogate-Key', tags, ['Surrogate-Key', 'own'], more)).toBe('own ~all ~many')
    expect(purgeNames(['any'])).toContain('~many')
  })

  it('carry it also where the tags cannot be told', () => {
    expect(valueOf('Surrogate-Key', undefined)).toBe('~all ~many')
  })

  it.each<readonly [unknown]>([
    [{}],
    [{ fields: [] }],
    [{ fields: ['Surrogate-Keys'] }],
    [{ fields: ['xkey'], maxBytes: '64kb' }],
    [{ fields: ['xkey'], maxTags: 0 }],
    [{ field: ['xkey'] }],
  ])('refuse %j', (given) => {
    expect(() => cdnPolicy(given as CdnOptions)).toThrow(/cdn/)
  })
})
