import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wireKey } from '../../src/base/key.ts'
import { Families, type FamilyOf } from '../../src/cache/families.ts'

const SPACE = { prefix: 'shop', version: '1', namespaces: [] }

/** The families of keys, seen in this order, each with how many of them it has. */
function learned(
  keys: readonly string[],
  { max = 200, of }: { max?: number; of?: FamilyOf } = {},
  namespaces: readonly string[] = [],
): Record<string, number> {
  const families = new Families({}, { max, of })
  for (const key of keys) families.of(wireKey({ ...SPACE, namespaces }, key)).hits++
  const counted = [...families.entries()].map(([name, { hits }]) => [name, hits] as const)
  return Object.fromEntries(counted.filter(([, hits]) => hits > 0))
}

function many(count: number, key: (n: string) => string): string[] {
  const letters = (n: number): string =>
    n < 26 ? String.fromCharCode(97 + n) : letters(Math.floor(n / 26) - 1) + letters(n % 26)
  return Array.from({ length: count }, (_, n) => key(letters(n)))
}

describe('families learned from keys', () => {
  it('are those of ids by their looks', () => {
    expect(learned(['product:7', 'product:8', 'product:8:reviews'])).toEqual({
      'product:*': 2,
      'product:*:reviews': 1,
    })
  })

  it('tell up to 16 names in one place apart, and take more of them for ids', () => {
    expect(Object.keys(learned(many(16, (n) => `article:${n}`)))).toHaveLength(16)
    expect(learned(many(17, (n) => `article:${n}`))).toEqual({ 'article:*': 17 })
  })

  it('join what is below names that turned out to be ids', () => {
    const keys = many(40, (n) => `article:${n}:comments`)

    expect(learned([...keys, 'article:a:likes'])).toEqual({
      'article:*:comments': 40,
      'article:*:likes': 1,
    })
  })

  it('never take what keys begin with for an id because there are many', () => {
    expect(Object.keys(learned(many(150, (n) => `${n}:list`)))).toHaveLength(150)
  })

  it('take whole keys without parts for ids when there are more than 64', () => {
    expect(Object.keys(learned(many(64, (n) => n)))).toHaveLength(64)
    expect(learned(many(65, (n) => n))).toEqual({ '*': 65 })
  })

  it('know names that end with a number by what is before it, as soon as two of them differ', () => {
    expect(learned(['page2'])).toEqual({ page2: 1 })
    expect(learned(['page2', 'page3', 'page3'])).toEqual({ 'page*': 3 })
  })

  it('keep namespaces apart, and know many of them as one', () => {
    const inOne = (name: string): Record<string, number> => learned(['product:7'], {}, [name])
    expect(inOne('users')).toEqual({ 'users>product:*': 1 })

    const families = new Families({}, { max: 200, of: undefined })
    for (const name of many(100, (n) => n))
      families.of(wireKey({ ...SPACE, namespaces: [name] }, 'menu')).hits++
    expect([...families.entries()].map(([name]) => name)).toEqual(['*>menu', '(others)'])
  })

  it('of keys that are hashed for a store are those of their readable head', () => {
    expect(learned(['greeting of the day', `report:${'x'.repeat(300)}`])).toEqual({
      greeting_of_the_day: 1,
      'report:*': 1,
    })
  })

  it('are never more than `max`; the rest is counted together', () => {
    const counted = learned(
      many(1000, (n) => `${n}:list`),
      { max: 5 },
    )

    expect(Object.keys(counted)).toHaveLength(6)
    expect(counted['(others)']).toBe(995)
  })

  it('make room by joining names where there is none left', () => {
    const counted = learned(['a:x', 'a:y', 'a:z', 'b:list'], { max: 2 })

    expect(counted).toEqual({ 'a:*': 3, 'b:list': 1 })
  })

  it('are those that the application says, where it says one', () => {
    const of = (key: string): string | undefined => {
      if (key === 'bad') throw new Error('no family')
      return key.startsWith('product:') ? 'goods' : undefined
    }

    expect(learned(['product:7', 'product:x', 'user:7', 'bad'], { of })).toEqual({
      goods: 2,
      'user:*': 1,
      bad: 1,
    })
  })

  it('are one where there are to be none', () => {
    expect(learned(['product:7', 'user:7'], { max: 0 })).toEqual({ '(others)': 2 })
  })

  it('do not depend on the order of the keys, as long as there is room for all', () => {
    const part = fc.oneof(
      fc.constantFrom('a', 'b', 'list', 'page2', 'page3', '7', '8', 'x'),
      fc.integer({ min: 0, max: 40 }).map((n) => many(41, (name) => name)[n] as string),
    )
    const key = fc
      .array(part, { minLength: 1, maxLength: 4 })
      .chain((parts) => fc.constantFrom(':', '/').map((by) => parts.join(by)))
    const inTwoOrders = fc
      .array(key, { minLength: 1, maxLength: 200 })
      .chain((keys) =>
        fc.tuple(fc.constant(keys), fc.shuffledSubarray(keys, { minLength: keys.length })),
      )

    fc.assert(
      fc.property(inTwoOrders, ([one, other]) => {
        expect(learned(other, { max: 10_000 })).toEqual(learned(one, { max: 10_000 }))
      }),
      { numRuns: 200 },
    )
  })

  it('lose no count when they become one, also those of tallies that were handed out before', () => {
    const families = new Families({}, { max: 200, of: undefined })
    const wires = many(40, (n) => wireKey(SPACE, `article:${n}`))
    for (const wire of wires) families.of(wire).hits++
    for (const wire of wires) families.of(wire).hits++

    expect([...families.entries()].map(([name, { hits }]) => [name, hits])).toEqual([
      ['article:*', 80],
      ['(others)', 0],
    ])
  })
})
