import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { isCacheError } from '../../src/base/errors.ts'
import { json } from '../../src/codec/json.ts'
import { Money } from './values.ts'

const codec = json({ classes: { Money } })

class User {
  readonly name = 'Ann'
}

function circle(): object {
  const post: Record<string, unknown> = { title: 'x' }
  post['author'] = { posts: [post] }
  return { post }
}

function bigCircle(): object {
  const value: Record<string, unknown> = {
    rows: Array.from({ length: 10_000 }, (_, id) => ({ id })),
  }
  value['self'] = value
  return value
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (isCacheError(error, 'E_ENCODE')) return error.message
    throw error
  }
  throw new Error('it was not refused')
}

const REFUSED: readonly (readonly [what: string, value: unknown, message: RegExp])[] = [
  ['a function', () => 1, /^Cannot cache value: it is a function/],
  [
    'a function inside',
    { items: [{ format() {} }] },
    /value\.items\[0\]\.format: it is a function \(format\)/,
  ],
  ['a symbol', { kind: Symbol('x') }, /value\.kind: it is a symbol \(Symbol\(x\)\)/],
  ['an instance', new User(), /value: it is a User instance/],
  [
    'an instance inside',
    { items: [0, 1, 2, { owner: new User() }] },
    /value\.items\[3\]\.owner: it is a User instance\. Return a plain object from the loader \(\{ \.\.\.user \}\), or register the class: json\(\{ classes: \{ User \} \}\)\./,
  ],
  [
    'an instance beside special values',
    { at: new Date(), 'the owner': new User() },
    /value\["the owner"\]: it is a User/,
  ],
  [
    'an instance in a Map',
    { users: new Map([['ann', new User()]]) },
    /value\.users\.get\("ann"\): it is a User/,
  ],
  ['an instance as a key of a Map', new Map([[new User(), 1]]), /value\.keys\[0\]: it is a User/],
  ['an instance under such a key', new Map([[{}, new User()]]), /value\.values\[0\]: it is a User/],
  ['an instance in a Set', new Set([1, new User()]), /value\.values\[1\]: it is a User/],
  [
    'an instance in a registered one',
    Object.assign(new Money(1, 'EUR'), { by: new User() }),
    /value\.by: it is a User/,
  ],
  [
    'a subclass of a registered class',
    new (class Price extends Money {})(1, 'EUR'),
    /value: it is a Price instance/,
  ],
  [
    'an anonymous class',
    new (class {
      readonly id = 1
    })(),
    /an instance of an anonymous class/,
  ],
  ['a Promise', { a: Promise.resolve(1) }, /value\.a: it is a Promise\. Await it/],
  ['a WeakMap', [new WeakMap()], /value\[0\]: it is a WeakMap.*use a Map/],
  ['an Error', { error: new TypeError('x') }, /value\.error: it is a TypeError instance/],
  ['a Response', { page: new Response('x') }, /value\.page: it is a Response.*\.text\(\)/],
  ['a stream', { file: Readable.from([]) }, /value\.file: it is a stream \(Readable\).*Buffer/],
  ['a web stream', new Response('x').body, /value: it is a stream \(ReadableStream\)/],
  [
    'a circle',
    circle(),
    /value\.post\.author\.posts\[0\]: it is a circular reference to value\.post\./,
  ],
  ['a circle beside much data', bigCircle(), /value\.self: it is a circular reference to value\./],
  ['too many levels', nested(1001), /nested deeper than 1000 levels/],
  ['far too many levels', nested(100_000), /nested deeper than 1000 levels/],
  ['a hole', { list: [1, , 3] }, /value\.list\[1\]: it is a hole in an array/], // oxlint-disable-line no-sparse-arrays
  [
    'a huge sparse array',
    Object.assign([], { 4_000_000_000: 1 }),
    /value\[0\]: it is a hole in an array/,
  ],
  [
    'the result of a match',
    { found: 'abc'.match(/b/) },
    /value\.found: it is an array with named properties/,
  ],
  [
    'an object with symbol keys',
    { a: { [Symbol('x')]: 1 } },
    /value\.a: it is an object with symbol keys/,
  ],
  [
    'an object with a toJSON method',
    { a: { toJSON: () => 1 } },
    /value\.a: it is an object with a toJSON method/,
  ],
  [
    'a Date with properties',
    Object.assign(new Date(0), { zone: 'UTC' }),
    /value: it is a Date with properties of its own/,
  ],
  [
    'a subclass of Date',
    new (class Day extends Date {})(),
    /value: it is a Day instance\. Return plain data/,
  ],
  ['a subclass of Map', new (class Index extends Map {})(), /value: it is an Index instance/],
  ['a subclass of Array', new (class List extends Array {})(), /value: it is a List instance/],
  ['a subclass of Uint8Array', new (class Bits extends Uint8Array {})(1), /value: it is a Bits/],
  [
    'shared memory',
    new Uint8Array(new SharedArrayBuffer(1)),
    /value: it is a Uint8Array that other threads share/,
  ],
  ['a wrapped primitive', { n: Object(1n) as unknown }, /value\.n: it is a BigInt instance/],
  [
    'a getter that fails',
    {
      get total(): number {
        throw new Error('no rows')
      },
    },
    /value\.total: it is a getter that fails \(Error: no rows\)/,
  ],
]

describe('json.encode and json.copy', () => {
  it.for(REFUSED)('refuse %s', ([, value, message]) => {
    expect(messageOf(() => codec.encode(value, 'k'))).toMatch(message)
    expect(messageOf(() => codec.copy(value, false))).toMatch(message)
    expect(messageOf(() => codec.copy(value, true))).toMatch(message)
  })

  it('carry 1000 levels', () => {
    const value = nested(1000)

    expect(codec.decode(codec.encode(value, 'k'), 'k')).toEqual(value)
    expect(codec.copy(value, true).value).toEqual(value)
  })

  it('refuse in words when the stack is nearly used up', () => {
    const value = nested(900)
    const deeper = (): string => {
      try {
        return deeper()
      } catch {
        // Somewhere near the end of the stack.
        return outcome(value)
      }
    }

    expect(deeper()).toMatch(/^(carried|E_ENCODE)$/)
  })

  it('keep a long path short', () => {
    const message = messageOf(() => codec.encode(nested(1001), 'k'))

    expect(message.length).toBeLessThan(400)
  })
})

function outcome(value: unknown): string {
  try {
    codec.encode(value, 'k')
    return 'carried'
  } catch (error) {
    if (error instanceof RangeError) throw error
    return isCacheError(error, 'E_ENCODE') ? 'E_ENCODE' : String(error)
  }
}
