import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CacheError, isCacheError } from '../../src/base/errors.ts'
import { json } from '../../src/codec/json.ts'
import { exact } from './exact.ts'
import { anyValue, CARRIED, foreign, Money, ownProto, withLastIndex } from './values.ts'

const codec = json({ classes: { Money } })

function payload(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** A payload with special places, whose lengths are right. */
function special(tree: string, list: string, blobs = ''): Buffer {
  const header = Buffer.alloc(9)
  header.write('J')
  header.writeUInt32BE(Buffer.byteLength(tree), 1)
  header.writeUInt32BE(Buffer.byteLength(list), 5)
  return Buffer.concat([header, Buffer.from(tree + list + blobs)])
}

describe('json.encode and json.decode', () => {
  it.for(CARRIED)('bring back %s', ([, value]) => {
    const back = codec.decode(codec.encode(value, 'k'), 'k')

    expect(exact(back)).toBe(exact(value))
  })

  it('bring back any value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(exact(codec.decode(codec.encode(value, 'k'), 'k'))).toBe(exact(value))
      }),
      { numRuns: 1000 },
    )
  })

  it('leave the value as it was', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const before = exact(value)

        codec.encode(value, 'k')

        expect(exact(value)).toBe(before)
      }),
    )
  })

  it('take objects of another realm for what they are', () => {
    const back = codec.decode(codec.encode(foreign(), 'k'), 'k')

    expect(exact(back)).toBe(
      exact({
        a: [1, { b: null }],
        at: new Date(5),
        map: new Map([[1, new Set([2])]]),
        re: /x/g,
        bytes: new Uint8Array([1]),
      }),
    )
  })

  it('read a getter as its value', () => {
    const value = {
      get at() {
        return new Date(3)
      },
    }

    const back = codec.decode(codec.encode(value, 'k'), 'k')

    expect(exact(back)).toBe(exact({ at: new Date(3) }))
  })

  it('restore a registered class without running its constructor', () => {
    const back = codec.decode(codec.encode({ price: new Money(250, 'EUR') }, 'k'), 'k') as {
      price: Money
    }

    expect(back.price).toBeInstanceOf(Money)
    expect(back.price.euros).toBe(2.5)
  })

  it('read a class under every name it is registered with, and write the first', () => {
    const old = json({ classes: { Price: Money } }).encode(new Money(1, 'EUR'), 'k')
    const renamed = json({ classes: { Money, Price: Money } })

    expect(renamed.decode(old, 'k')).toBeInstanceOf(Money)
    expect(renamed.encode(new Money(1, 'EUR'), 'k')).toEqual(codec.encode(new Money(1, 'EUR'), 'k'))
  })

  it('share no memory with the payload', () => {
    const bytes = codec.encode({ body: Buffer.from('page') }, 'k')
    const back = codec.decode(bytes, 'k') as { body: Buffer }

    bytes.fill(0)

    expect(back.body.toString()).toBe('page')
  })

  it('never change a prototype', () => {
    const value = { plain: ownProto({ polluted: 1 }), special: ownProto({ polluted: 2n }) }

    const back = codec.decode(codec.encode(value, 'k'), 'k') as { plain: object; special: object }

    expect(Object.getPrototypeOf(back.plain)).toBe(Object.prototype)
    expect(Object.getPrototypeOf(back.special)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })

  it('carry plain data although a library has added to Object.prototype', () => {
    const value = { a: [{ b: 1 }] }
    const added = { value: () => 1, enumerable: true, configurable: true, writable: true }
    let decoded: unknown
    let copied: unknown
    // oxlint-disable-next-line no-extend-native -- what old libraries do is what is tested
    Object.defineProperty(Object.prototype, 'extended', added)
    try {
      decoded = codec.decode(codec.encode(value, 'k'), 'k')
      copied = codec.copy(value, false).value
    } finally {
      delete (Object.prototype as { extended?: unknown }).extended
    }

    expect(exact(decoded)).toBe(exact(value))
    expect(exact(copied)).toBe(exact(value))
  })
})

// Stored bytes outlive versions: a payload that once was written is read for ever. Add to this table, never change it.
const GOLDEN: readonly (readonly [string, unknown])[] = [
  ['i0', 0],
  ['i-42', -42],
  ['i9007199254740991', Number.MAX_SAFE_INTEGER],
  ['n-5', -5n],
  ['j0.1', 0.1],
  ['j9007199254740992', 2 ** 53],
  ['j1e+21', 1e21],
  ['s', ''],
  ['s"Caf\xc3\xa9"', '"Caf\u00e9"'],
  ['j"\\ud800"', '\ud800'],
  ['b\x00\xff', Buffer.from([0, 255])],
  ['u\x00\xff', new Uint8Array([0, 255])],
  ['jnull', null],
  ['jtrue', true],
  ['jfalse', false],
  ['j{"a":[1,"x",null]}', { a: [1, 'x', null] }],
  ['J\0\0\0\x04\0\0\0\x09null[0,0,"u"]', undefined],
  ['J\0\0\0\x04\0\0\0\x09null[0,0,"a"]', NaN],
  ['J\0\0\0\x04\0\0\0\x09null[0,0,"+"]', Infinity],
  ['J\0\0\0\x04\0\0\0\x09null[0,0,"-"]', -Infinity],
  ['J\0\0\0\x04\0\0\0\x09null[0,0,"z"]', -0],
  ['J\0\0\0\x04\0\0\0\x091234[0,0,"D"]', new Date(1234)],
  ['J\0\0\0\x04\0\0\0\x09null[0,0,"D"]', new Date(NaN)],
  ['J\0\0\0\x0b\0\0\0\x09["x","g",2][0,0,"R"]', withLastIndex(/x/g, 2)],
  ['J\0\0\0\x1b\0\0\0\x13[{"cents":5,"currency":""}][0,1,0,"C","Money"]', [new Money(5, '')]],
  [
    'J\0\0\0\x30\0\0\0\x3e{"rows":[{"at":1,"n":"1"},{"at":null}],"x":null}' +
      '[0,3,"rows",0,"at","D",2,1,"n","n",1,2,1,"at","D",0,1,"x","u"]',
    { rows: [{ at: new Date(1), n: 1n }, { at: new Date(NaN) }], x: undefined },
  ],
  [
    'J\0\0\0\x21\0\0\0\x27["a",[["b","gi"],"https://a.b/"]][0,2,1,0,"R",1,1,1,"U",1,0,"S",0,0,"M"]',
    new Map([['a', new Set<unknown>([/b/gi, new URL('https://a.b/')])]]),
  ],
  [
    'J\0\0\0\x25\0\0\0\x56{"body":2,"view":2,"raw":1,"view2":1}' +
      '[0,1,"body","B",0,1,"view","V","Uint16Array",0,1,"raw","A",0,1,"view2","V","DataView"]ab\x01\0\xff\0',
    {
      body: Buffer.from('ab'),
      view: new Uint16Array([1]),
      raw: new Uint8Array([255]).buffer,
      view2: new DataView(new ArrayBuffer(1)),
    },
  ],
]

describe('payload bytes', () => {
  it.for(GOLDEN)('are %j', ([bytes, value]) => {
    expect(codec.encode(value, 'k').toString('latin1')).toBe(bytes)
    expect(exact(codec.decode(payload(bytes), 'k'))).toBe(exact(value))
  })
})

describe('json.decode', () => {
  it('reads an integer that increments have taken beyond the safe ones as a bigint', () => {
    expect(codec.decode(payload('i9007199254740992'), 'k')).toBe(2n ** 53n)
    expect(codec.decode(payload('i-9007199254740992'), 'k')).toBe(-(2n ** 53n))
    expect(codec.decode(payload('n7'), 'k')).toBe(7n)
  })

  it.for<readonly [string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['an unknown tag', payload('{"a":1}')],
    ['a pickle', payload('\x80\x04K\x01.')],
    ['an integer with blanks', payload('i 1')],
    ['an empty integer', payload('i')],
    ['minus zero as an integer', payload('i-0')],
    ['a leading zero', payload('i01')],
    ['hexadecimal', payload('n0x10')],
    ['a fraction as a bigint', payload('n1.5')],
    ['text that is not UTF-8', payload('s\xff')],
    ['JSON that is not UTF-8', payload('j"\xff"')],
    ['JSON cut off', payload('j{"a":')],
    ['a header cut off', payload('J\0\0\0')],
    ['a tree longer than the payload', payload('J\xff\xff\xff\xff\xff\xff\xff\xff{}[]')],
    ['a list that is no list', special('{}', '{}')],
    ['a list that ends in a path', special('{"a":1}', '[0,1]')],
    ['a list that ends before its type', special('{"a":1}', '[0,1,"a"]')],
    ['an unknown type', special('{"a":1}', '[0,1,"a","?"]')],
    ['a path that keeps what was not there', special('{"a":1}', '[1,0,"u"]')],
    ['a negative count', special('{"a":1}', '[-1,0,"u"]')],
    ['a fractional count', special('{"a":1}', '[0,0.5,"u"]')],
    ['a path longer than the list', special('{"a":1}', '[0,1e9,"a","u"]')],
    ['a place that is not there', special('{"a":1}', '[0,1,"b","u"]')],
    ['an index out of range', special('[1]', '[0,1,1,"u"]')],
    ['an index below zero', special('[1]', '[0,1,-1,"u"]')],
    ['the length of a list', special('[1]', '[0,1,"length","u"]')],
    ['a way into a string', special('"ab"', '[0,1,0,"u"]')],
    ['a way into null', special('null', '[0,1,"a","u"]')],
    ['an inherited prototype', special('{"a":1}', '[0,2,"__proto__","polluted","u"]')],
    [
      'an inherited constructor',
      special('{"a":1}', '[0,3,"constructor","prototype","polluted","u"]'),
    ],
    ['a way into a Map', special('[["a",1]]', '[0,1,0,"M",1,1,"size","u"]')],
    ['a way into an instance', special('[{"cents":1}]', '[0,1,0,"C","Money",1,1,"cents","u"]')],
    ['the same place twice', special('[["a",1]]', '[0,1,0,"M",1,0,"M"]')],
    ['a Date of text', special('"2026-01-01"', '[0,0,"D"]')],
    ['a bigint of a number', special('1', '[0,0,"n"]')],
    ['a Map of an odd list', special('[1]', '[0,0,"M"]')],
    ['a Map of a number', special('1', '[0,0,"M"]')],
    ['a Set of a string', special('"ab"', '[0,0,"S"]')],
    ['a RegExp that does not compile', special('["(",""]', '[0,0,"R"]')],
    ['a RegExp with unknown flags', special('["a","xyz"]', '[0,0,"R"]')],
    ['a RegExp without flags', special('["a"]', '[0,0,"R"]')],
    ['a URL that is none', special('"no url"', '[0,0,"U"]')],
    ['a URL of a list', special('["https://a.b"]', '[0,0,"U"]')],
    ['more bytes than there are', special('5', '[0,0,"B"]', 'ab')],
    ['a huge number of bytes', special('1e300', '[0,0,"B"]', 'ab')],
    ['a negative number of bytes', special('-1', '[0,0,"B"]', 'ab')],
    ['bytes that belong to nothing', special('1', '[0,0,"B"]', 'ab')],
    ['a view that its bytes do not fit', special('3', '[0,0,"V","Uint16Array"]', 'abc')],
    ['a view that is no view', special('3', '[0,0,"V","Function"]', 'abc')],
    ['a class that is not registered', special('{}', '[0,0,"C","User"]')],
    ['a class that every object has', special('{}', '[0,0,"C","constructor"]')],
    ['an instance of a list', special('[]', '[0,0,"C","Money"]')],
  ])('refuses %s', ([, bytes]) => {
    expect(() => codec.decode(bytes, 'k')).toThrow(expect.objectContaining({ code: 'E_DECODE' }))
    expect('polluted' in {}).toBe(false)
  })

  it('says which class is not registered', () => {
    expect(() => json().decode(codec.encode(new Money(1, 'EUR'), 'k'), 'k')).toThrow(
      /json\(\{ classes: \{ Money \} \}\)/,
    )
  })

  it('gives a value or E_DECODE, and nothing else, for damaged payloads', () => {
    const damage = fc.array(
      fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'drop', 'add')),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    fc.assert(
      fc.property(anyValue, damage, (value, changes) => {
        let bytes = [...codec.encode(value, 'k')]
        for (const [at, byte, how] of changes) {
          const index = at % (bytes.length + 1)
          bytes =
            how === 'drop'
              ? bytes.slice(0, index)
              : bytes.toSpliced(index, how === 'set' ? 1 : 0, byte)
        }

        expect(decodesOrRefuses(Buffer.from(bytes))).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  it('gives a value or E_DECODE, and nothing else, for invented lists of special places', () => {
    const step = fc.oneof(
      fc.nat(3),
      fc.constantFrom('a', 'b', '__proto__', 'constructor', 'length'),
    )
    const type = fc.constantFrom(
      'u',
      'a',
      '+',
      '-',
      'z',
      'n',
      'D',
      'M',
      'S',
      'R',
      'U',
      'C',
      'B',
      'A',
      'V',
    )
    const list = fc.array(fc.oneof(step, type, fc.constantFrom('Money', 'Uint8Array')), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(fc.json(), list, fc.string(), (tree, places, blobs) => {
        expect(decodesOrRefuses(special(tree, JSON.stringify(places), blobs))).toBe(true)
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })
})

function decodesOrRefuses(bytes: Buffer): boolean {
  try {
    codec.decode(bytes, 'k')
    return true
  } catch (error) {
    return isCacheError(error, 'E_DECODE')
  }
}

describe('json', () => {
  it('refuses an option it does not know, with the nearest right name', () => {
    expect(() => json({ class: {} } as object)).toThrow(/Did you mean 'classes'/)
  })

  it.for<readonly [string, unknown]>([
    ['an object', {}],
    ['an arrow function', () => 1],
    ['Object', Object],
    ['Map', Map],
    ['a subclass of Array', class List extends Array {}],
    ['a subclass of Error', class Oops extends Error {}],
    ['a subclass of Buffer', class Bytes extends Uint8Array {}],
  ])('refuses %s as a class', ([, registered]) => {
    expect(() => json({ classes: { It: registered as never } })).toThrow(CacheError)
  })
})
