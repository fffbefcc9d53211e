import { types } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCacheError } from '../../src/base/errors.ts'
import { callText, keyText } from '../../src/base/key.ts'
import { argumentsText, structuralText, withoutTail } from '../../src/base/structural-text.ts'

const CACHE_KEY = Symbol.for('cacheKey')

class Money {
  readonly cents: number
  readonly currency: string

  constructor(cents: number, currency: string) {
    this.cents = cents
    this.currency = currency
  }

  [CACHE_KEY](): unknown {
    return [this.cents, this.currency]
  }
}

class Weight {
  readonly grams: number

  constructor(grams: number) {
    this.grams = grams
  }

  [CACHE_KEY](): unknown {
    return [this.grams, 'EUR']
  }
}

class Bare {
  readonly id = 7
}

/** The equality that the texts must have: objects without order, everything else to the letter. Written apart from the text. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return Object.is(a, b)
  const kind = Object.prototype.toString.call(a)
  if (kind !== Object.prototype.toString.call(b) || Buffer.isBuffer(a) !== Buffer.isBuffer(b))
    return false
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime())
  if (a instanceof RegExp || a instanceof URL) return a.toString() === (b as URL).toString()
  if (a instanceof Money)
    return b instanceof Money && isSame([a.cents, a.currency], [b.cents, b.currency])
  if (a instanceof Weight) return b instanceof Weight && isSame(a.grams, b.grams)
  if (b instanceof Money || b instanceof Weight) return false
  if (a instanceof Map || a instanceof Set) return isSame([...a], [...(b as Set<unknown>)])
  if (types.isTypedArray(a)) return Buffer.compare(bytesOf(a), bytesOf(b as Uint8Array)) === 0
  if (Array.isArray(a)) {
    const other = b as unknown[]
    return a.length === other.length && a.every((each, index) => isSame(each, other[index]))
  }
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  const [one, two] = [a, b] as Record<string, unknown>[]
  return names.every((name) => Object.hasOwn(b, name) && isSame(one?.[name], two?.[name]))
}

function bytesOf(view: NodeJS.ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

/** Few letters, numbers that look alike, and the signs of the text itself: what collides if anything does. */
const text = fc.string({
  unit: fc.constantFrom(
    'a',
    '"',
    '\\',
    ',',
    '=',
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    '@',
    '%',
    ':',
    '>',
    '1',
    'n',
    '\ud800',
  ),
  maxLength: 3,
})
const leaf = fc.oneof(
  text,
  fc.constantFrom<unknown>(
    0,
    -0,
    1,
    -1,
    NaN,
    Infinity,
    1e21,
    0n,
    1n,
    '1',
    '1n',
    true,
    'true',
    null,
  ),
  fc.constantFrom<unknown>(undefined, 'undefined', 'null', 'NaN', 'hole', 'Date(1)', 'Set(1)'),
  fc.constantFrom<unknown>(new Date(1), new Date(NaN), /a/, /a/g, /"a",/, new URL('http://a/1')),
  fc.constantFrom<unknown>(new Money(1, 'EUR'), new Money(1, '1'), new Weight(1)),
  fc.uint8Array({ maxLength: 2 }),
  fc.uint8Array({ maxLength: 2 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 2 }).map((bytes) => new Int8Array(bytes)),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('list'),
    tie('fields'),
    tie('map'),
    tie('set'),
  ),
  list: fc.array(tie('value'), { maxLength: 3 }),
  fields: fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  map: fc.array(fc.tuple(leaf, tie('value')), { maxLength: 2 }).map((pairs) => new Map(pairs)),
  set: fc.array(tie('value'), { maxLength: 2 }).map((each) => new Set(each)),
}))

/** The same, built anew, with the names of its objects the other way round. */
function rebuilt(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(rebuilt)
  if (given instanceof Map) return new Map([...given].map(([key, each]) => [key, rebuilt(each)]))
  if (given instanceof Set) return new Set([...given].map(rebuilt))
  if (typeof given !== 'object' || given === null) return given
  if (Object.getPrototypeOf(given) !== Object.prototype && Object.getPrototypeOf(given) !== null)
    return given
  const fields = Object.entries(given).toReversed()
  return Object.fromEntries(fields.map(([name, each]) => [name, rebuilt(each)]))
}

describe('structuralText', () => {
  it('is the same for the same value, built in any order', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(structuralText(rebuilt(given))).toBe(structuralText(given))
      }),
      { numRuns: 500 },
    )
  })

  it('is never the same for two values that differ', () => {
    const texts = new Map<string, unknown>()
    fc.assert(
      fc.property(value, value, (one, two) => {
        expect(structuralText(one) === structuralText(two)).toBe(isSame(one, two))
        // Against everything that was drawn before, too: two random values are rarely alike.
        for (const each of [one, two]) {
          const seen = structuralText(each)
          if (texts.has(seen)) expect(isSame(texts.get(seen), each)).toBe(true)
          else texts.set(seen, each)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it.each<[string, unknown, unknown]>([
    ['zero and minus zero', 0, -0],
    ['a number, a bigint and a string', 1, 1n],
    ['a missing field and an undefined one', {}, { a: undefined }],
    ['a hole and undefined', Array(1), [undefined]],
    ['nothing and a hole', [], Array(1)],
    ['null and undefined', null, undefined],
    ['an object and a list', { 0: 'a' }, ['a']],
    [
      'the order of a Map',
      new Map([
        [1, 2],
        [3, 4],
      ]),
      new Map([
        [3, 4],
        [1, 2],
      ]),
    ],
    ['the order of a Set', new Set([1, 2]), new Set([2, 1])],
    ['a Buffer and a Uint8Array', Buffer.from('a'), new Uint8Array([97])],
    ['long bytes and others as long', Buffer.alloc(100), Buffer.alloc(100, 1)],
    ['floats by their bits', new Float64Array([0]), new Float64Array([-0])],
    ['a date and its number', new Date(5), 5],
    ['the state of an expression', /a/g, Object.assign(/a/g, { lastIndex: 1 })],
    ['an address and its text', new URL('http://a/'), 'http://a/'],
    ['instances of two classes that say the same', new Money(1, 'EUR'), new Weight(1)],
    ['an instance and what it says', new Money(1, 'EUR'), [1, 'EUR']],
  ])('tells %s apart', (_, one, two) => {
    expect(structuralText(one)).not.toBe(structuralText(two))
  })

  it('takes plain objects of another realm, or without a prototype, for what they are', () => {
    const foreign = runInContext('({ a: [1, new Date(5), new Map([[1, 2]])] })', createContext())
    const bare = Object.assign(Object.create(null), { a: [1, new Date(5), new Map([[1, 2]])] })

    expect(structuralText(foreign)).toBe('{a=[1,Date(5),Map(1=2)]}')
    expect(structuralText(bare)).toBe(structuralText(foreign))
  })

  const circle: { self?: unknown } = {}
  circle.self = [circle]
  const deep = Array.from({ length: 200 }).reduce<unknown>((inner) => [inner], 0)
  it.each<[string, unknown, RegExp]>([
    ['a function', () => 1, /a function has no key/],
    ['a symbol', Symbol('s'), /a symbol has no key/],
    ['a cycle', circle, /contains itself/],
    ['what is too deep', deep, /more than 100 deep/],
    ['an instance that says nothing', new Bare(), /instances of Bare .*Symbol.for\('cacheKey'\)/],
    ['an instance that says undefined', { [CACHE_KEY]: () => undefined }, /returned undefined/],
    ['a cacheKey that is no method', { [CACHE_KEY]: 7 }, /to be a method/],
    ['a subclass of a built-in', new (class Day extends Date {})(), /instances of Day/],
    ['a subclass of Array', new (class Ids extends Array {})(), /instances of Ids/],
    ['a subclass of a typed array', new (class Bits extends Uint8Array {})(), /instances of Bits/],
    ['a promise', Promise.resolve(1), /instances of Promise/],
    ['a signal', new AbortController().signal, /instances of AbortSignal/],
    ['an error', new Error('x'), /instances of Error/],
    ['a boxed number', Object(1), /instances of Number/],
    ['an object with a symbol for a key', { [Symbol('s')]: 1 }, /a symbol for a key/],
    [
      'a list with more than its elements',
      Object.assign([1], { more: 1 }),
      /properties of its own/,
    ],
    [
      'a template, whose raw text is not in its elements',
      ((strings: TemplateStringsArray) => strings)`a`,
      /of its own/,
    ],
    ['a Date with more than its time', Object.assign(new Date(), { more: 1 }), /of its own/],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(1)), /shared/],
  ])('refuses %s, and says so', (_, given, message) => {
    const refuse = (): string => structuralText(given)
    expect(refuse).toThrow(message)
    try {
      refuse()
    } catch (error) {
      expect(isCacheError(error, 'E_KEY')).toBe(true)
    }
  })
})

describe('argumentsText', () => {
  it('keeps the positions of arguments', () => {
    const texts = [['a', 'b'], ['b', 'a'], ['a,b'], [['a', 'b']], ['a', undefined, 'b'], []]

    expect(new Set(texts.map(argumentsText)).size).toBe(texts.length)
  })

  it('takes one object in two places for no cycle', () => {
    const filter = { page: 1 }

    expect(argumentsText([filter, [filter]])).toBe('({page=1},[{page=1}])')
  })

  it('says which argument it cannot take', () => {
    expect(() => argumentsText([1, { signal: Symbol.iterator }])).toThrow(/argument 2/)
  })
})

describe('withoutTail', () => {
  it('leaves out what is undefined at the end, and nothing else', () => {
    expect(withoutTail([1, undefined, null, undefined, undefined])).toEqual([1, undefined, null])
  })
})

describe('keys with objects', () => {
  it('have names in no order, and types that are kept apart', () => {
    const of = (fields: Record<string, unknown>): string => keyText(['product', 7, fields])

    expect(of({ version: 3 })).toBe('product:7:%{version=3}')
    expect(of({ a: 1, b: 2 })).toBe(of({ b: 2, a: 1 }))
    expect(of({ version: 3 })).not.toBe(of({ version: '3' }))
  })

  it('and calls never meet a list of plain parts', () => {
    const part = fc.oneof(text, fc.constantFrom('{a=1}', '%{a=1}', '%7B', '(1)', '%(1)', '%25('))
    const texts = [keyText(['f', { a: 1 }]), callText('f', [1]), callText('f', [1], 7)]
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
        fc.pre(parts.some((each) => each !== ''))
        expect(texts).not.toContain(keyText(['f', ...parts]))
      }),
      { numRuns: 500 },
    )
    expect(texts).toEqual(['f:%{a=1}', 'f:%(1)', 'f:%@7(1)'])
  })

  it('and instances, by what they say', () => {
    expect(keyText(['price', new Money(5, 'EUR') as never])).toBe('price:%@Money([5,"EUR"])')
    expect(() => keyText(['price', new Bare() as never])).toThrow(/instances of Bare/)
  })
})
