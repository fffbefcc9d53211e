import { runInNewContext } from 'node:vm'
import fc from 'fast-check'

export class Money {
  readonly cents: number
  readonly currency: string

  constructor(cents: number, currency: string) {
    if (!Number.isInteger(cents)) throw new Error('the constructor must not run again')
    this.cents = cents
    this.currency = currency
  }

  get euros(): number {
    return this.cents / 100
  }

  toJSON(): string {
    return `${this.cents} ${this.currency}`
  }
}

export function ownProto(value: unknown): object {
  return Object.defineProperty({}, '__proto__', {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

export function withLastIndex(regexp: RegExp, lastIndex: number): RegExp {
  regexp.lastIndex = lastIndex
  return regexp
}

/** Everything that comes back as it was, by what it is. */
export const CARRIED: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['false', false],
  ['zero', 0],
  ['minus zero', -0],
  ['an integer', -42],
  ['the largest safe integer', Number.MAX_SAFE_INTEGER],
  ['an integer beyond the safe ones', 2 ** 53],
  ['a fraction', 0.1],
  ['the smallest number', 5e-324],
  ['the largest number', Number.MAX_VALUE],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['minus Infinity', -Infinity],
  ['a bigint', 2n ** 70n],
  ['a small bigint', -5n],
  ['an empty string', ''],
  ['a string', 'Caf\u00e9 \u{1F600} "quoted"\n'],
  ['a string with a byte order mark', '\ufeffx'],
  ['a string with a lone surrogate', 'a\ud800b'],
  ['an empty object', {}],
  ['plain data', { a: [1, 'x', null, true, { b: [] }] }],
  ['undefined as a property, in its place', { a: undefined, b: 1 }],
  ['undefined in an array', [undefined, 1, undefined]],
  ['special numbers in an array', [NaN, -0, Infinity, -Infinity, 0]],
  ['a Date', new Date(1_700_000_000_123)],
  ['an invalid Date', new Date(NaN)],
  ['a Date before the epoch', { at: new Date(-1) }],
  [
    'a Map',
    new Map<unknown, unknown>([
      ['a', 1],
      [{ id: 1 }, new Date(5)],
      [undefined, NaN],
      [NaN, undefined],
    ]),
  ],
  ['an empty Map', new Map()],
  ['a Map in a Map in a Set', new Set([new Map([[new Map([[1, 2n]]), new Set()]])])],
  ['a Set', new Set<unknown>([1, '1', [undefined], -1n])],
  ['bigints deep inside', { a: [{ b: 1n }, { b: -(2n ** 64n) }] }],
  ['a Buffer', Buffer.from([0, 255, 128])],
  ['an empty Buffer', Buffer.alloc(0)],
  ['a Uint8Array', new Uint8Array([1, 2, 3])],
  [
    'a page',
    { status: 200, headers: ['a', 'b'], body: Buffer.from('<p>'), more: [new Uint8Array([9])] },
  ],
  [
    'a window onto a larger buffer',
    { at: new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2) },
  ],
  ['a Float64Array', new Float64Array([1.5, NaN, -0])],
  ['a BigInt64Array', [new BigInt64Array([1n, -1n])]],
  ['a Uint8ClampedArray', new Uint8ClampedArray([1])],
  ['a DataView', new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)],
  ['an ArrayBuffer', new Uint8Array([7, 8]).buffer],
  ['a RegExp', /a\/(b)+/giu],
  ['a RegExp in mid-search', withLastIndex(/a/g, 3)],
  ['a URL', new URL('https://user@example.com:8080/p?q=1#h')],
  ['__proto__ as a property of its own', ownProto({ polluted: true })],
  ['__proto__ as a property of its own beside special values', { a: 1n, b: ownProto(new Date(1)) }],
  [
    'special values under awkward names',
    { 'a.b': 1n, '': 2n, '0': 3n, constructor: 4n, 'a\ud800': 5n },
  ],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1, b: 2n })],
  ['a registered class', new Money(1999, 'EUR')],
  ['registered classes inside', { total: new Money(1, 'EUR'), parts: [new Money(2, 'USD')] }],
  ['the same object twice', ((shared) => [shared, shared, { shared }])({ at: new Date(0) })],
  [
    'rows with Dates',
    Array.from({ length: 20 }, (_, id) => ({
      id,
      at: new Date(id),
      tags: ['x'],
      until: undefined,
    })),
  ],
]

/** From another realm, where every built-in has a prototype of its own. */
export function foreign(): unknown {
  return runInNewContext(
    `({ a: [1, { b: null }], at: new Date(5), map: new Map([[1, new Set([2])]]), re: /x/g, bytes: new Uint8Array([1]) })`,
  )
}

/** Any value that the codec carries. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('tree')),
  leaf: fc.oneof(
    fc.constantFrom<unknown>(undefined, null, true, false, NaN, Infinity, -Infinity, -0, 0),
    fc.double(),
    fc.integer(),
    fc.bigInt(),
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.integer({ min: 0xd7ff, max: 0xe000 }), { maxLength: 4 })
      .map((units) => String.fromCharCode(...units)),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array({ maxLength: 9 }),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => new Uint8Array(bytes).buffer),
    fc.float64Array({ maxLength: 3 }),
    fc.webUrl().map((url) => new URL(url)),
    fc.constantFrom(/a+/g, /[/\\]\n/u).map((regexp) => new RegExp(regexp.source, regexp.flags)),
  ),
  tree: fc.oneof(
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toString', 'a', 'b', '0')),
      tie('value'),
      {
        maxKeys: 5,
      },
    ),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
    fc
      .tuple(fc.integer(), tie('value'))
      .map(([cents, extra]) => Object.assign(new Money(cents, 'EUR'), { extra })),
  ),
})).value
