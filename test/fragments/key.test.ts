import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tagField } from '../../src/base/generation.ts'
import { makeFragmentKey, type VaryValue } from '../../src/fragments/index.ts'
import { storedKey } from '../../src/fragments/key.ts'

describe('makeFragmentKey', () => {
  it.for<{ name: string; vary: VaryValue[]; key: string }>([
    { name: 'sidebar', vary: [], key: 'fragment:sidebar' },
    { name: 'sidebar', vary: [7], key: 'fragment:sidebar:7' },
    {
      name: 'list',
      vary: [3, new Date('2026-01-02T03:04:05Z')],
      key: 'fragment:list:3:2026-01-02T03%3A04%3A05.000Z',
    },
    { name: 'side', vary: [null], key: 'fragment:side:%-' },
    { name: 'side', vary: [''], key: 'fragment:side:' },
    { name: 'side', vary: [true, 5n], key: 'fragment:side:true:5' },
  ])('is readable: $key', ({ name, vary, key }) => {
    expect(makeFragmentKey(name, vary)).toBe(key)
  })

  it('is the same for a number and its text, and for null and undefined', () => {
    expect(makeFragmentKey('a', [7, null])).toBe(makeFragmentKey('a', ['7', undefined]))
  })

  it('never meets that of another list', () => {
    const value = fc.oneof(
      fc.constantFrom('', ':', '%', '%-', '%@', '>', 'a:b'),
      fc.string(),
      fc.constant(null),
    )
    const named = fc.tuple(fc.string({ minLength: 1 }), fc.array(value, { maxLength: 4 }))
    fc.assert(
      fc.property(
        named,
        named,
        fc.option(fc.string({ minLength: 1 })),
        ([a, as], [b, bs], version) => {
          fc.pre(JSON.stringify([a, as]) !== JSON.stringify([b, bs]))
          const key = makeFragmentKey(a, as)
          expect(key).not.toBe(makeFragmentKey(b, bs))
          expect(storedKey(key, version ?? undefined)).not.toBe(makeFragmentKey(b, bs))
        },
      ),
    )
  })

  it('is a tag, however long what it varies on is', () => {
    const keys = ['x', 'y'].map((end) => makeFragmentKey('é'.repeat(90), ['😀'.repeat(90) + end]))

    expect(keys.map(tagField)).toHaveLength(2)
    expect(keys[0]).not.toBe(keys[1])
  })

  it.for([[[{}]], [[NaN]], [[() => 1]], [[new Date(NaN)]], [['\ud800']]])(
    'refuses what tells nothing apart: %o',
    ([vary]) => {
      expect(() => makeFragmentKey('a', vary as VaryValue[])).toThrow(
        expect.objectContaining({ code: 'E_KEY' }),
      )
    },
  )
})
