import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allowedQuery,
  type PageTarget,
  targetOfAddress,
  urlKey,
  variantKey,
} from '../../src/http/key.ts'

const target: PageTarget = {
  prefix: '',
  site: 0,
  scheme: 'https',
  authority: 'shop.example',
  alsoKnownAs: [],
  path: '/product/1',
  query: '',
  authorized: false,
  principal: undefined,
  parts: [],
  varyOn: [],
}

describe('urlKey', () => {
  it('can be read by people', () => {
    expect(urlKey(target)).toMatch(/^page:GET:\/product\/1:[\w-]{43}$/)
  })

  it('shows the prefix', () => {
    expect(urlKey({ ...target, prefix: 'phone' })).toMatch(
      /^page:phone:GET:\/product\/1:[\w-]{43}$/,
    )
  })

  it('is short and plain whatever the path is', () => {
    const key = urlKey({ ...target, path: `/${'x y>ü~'.repeat(10_000)}` })
    expect(key).toMatch(/^[\x21-\x7e]{1,160}$/)
    expect(key).not.toContain('>')
  })

  it.for<readonly [string, PageTarget]>([
    ['more than its address', target],
    ['its address and nothing else', { ...target, alsoKnownAs: [target.authority] }],
  ])('differs in each part where a target is %s, also when it is known', ([, base]) => {
    const others: readonly Partial<PageTarget>[] = [
      {},
      { scheme: 'http' },
      { scheme: 'https 1 a' },
      { authority: 'shop.example:8080' },
      { alsoKnownAs: [''] },
      { path: '/product/1/' },
      { path: '/product/%31' },
      { path: '/Product/1' },
      { query: '?' },
      { query: '?a=1&b=2' },
      { query: '?b=2&a=1' },
      { path: '/product/1?', query: '' },
      { authorized: true },
      { principal: 'string:' },
      { principal: 'null' },
      { parts: ['de'] },
      { parts: ['d', 'e'] },
      { parts: [1] },
      { parts: ['1'] },
      { parts: [true] },
      { parts: ['true'] },
      { varyOn: [['a', undefined]] },
      { varyOn: [['a', '']] },
      { varyOn: [['a', '-']] },
      { varyOn: [['a', '0:']] },
      { prefix: 'a' },
      { site: 1 },
      { site: 2 },
      { prefix: 'a', site: 1 },
    ]
    const keys = others.map((other) => urlKey({ ...base, ...other }))
    expect(new Set(keys).size).toBe(keys.length)
    expect(others.map((other) => urlKey({ ...base, ...other }))).toEqual(keys)
  })

  it('is the same when so many others were asked for that it is forgotten', () => {
    const plain = { ...target, alsoKnownAs: [target.authority] }
    const before = [urlKey(target), urlKey(plain)]

    for (let each = 0; each < 5001; each++) {
      urlKey({ ...target, query: `?flood=${each}` })
      urlKey({ ...plain, query: `?flood=${each}` })
    }

    expect([urlKey(target), urlKey(plain)]).toEqual(before)
  })

  it('is never the same for two different lists of parts', () => {
    const texts = fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 })
    const property = fc.property(texts, texts, (a, b) => {
      const same = JSON.stringify(a) === JSON.stringify(b)
      const equal = urlKey({ ...target, parts: a }) === urlKey({ ...target, parts: b })
      expect(equal).toBe(same)
    })
    fc.assert(property)
  })
})

describe('targetOfAddress', () => {
  const { authority, path, prefix, query, scheme, site } = target
  const address = { authority, path, prefix, query, scheme, site }

  it('has the key that its target would get, known or not', () => {
    const made = targetOfAddress(address)
    const key = urlKey({ ...made, known: undefined })

    expect(urlKey(made)).toBe(key)
    expect(made).toEqual({ ...target, alsoKnownAs: [authority], known: key })
    expect(targetOfAddress({ ...address })).toBe(made)
  })

  it('differs in each part of the address, also when it is known', () => {
    const others: readonly Partial<typeof address>[] = [
      {},
      { scheme: 'http' },
      { scheme: 'https 1 a' },
      { authority: 'shop.example:8080' },
      { path: '/product/1/' },
      { query: '?' },
      { path: '/product/1?' },
      { query: '?a=1' },
      { path: '/product/1?a=1' },
      { prefix: 'a' },
      { site: 1 },
      { prefix: 'a', site: 1 },
    ]
    const keys = others.map((other) => urlKey(targetOfAddress({ ...address, ...other })))

    expect(new Set(keys).size).toBe(keys.length)
    expect(others.map((other) => urlKey(targetOfAddress({ ...address, ...other })))).toEqual(keys)
  })

  it('remembers a bounded number, and few that differ in their host alone', () => {
    const first = targetOfAddress(address)
    for (let host = 0; host < 16; host++) targetOfAddress({ ...address, authority: `h${host}` })
    const again = targetOfAddress(address)
    for (let each = 0; each < 5001; each++) targetOfAddress({ ...address, path: `/flood/${each}` })
    const later = targetOfAddress(address)

    expect(again).not.toBe(first)
    expect(later).not.toBe(again)
    expect([again, later]).toEqual([first, first])
  })

  it('is made anew each time for an address that is too long to remember', () => {
    const long = { ...address, path: `/${'x'.repeat(1024)}` }

    expect(targetOfAddress(long)).not.toBe(targetOfAddress(long))
  })
})

describe('variantKey', () => {
  it('tells a missing field from an empty one, and values from names', () => {
    const keys = [
      urlKey(target),
      variantKey(target, []),
      variantKey(target, [['a', undefined]]),
      variantKey(target, [['a', '']]),
      variantKey(target, [['a', 'b']]),
      variantKey(target, [['ab', '']]),
      variantKey(target, [
        ['a', 'b'],
        ['c', undefined],
      ]),
      variantKey({ ...target, varyOn: [['a', 'b']] }, []),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('allowedQuery', () => {
  it.each<readonly [string, string]>([
    ['', ''],
    ['?', ''],
    ['?utm=1', ''],
    ['?page=2&utm=1', '?page=2'],
    ['?sort=up&page=2', '?page=2&sort=up'],
    ['?page=2&sort=up&page=1', '?page=2&page=1&sort=up'],
    ['?p%61ge=2', '?p%61ge=2'],
    ['?page', '?page'],
    ['?page[]=1&page[x]=2', '?page[]=1&page[x]=2'],
    ['?pages=1', ''],
    ['?%zz=1', '?%zz=1'],
    ['?&&page=1&', '?page=1'],
  ])('%j keeps %j', (query, kept) => {
    expect(allowedQuery(query, ['page', 'sort'])).toBe(kept)
  })
})
