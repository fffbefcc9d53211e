import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { json } from '../../src/codec/json.ts'
import { exact } from './exact.ts'
import { anyValue, CARRIED, foreign, Money } from './values.ts'

const codec = json({ classes: { Money } })

describe('json.copy', () => {
  it.for(CARRIED)('brings back %s', ([, value]) => {
    expect(exact(codec.copy(value, false).value)).toBe(exact(value))
    expect(exact(codec.copy(value, true).value)).toBe(exact(value))
  })

  it('equals what decoding the encoded value gives', () => {
    fc.assert(
      fc.property(anyValue, fc.boolean(), (value, freeze) => {
        const decoded = codec.decode(codec.encode(value, 'k'), 'k')

        expect(exact(codec.copy(value, freeze).value)).toBe(exact(decoded))
      }),
      { numRuns: 1000 },
    )
  })

  it('takes objects of another realm for what they are', () => {
    const decoded = codec.decode(codec.encode(foreign(), 'k'), 'k')

    expect(exact(codec.copy(foreign(), false).value)).toBe(exact(decoded))
  })

  it('is independent of the original', () => {
    const original = {
      list: [{ a: 1 }],
      map: new Map([['a', { b: 1 }]]),
      set: new Set([1]),
      at: new Date(1),
      bytes: Buffer.from('a'),
      money: new Money(1, 'EUR'),
    }
    const before = exact(original)
    const { value } = codec.copy(original, false)

    ;(original.list[0] as { a: number }).a = 2
    original.map.clear()
    original.set.add(2)
    original.at.setTime(2)
    original.bytes[0] = 0
    Object.assign(original.money, { currency: 'USD' })

    expect(exact(value)).toBe(before)
  })

  it('freezes objects, arrays and instances at every depth, and leaves the original alone', () => {
    const original = {
      list: [{ a: 1 }],
      map: new Map([['k', { b: [1] }]]),
      money: new Money(1, 'EUR'),
    }
    const copy = codec.copy(original, true).value as typeof original

    const inner = copy.map.get('k')

    expect(
      [copy, copy.list, copy.list[0], copy.money, inner, inner?.b].every(Object.isFrozen),
    ).toBe(true)
    expect([original, original.list, original.list[0], original.money].some(Object.isFrozen)).toBe(
      false,
    )
  })

  it('gives a frozen object __proto__ as a property of its own', () => {
    const original = JSON.parse('{"__proto__":{"polluted":{}}}') as object

    const copy = codec.copy(original, true).value as object

    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(exact(copy)).toBe(exact(original))
  })

  it.for<readonly [string, unknown, boolean, boolean]>([
    ['a string', 'x', true, true],
    ['undefined', undefined, true, true],
    ['a bigint', 1n, true, true],
    ['null', null, true, true],
    ['plain data', { a: [1, { b: 'x' }] }, false, true],
    ['a list', [undefined, NaN, 1n], false, true],
    ['a Date inside', { a: [new Date()] }, false, false],
    ['a Map', new Map(), false, false],
    ['a Set', new Set(), false, false],
    ['a Buffer', Buffer.alloc(1), false, false],
    ['a RegExp', /a/, false, false],
    ['a URL', new URL('https://a.b'), false, false],
    ['an instance', new Money(1, 'EUR'), false, false],
  ])('says whether %s may be shared', ([, value, unfrozen, frozen]) => {
    expect(codec.copy(value, false).shareable).toBe(unfrozen)
    expect(codec.copy(value, true).shareable).toBe(frozen)
  })

  it('estimates the memory that a value takes', () => {
    const rows = Array.from({ length: 1000 }, (_, id) => ({
      id,
      name: `row ${id}`,
      price: id / 7,
      tags: ['a', 'b'],
    }))

    const estimate = codec.copy(rows, false).bytes

    // Four slots, a number, a string, an array of two: 250 bytes give or take a half.
    expect(estimate / rows.length).toBeGreaterThan(125)
    expect(estimate / rows.length).toBeLessThan(375)
    expect(codec.copy('x'.repeat(100_000), false).bytes).toBeCloseTo(100_000, -3)
    expect(codec.copy('\u4e2d'.repeat(500), false).bytes).toBeGreaterThanOrEqual(1000)
    expect(codec.copy({ body: Buffer.alloc(50_000) }, false).bytes).toBeGreaterThanOrEqual(50_000)
    expect(codec.copy(2n ** 100_000n, false).bytes).toBeGreaterThanOrEqual(12_500)
  })

  it('copies a Buffer into memory of its own, whatever slab it is a piece of', () => {
    const slab = Buffer.alloc(65_536)
    const page = slab.subarray(100, 20_100)

    for (const body of [page, Buffer.from('small'), Buffer.concat([page, page])]) {
      for (const freeze of [true, false]) {
        const copy = codec.copy(body, freeze).value as Buffer

        expect(copy.equals(body)).toBe(true)
        expect(copy.buffer.byteLength).toBe(body.byteLength)
      }
    }
  })
})
