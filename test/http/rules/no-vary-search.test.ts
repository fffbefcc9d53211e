import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isWithin,
  narrowed,
  ruleText,
  sameSearch,
  type SearchRule,
  searchRule,
  strictest,
} from '../../../src/http/rules/no-vary-search.ts'

function ruleOf(...lines: readonly string[]): SearchRule | undefined {
  return searchRule(lines.flatMap((line) => ['No-Vary-Search', line]))
}

describe('searchRule', () => {
  it.each<readonly [string, SearchRule]>([
    ['params', { ignored: 'others', names: [], ordered: true }],
    ['params=?1', { ignored: 'others', names: [], ordered: true }],
    ['params=("b" "a" "b")', { ignored: 'named', names: ['a', 'b'], ordered: true }],
    ['params, except=("x")', { ignored: 'others', names: ['x'], ordered: true }],
    ['params, except=()', { ignored: 'others', names: [], ordered: true }],
    ['key-order', { ignored: 'named', names: [], ordered: false }],
    ['key-order=?1, params=("a")', { ignored: 'named', names: ['a'], ordered: false }],
    ['params, key-order, except=("x")', { ignored: 'others', names: ['x'], ordered: false }],
    ['params=("%C3%A9+%E6%B0%97")', { ignored: 'named', names: ['é 気'], ordered: true }],
    [
      String.raw`params=("a\"b" "c=d&e" "?f")`,
      { ignored: 'named', names: ['?f', 'a"b', 'c=d&e'], ordered: true },
    ],
    ['params=("a"), params=("b")', { ignored: 'named', names: ['b'], ordered: true }],
    ['params=("a";x=1);y, key-order;z', { ignored: 'named', names: ['a'], ordered: false }],
  ])('reads %s', (line, rule) => {
    expect(ruleOf(line)).toEqual(rule)
  })

  it('reads its lines as one dictionary', () => {
    expect(ruleOf('key-order', 'params=("a")')).toEqual(ruleOf('key-order, params=("a")'))
  })

  // The draft's own examples, and what breaks the grammar.
  it.each([
    'unknown-key',
    'params, unknown-key',
    'key-order="not a boolean"',
    'params="not a boolean or inner list"',
    'params=(not-a-string)',
    'params=("a"), except=("x")',
    'params=(), except=()',
    'params=?0, except=("x")',
    'params, except=(not-a-string)',
    'params, except="not an inner list"',
    'params, except=?1',
    'except=("x")',
    'except=()',
    'params=?0',
    'params=()',
    'key-order=?0',
    '',
    'params,',
    'params=("a"',
    'params=("a""b")',
    'Params',
    'params=',
    'params key-order',
  ])('does not take %j for a promise', (line) => {
    expect(ruleOf(line)).toBeUndefined()
  })

  it('takes no list beyond 64 names', () => {
    const list = (count: number): string =>
      Array.from({ length: count }, (_, at) => `"n${at}"`).join(' ')

    expect(ruleOf(`params=(${list(64)})`)?.names).toHaveLength(64)
    expect(ruleOf(`params=(${list(65)})`)).toBeUndefined()
  })
})

describe('sameSearch', () => {
  it.each<readonly [string, string, string, boolean]>([
    ['params=("utm")', '?id=1&utm=a', '?utm=b&id=1', true],
    ['params=("utm")', '?id=1&utm=a', '?id=2&utm=a', false],
    ['params=("utm")', '?a=1&b=2', '?b=2&a=1', false],
    ['params', '?a=1', '', true],
    ['params, except=("id")', '?id=1&x=2', '?y=3&id=1', true],
    ['params, except=("id")', '?id=1', '?id=1&id=2', false],
    ['key-order', '?a=1&b=2', '?b=2&a=1', true],
    ['key-order', '?a=1&a=2', '?a=2&a=1', false],
    ['key-order', '?a=x', '?%61=%78', true],
    ['key-order', '?a=%20', '?a=+', true],
    ['key-order', '?a', '?a=&&&', true],
    ['key-order', '?a=%f6', '?a=%ef%bf%bd', true],
    ['key-order', '', '?', true],
    ['key-order', '??a', '?a', false],
  ])('under %s: %s and %s', (line, made, asked, same) => {
    expect(sameSearch(made, asked, ruleOf(line))).toBe(same)
  })

  it('compares as they are written where there is no promise', () => {
    expect(sameSearch('?a=x', '?%61=x', undefined)).toBe(false)
    expect(sameSearch('?', '', undefined)).toBe(false)
    expect(sameSearch('?a', '?a', undefined)).toBe(true)
  })
})

const name = fc.constantFrom('a', 'b', 'c', 'utm', 'é', '', 'A')
const rule = fc
  .record({
    ignored: fc.constantFrom('named' as const, 'others' as const),
    names: fc.uniqueArray(name, { maxLength: 4 }).map((names) => names.toSorted()),
    ordered: fc.boolean(),
  })
  .filter(({ ignored, names, ordered }) => ignored === 'others' || names.length > 0 || !ordered)
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'utm', '%61', '%C3%A9', 'é', '', 'A', '?a'),
      fc.constantFrom('', '=', '=1', '=2', '=%31', '=1=2', '=+', '=%20'),
    ),
    { maxLength: 5 },
  )
  .chain((pairs) => {
    const joined = pairs.map((pair) => pair.join('')).join('&')
    return fc.constantFrom(`?${joined}`, joined === '' ? '' : `?${joined}&`)
  })

/** The draft's comparison, word for word and without regard to cost. */
function areEquivalent(
  made: string,
  asked: string,
  { ignored, names, ordered }: SearchRule,
): boolean {
  const paramsOf = (text: string): [string, string][] => {
    const { searchParams } = new URL(`http://site.test/${text}`)
    let params = [...searchParams]
    if (ignored === 'named') params = params.filter(([key]) => !names.includes(key))
    else params = params.filter(([key]) => names.includes(key))
    if (!ordered)
      params = params.toSorted((one, other) => (one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : 0))
    return params
  }
  const [a, b] = [paramsOf(made), paramsOf(asked)]
  if (a.length !== b.length) return false
  return a.every(([key, value], at) => key === b[at]?.[0] && value === b[at]?.[1])
}

describe('two queries', () => {
  it('are one under a rule only if the draft says that they are equivalent', () => {
    fc.assert(
      fc.property(query, query, rule, (made, asked, said) => {
        const equivalent = made === asked || areEquivalent(made, asked, said)
        expect([made, asked, sameSearch(made, asked, said)]).toEqual([made, asked, equivalent])
      }),
      { numRuns: 3000 },
    )
  })

  it('are one under the strictest of two rules only if they are one under both', () => {
    fc.assert(
      fc.property(query, query, rule, rule, (made, asked, one, other) => {
        const both = strictest(one, other)
        if (both !== undefined && narrowed(made, both) === narrowed(asked, both)) {
          expect([sameSearch(made, asked, one), sameSearch(made, asked, other)]).toEqual([
            true,
            true,
          ])
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('that are one under a rule are one under every rule that it is within', () => {
    fc.assert(
      fc.property(query, query, rule, rule, (made, asked, narrow, wide) => {
        if (!isWithin(narrow, wide) || !sameSearch(made, asked, narrow)) return
        expect(sameSearch(made, asked, wide)).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('strictest', () => {
  it.each([
    ['params=("a" "b")', 'params=("b" "c")', 'params=("b")'],
    ['params', 'params=("a")', 'params=("a")'],
    ['params, except=("a")', 'params=("a" "b")', 'params=("b")'],
    ['params, except=("a")', 'params, except=("b")', 'params, except=("a" "b")'],
    ['params=("a"), key-order', 'params=("a")', 'params=("a")'],
    ['params=("a"), key-order', 'params=("b"), key-order', 'key-order'],
  ])('of %s and %s is %s', (one, other, both) => {
    const [a, b] = [ruleOf(one) as SearchRule, ruleOf(other) as SearchRule]

    expect(strictest(a, b)).toEqual(ruleOf(both))
    expect(strictest(b, a)).toEqual(ruleOf(both))
  })

  it('of two that have nothing in common is none', () => {
    const [a, b] = [ruleOf('params=("a")') as SearchRule, ruleOf('params=("b")') as SearchRule]

    expect(strictest(a, b)).toBeUndefined()
    expect(isWithin(a, b)).toBe(false)
    expect(isWithin(a, ruleOf('params=("a" "b")') as SearchRule)).toBe(true)
    expect(ruleText(a)).not.toBe(ruleText(b))
  })
})
