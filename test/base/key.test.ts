import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkPrefix,
  checkVersion,
  type Key,
  type KeySpace,
  keyText,
  MAX_KEY_BYTES,
  namespaceName,
  namespacePathsOf,
  wireKey,
} from '../../src/base/key.ts'

const shop: KeySpace = { prefix: 'shop', version: '1', namespaces: [] }
const tenant: KeySpace = { prefix: 'shop', version: '1', namespaces: ['tenant-7'] }

describe('keyText', () => {
  it('takes a string as it is', () => {
    expect(keyText('user:1:profile')).toBe('user:1:profile')
  })

  it('joins a list by colons', () => {
    expect(keyText(['product', 7, 'reviews', true, 12n])).toBe('product:7:reviews:true:12')
  })

  it('never gives two lists of different parts one text', () => {
    const list = fc.array(fc.string(), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(list, list, (a, b) => {
        const same = a.length === b.length && a.every((part, index) => part === b[index])
        if (same || a.join('') === '' || b.join('') === '') return
        expect(keyText(a)).not.toBe(keyText(b))
      }),
      {
        examples: [
          [
            ['a:b', 'c'],
            ['a', 'b:c'],
          ],
          [['a%3Ab'], ['a:b']],
          [['a', ''], ['a']],
        ],
      },
    )
  })

  it.for([
    [''],
    [[]],
    [['']],
    [null],
    [undefined],
    [7],
    [{}],
    [['a', null]],
    [['a', undefined]],
    [[NaN]],
    [[Infinity]],
    [[[]]],
    [[new Date()]],
  ])('refuses %j', ([bad]) => {
    expect(() => keyText(bad as Key)).toThrow(expect.objectContaining({ code: 'E_KEY' }))
  })
})

describe('wireKey', () => {
  it('is prefix, version and key, as Django writes it', () => {
    expect(wireKey(shop, 'user:1:profile')).toBe('shop:1:user:1:profile')
  })

  it('keeps letters of every script, since they have one UTF-8 form', () => {
    expect(wireKey(shop, 'ключ')).toBe('shop:1:ключ')
  })

  it('counts the limit in bytes, not in characters', () => {
    const cjk = '漢'.repeat(200)

    const wire = wireKey(shop, cjk)

    expect(Buffer.byteLength(wire)).toBeLessThanOrEqual(MAX_KEY_BYTES)
    expect(wire).toMatch(/^shop:1:漢+~[\w-]{43}$/)
  })

  it.for(['has space', 'line\nbreak', 'nul\0', 'del\u007f', 'lone \ud800', 'tenant-7>product:7'])(
    'hashes %j, which not every store can carry, with a readable head',
    (text) => {
      expect(wireKey(shop, text)).toMatch(/^shop:1:[^\s>]+~[\w-]{43}$/)
    },
  )

  it('hashes a key that looks like a hashed one, so that nobody can forge it', () => {
    const hashed = wireKey(shop, 'has space').slice('shop:1:'.length)

    expect(wireKey(shop, hashed)).not.toBe(wireKey(shop, 'has space'))
  })

  it('never gives two texts one wire key, whatever characters or length they have, in any namespace', () => {
    const text = fc.oneof(
      fc.string({ minLength: 1, unit: 'binary' }),
      fc.string({ minLength: 1, maxLength: 400 }),
      fc.string({ minLength: 1 }).map((head) => `tenant-7>${head}`),
    )
    const space = fc.constantFrom(shop, tenant)
    fc.assert(
      fc.property(text, text, space, space, (a, b, in1, in2) => {
        if (a === b && in1 === in2) return
        expect(wireKey(in1, a)).not.toBe(wireKey(in2, b))
      }),
    )
  })

  it('fits every text into the limit, without blanks or control characters', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 600, unit: 'binary' }), (text) => {
        const wire = wireKey(tenant, text)
        expect(Buffer.byteLength(wire)).toBeLessThanOrEqual(MAX_KEY_BYTES)
        expect(wire).not.toMatch(/[\u0000-\u0020\u007f]/)
      }),
    )
  })
})

describe('namespaces', () => {
  it('stand in front of the key', () => {
    expect(wireKey(tenant, 'product:7')).toBe('shop:1:tenant-7>product:7')
  })

  it('can be read from a wire key, outermost first, as whole paths', () => {
    expect(namespacePathsOf('shop:1:a>b>key:x')).toEqual(['a', 'a>b'])
    expect(namespacePathsOf('shop:1:key')).toEqual([])
  })

  it('have names that are escaped, never refused for their characters', () => {
    expect(namespaceName('a:b>c d%')).toBe('a%3Ab%3Ec%20d%25')
  })

  it.for(['', 'x'.repeat(65), '\ud800', 7, undefined])('refuses the name %j', (bad) => {
    expect(() => namespaceName(bad as string)).toThrow(expect.objectContaining({ code: 'E_KEY' }))
  })

  it('refuses nesting that leaves no room for a key', () => {
    const deep = { ...shop, namespaces: Array.from({ length: 5 }, () => 'x'.repeat(60)) }
    expect(() => wireKey(deep, 'k')).toThrow(expect.objectContaining({ code: 'E_KEY' }))
  })
})

describe('checkPrefix', () => {
  it.for(['a:b', '', 'a b', 'x'.repeat(65), 'a*', '{a}', 7, null])(
    'refuses %j, which could meet the keys of another prefix',
    (bad) => {
      expect(() => checkPrefix(bad)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    },
  )
})

describe('checkVersion', () => {
  it('takes numbers and short names', () => {
    expect([checkVersion(2), checkVersion(2.5), checkVersion('v3')]).toEqual(['2', '2.5', 'v3'])
  })

  it.for(['a:b', '', '~lock', NaN, null, {}])('refuses %j', (bad) => {
    expect(() => checkVersion(bad)).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
  })
})
