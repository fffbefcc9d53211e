import { describe, expect, it } from 'vitest'
import { isList, namesOf, objectOf } from '../../src/fragments/code-names.ts'
import { CodeReading } from '../../src/fragments/code-reading.ts'
import { jsTokens } from '../../src/fragments/js-tokens.ts'
import { ViewCode } from '../../src/fragments/view-code.ts'

function read(code: string, isExpression = false): { uses: string[]; bound: string[] } {
  const reading = new CodeReading(['it'])
  reading.add(code, 1, isExpression)
  return {
    uses: reading.uses.map(({ path }) => path.join('.')),
    bound: [...reading.bound],
  }
}

describe('CodeReading', () => {
  it.for<[code: string, uses: string[], bound?: string[]]>([
    ['a.b?.c["d"].e[f]', ['a.b.c.d.e', 'f']],
    ['it.user.name + it["user"]', ['user.name', 'user']],
    ['x.user', ['x.user']],
    ['({ user: a, b, c() {}, "d": e, [f]: g })', ['a', 'b', 'e', 'f', 'g']],
    ['yes ? user : other', ['yes', 'user', 'other']],
    ['`${a} user ${`${b}`}`', ['a', 'b']],
    ['"user" + /user/ // user', []],
    ['const user = it.user', ['user'], ['user']],
    ['const a = 1, b = c(d), e', ['c', 'd'], ['a', 'b', 'e']],
    ['const { user, a: b, ...c } = it', ['user', 'a'], ['b', 'c']],
    ['const { user = x, a: { d } } = it.page', ['page', 'page.user', 'page.a', 'x'], ['user', 'd']],
    ['let [a, , { b }] = c', ['c'], ['a', 'b']],
    ['for (const user of users) user.name', ['users', 'user.name'], ['user']],
    ['list.map((user, n) => user)', ['list.map', 'user'], ['user', 'n']],
    ['list.map(user => user)', ['list.map', 'user'], ['user']],
    ['list.map(async ({ user, a: [b] }) => b)', ['list.map', 'async', 'b'], ['user', 'b']],
    ['function* f(a, { b } = c) { a }', ['c', 'a'], ['f', 'a', 'b']],
    ['try {} catch (user) { user }', ['user'], ['user']],
    ['list.forEach(function (user) {', ['list.forEach'], ['user']],
    ['}) } user', ['user']],
  ])('reads %s', ([code, uses, bound = []]) => {
    const found = read(code)

    expect(found.uses.toSorted()).toEqual(uses.toSorted())
    expect(found.bound.toSorted()).toEqual(bound.toSorted())
  })
})

describe('namesOf', () => {
  it.for<[code: string, names: string[] | undefined]>([
    ['"a"', ['a']],
    ['`a`', ['a']],
    ['("a")', ['a']],
    ['yes ? "a" : "b"', ['a', 'b']],
    ['x ? y ? "a" : "b" : (z ? "c" : "d")', ['a', 'b', 'c', 'd']],
    ['x ? "a" : b', undefined],
    ['"a/" + b', ['a/**']],
    ['"a/" + b + "/c"', ['a/**/c']],
    ['`a/${b}-${`${c}`}.x`', ['a/**-**.x']],
    ['a + "/b"', undefined],
    ['`${a}`', undefined],
    ['a', undefined],
    ['a("b")', undefined],
    ['["a"][0]', undefined],
    ['""', undefined],
  ])('finds what %s may be', ([code, names]) => {
    expect(namesOf(jsTokens(code, 1, true))).toEqual(names)
  })
})

describe('objectOf', () => {
  it.for<[code: string, keys: string[] | undefined, isOpen?: boolean]>([
    ['{ a: 1, b, "c": { d: 2 } }', ['a', 'b', 'c']],
    ['{}', []],
    ['{ a: 1, ...b }', ['a'], true],
    ['{ [a]: 1 }', [], true],
    ['a', undefined],
    ['{ a: 1 }.b', undefined],
  ])('reads the keys of %s', ([code, keys, isOpen = false]) => {
    const object = objectOf(jsTokens(code, 1, true))

    expect(object && [...object.values.keys()]).toEqual(keys)
    expect(object?.isOpen).toBe(keys === undefined ? undefined : isOpen)
  })

  it('tells a list from what begins with one', () => {
    const lists = ['[a, b]', '[a][b]', '[a] || [b]'].map((code) => isList(jsTokens(code, 1, true)))

    expect(lists).toEqual([true, false, false])
  })
})

describe('ViewCode', () => {
  function facts(code: string): ReturnType<ViewCode['facts']> {
    const view = new ViewCode({ data: ['it'], includes: { include: 0, when: 1 } })
    view.add(code, 1)
    return view.facts()
  }

  it.for<[code: string, includes: string[], computed?: boolean]>([
    ['include("a"); include?.("b"); when(x, "c")', ['a', 'b', 'c']],
    ['it.fragment("a", [1], { ttl: 1 })', ['a']],
    ['fragment("a", { template: "b" })', ['b']],
    ['fragment(name, [1], { template: yes ? "b" : "c" })', ['b', 'c']],
    ['fragment("a", [1], options)', [], true],
    ['fragment("a", { ...options })', [], true],
    ['fragment(name)', [], true],
    ['include(name)', [], true],
    ['const part = include; part("a")', [], true],
    ['x.include("a"); x.fragment("b"); "include(\'c\')"', []],
  ])('finds the parts in %s', ([code, includes, computed = false]) => {
    expect(facts(code)).toMatchObject({ includes, computed, unreadable: false })
  })

  it('gives names another meaning that a part is given, but never to a token', () => {
    const { bound } = facts('include("a", { user: author, lang: it.lang, x: x, csrf_token: y })')
      .names as { bound: ReadonlySet<string> }

    expect([...bound]).toEqual(['user'])
  })

  it('says of what is no JavaScript that it cannot read it', () => {
    expect(facts("a = 'open").unreadable).toBe(true)
  })
})
