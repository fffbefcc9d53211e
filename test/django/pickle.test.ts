import { describe, expect, it } from 'vitest'
import {
  PyDate,
  PyDateTime,
  PyDecimal,
  PyFloat,
  PyFrozenSet,
  PyTime,
  PyTimeDelta,
  PyTimezone,
  PyTuple,
  PyUuid,
  readPickle,
  writePickle,
} from 'breakwater/django'
import { PICKLE_LIMITS } from '../../src/django/pickle/parts.ts'

/** A pickle written by hand: texts are bytes, numbers are opcodes and arguments. */
function pickle(...parts: (string | number)[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]),
    ),
  )
}

const cause = (message: RegExp): object => ({
  code: 'E_DECODE',
  message: expect.stringMatching(message) as string,
})

function expectRefusal(bytes: Uint8Array, message: RegExp, limits = {}): void {
  let error: unknown
  try {
    readPickle(bytes, limits)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject(cause(message))
}

describe('readPickle', () => {
  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['builtins', 'eval'],
    ['builtins', 'exec'],
    ['builtins', 'getattr'],
    ['builtins', '__import__'],
    ['builtins', 'object.__reduce__'],
    ['subprocess', 'Popen'],
    ['functools', 'partial'],
    ['operator', 'attrgetter'],
    ['datetime', 'datetime.now'],
    ['decimal', 'getcontext'],
    ['uuid', 'uuid1'],
    ['collections', 'defaultdict'],
    ['constructor', 'constructor'],
    ['__proto__', 'x'],
    ['django.http.response', 'HttpResponse'],
  ])('refuses to know %s.%s, by either opcode', (module, name) => {
    const args = ["(S'true'\n", 'tR.']
    expectRefusal(pickle(`c${module}\n${name}\n`, ...args), /not among the types that are data/)
    expectRefusal(
      pickle(0x80, 4, 0x8c, module.length, module, 0x8c, name.length, name, 0x93, ...args),
      /not among the types that are data/,
    )
  })

  it('names in its refusal what it refused, and nothing strange', () => {
    expectRefusal(pickle('cmyapp.models\nUser\n.'), /it names myapp\.models\.User,/)
    expectRefusal(pickle('cmy app\x1b[2J\nUser\n.'), /it names something with a strange name/)
  })

  it.each([
    ['a persistent id', pickle('Pid\n.')],
    ['a binary persistent id', pickle('K\x01Q.')],
    ['an extension', pickle(0x80, 2, 0x82, 1, '.')],
    ['a buffer out of band', pickle(0x80, 5, 0x97, '.')],
    ['an instance of Python 2', pickle('(icollections\nOrderedDict\n.')],
    ['an opcode that is none', pickle(0xff, '.')],
  ])('refuses %s', (_, bytes) => {
    expectRefusal(bytes, /with the opcode 0x[\da-f]{2}, which is refused/)
  })

  it.each([
    ['nothing', pickle(), /ends too soon/],
    ['no STOP', pickle('N'), /ends too soon/],
    ['no value', pickle('.'), /stack is empty/],
    ['two values', pickle('NN.'), /more than one value/],
    ['something behind', pickle('N.N'), /does not end where its value does/],
    ['protocol 6', pickle(0x80, 6, 'N.'), /later protocol/],
    ['a frame that is too long', pickle(0x80, 4, 0x95, '\xff\xff\0\0\0\0\0\0N.'), /ends too soon/],
    [
      'a frame of 2^64',
      pickle(0x80, 4, 0x95, '\xff\xff\xff\xff\xff\xff\xff\xffN.'),
      /ends too soon/,
    ],
    ['a text of 4 GiB', pickle('X\xff\xff\xff\xffab.'), /ends too soon/],
    ['bytes of 16 EiB', pickle(0x8e, '\xff\xff\xff\xff\xff\xff\xff\xffab.'), /ends too soon/],
    ['a number of a negative length', pickle(0x8b, '\xff\xff\xff\xff\x01.'), /ends too soon/],
    ['text that is no UTF-8', pickle(0x8c, 1, '\xff.'), /not UTF-8/],
    ['a text of Python 2 beyond ASCII', pickle('U\x01\xe9.'), /not ASCII/],
    ['a recall of what was not noted', pickle('h\x05.'), /never noted/],
    ['a note at a negative place', pickle('Np-1\n.'), /nowhere/],
    ['no mark', pickle(']Ne.'), /no mark/],
    ['something below a mark', pickle(']N(a.'), /stack is empty/],
    ['an append to a tuple', pickle(')Na.'), /no list/],
    ['an assignment to a list', pickle(']NNs.'), /no dict/],
    ['half a pair', pickle('}(Nu.'), /no dict/],
    ['a member of a list', pickle(0x80, 4, ']', '(N', 0x90, '.'), /no set/],
    ['a member of a frozenset', pickle(0x80, 4, '(', 0x91, '(N', 0x90, '.'), /no set/],
    ['a key that is a list', pickle('}]Ns.'), /cannot hash/],
    ['a member that is a dict', pickle(0x80, 4, 0x8f, '(}', 0x90, '.'), /cannot hash/],
    ['a class instead of a value', pickle('cdatetime\ndate\n.'), /holds datetime\.date itself/],
    ['a class within a value', pickle(']cdatetime\ndate\na.'), /holds datetime\.date itself/],
    ['a call of a text', pickle("S'x'\n)R."), /cannot be called/],
    ['a call without a tuple', pickle('cdatetime\ndate\nNR.'), /cannot be called/],
    ['a date of 3 bytes', pickle('cdatetime\ndate\nC\x03abc\x85R.'), /unknown form/],
    ['the 31st of February', pickle('cdatetime\ndate\nC\x04\x07\xe8\x02\x1f\x85R.'), /malformed/],
    ['a decimal that is none', pickle("cdecimal\nDecimal\nS'x'\n\x85R."), /malformed/],
    ['a UUID without a number', pickle('cuuid\nUUID\n)\x81.'), /without a number/],
    [
      'a UUID of 129 bits',
      pickle("cuuid\nUUID\n)\x81}S'int'\n\x8a\x11", '\0'.repeat(16), '\x01sb.'),
      /without a number/,
    ],
    ['a state for a list', pickle(']}b.'), /cannot have/],
    ['a number of letters', pickle('Iabc\n.'), /number that is none/],
    ['a float of letters', pickle('Fabc\n.'), /number that is none/],
    ['a text without quotes', pickle('Sabc\n.'), /no quotes/],
    ['a broken escape', pickle('V\\u12\n.'), /broken escape/],
    ['an escape beyond Unicode', pickle('V\\U00110000\n.'), /broken escape/],
  ])('refuses %s', (_, bytes, message) => {
    expectRefusal(bytes, message)
  })

  it('refuses what contains itself', () => {
    expectRefusal(pickle(']q\0h\0a.'), /contains itself/)
    expectRefusal(pickle("}q\0S'me'\nh\0s."), /contains itself/)
  })

  it('keeps what occurs twice one object', () => {
    const [a, b] = readPickle(pickle('(]q\0h\0l.')) as [unknown[], unknown[]]

    expect(a).toBe(b)
  })

  it('is bounded in depth, however it was built', () => {
    const deep = (levels: number): Buffer => pickle(']'.repeat(levels), 'a'.repeat(levels - 1), '.')

    expect(readPickle(deep(PICKLE_LIMITS.maxDepth))).toBeInstanceOf(Array)
    expectRefusal(deep(PICKLE_LIMITS.maxDepth + 1), /nested deeper than 500/)
    expectRefusal(deep(100_000), /nested deeper than 500/)
    // A list of 300 levels, noted, within 300 others.
    expectRefusal(
      pickle(
        '(',
        ']'.repeat(300),
        'a'.repeat(299),
        'q\0',
        ']'.repeat(300),
        'h\0',
        'a'.repeat(300),
        't.',
      ),
      /nested deeper than 500/,
    )
  })

  it('is bounded in what it stands for: a hundred bytes are not a billion elements', () => {
    // Each list holds the one before ten times.
    const laughs = Array.from({ length: 9 }, (_, level) => [
      `](${`h${String.fromCharCode(level)}`.repeat(10)}e`,
      0x71,
      level + 1,
    ]).flat()

    expectRefusal(pickle(']q\0', ...laughs, '.'), /more than one value/)
    expectRefusal(pickle('(]q\0', ...laughs, 'l.'), /stands for more than 4000000 elements/)
  })

  it('is bounded in steps, memo, bytes, and work', () => {
    expectRefusal(pickle('(', 'N'.repeat(1000), 'l.'), /more than 500 steps/, { maxSteps: 500 })
    expectRefusal(pickle('Nq\0Nq\x01\x86.'), /notes more than 1 values/, { maxMemo: 1 })
    expectRefusal(pickle('N.'), /more than the 1 bytes/, { maxBytes: 1 })
    // One list made a set again and again.
    const again = 'cbuiltins\nset\nh\0\x85R0'.repeat(5000)
    expectRefusal(pickle('(', 'K\x01'.repeat(5000), 'lq\0', again, '.'), /over and over/)
    expectRefusal(pickle(`I${'9'.repeat(5000)}\n.`), /number that is none/)
  })

  it('reads the texts of Python 2', () => {
    const texts = pickle("(S'a\\x41\\n\\101\\q'\n", 'U\x01b', 'T\x01\0\0\0c', 'l.')

    expect(readPickle(texts)).toEqual(['aA\nA\\q', 'b', 'c'])
  })

  it('gives bytes of their own', () => {
    const bytes = pickle('C\x02ab.')
    const got = readPickle(bytes) as Buffer
    bytes.fill(0)

    expect(got).toEqual(Buffer.from('ab'))
  })
})

describe('writePickle', () => {
  it.each([
    ['undefined', undefined, /undefined, which Python does not have/],
    ['a function', () => 1, /a function/],
    ['a symbol', Symbol('x'), /no form in Python/],
    [
      'an instance',
      new (class Money {
        cents = 1
      })(),
      /no form in Python/,
    ],
    ['an error', new Error('x'), /no form in Python/],
    ['a RegExp', /x/, /no form in Python \(RegExp\)/],
    ['a Promise', Promise.resolve(), /no form in Python \(Promise\)/],
    ['other views', new Float64Array(1), /no form in Python \(Float64Array\)/],
    ['a subclass of Array', new (class extends Array {})(), /no form in Python/],
    ['an invalid Date', new Date(NaN), /no form in Python \(Date\)/],
    ['a Date of the year 10000', new Date(Date.UTC(10_000, 0)), /no form in Python \(Date\)/],
    ['symbol keys', { [Symbol('x')]: 1 }, /no form in Python/],
    ['a key that is a list', new Map([[[1], 1]]), /a key or member that is a list/],
    ['a member that is a dict', new Set([{}]), /a key or member that is a dict/],
  ])('refuses %s', (_, value, message) => {
    expect(() => writePickle(value)).toThrow(expect.objectContaining(encode(message)) as Error)
    expect(() => writePickle({ a: [value] })).toThrow(/value\.a\[0\]/)
  })

  it('names the place of what it refuses', () => {
    const value = { rows: [{ 'a b': 1 }, { 'a b': new Map([[7, undefined]]) }] }

    expect(() => writePickle(value)).toThrow(
      'Cannot cache value.rows[1]["a b"][7] for Django: it is undefined',
    )
  })

  it('refuses holes, circles and depth', () => {
    const circle: unknown[] = []
    circle.push({ circle })
    let deep: unknown = []
    for (let level = 0; level < 600; level++) deep = [deep]

    // oxlint-disable-next-line no-sparse-arrays
    expect(() => writePickle([1, , 2])).toThrow(/value\[1\]/)
    expect(() => writePickle(circle)).toThrow(/value\[0\]\.circle for Django: it is a circular/)
    expect(() => writePickle(deep)).toThrow(/nested deeper than 500/)
  })

  it('is bounded in bytes, before it has made them', () => {
    expect(() => writePickle(['x'.repeat(50), 'y'.repeat(60)], 100)).toThrow(
      expect.objectContaining({ code: 'E_TOO_LARGE' }) as Error,
    )
    const shared = { deep: Array.from({ length: 100 }, () => 'x') }
    let wide: unknown = shared
    for (let level = 0; level < 20; level++) wide = [wide, wide]
    expect(() => writePickle(wide, 10_000)).toThrow(/E_TOO_LARGE|more than/)
  })

  it.for<unknown>([
    null,
    true,
    -0,
    0,
    NaN,
    -129,
    2n ** 64n,
    -(2n ** 2040n),
    '\udc00 and \ud83d\ude00',
    Buffer.alloc(300),
    new Uint8Array(3),
    [],
    {},
    new Map<unknown, unknown>([[PyTuple.from([1]), null]]),
    new Set(['a']),
    new PyFrozenSet(['a']),
    new PyDateTime({ year: 1, month: 1, day: 1, zone: new PyTimezone(-86_399) }),
    new PyDate(9999, 12, 31),
    new PyTime({ hour: 23, minute: 59, second: 59, microsecond: 999_999, fold: 1 }),
    new PyTimeDelta(-999_999_999),
    new PyDecimal('sNaN123'),
    new PyUuid('00000000-0000-0000-0000-00000000000a'),
  ])('is read again: %o', (value) => {
    expect(readPickle(writePickle(value))).toStrictEqual(value)
  })
})

describe('the Py classes', () => {
  it('refuse what Python does not have', () => {
    const wrong: (() => unknown)[] = [
      () => new PyDate(2023, 2, 29),
      () => new PyDate(0, 1, 1),
      () => new PyTime({ hour: 24 }),
      () => new PyTime({ microsecond: 0.5 }),
      () => new PyTimezone(86_400),
      () => new PyTimeDelta(0, 86_400),
      () => new PyDecimal('1.1.1'),
      () => new PyUuid('x'),
      () => new PyFloat('1' as unknown as number),
      () => PyDateTime.fromDate(new Date(NaN)),
    ]

    for (const make of wrong)
      expect(make).toThrow(expect.objectContaining({ code: 'E_OPTION' }) as Error)
  })

  it('become Dates, and come of them', () => {
    const date = new Date(Date.UTC(2024, 1, 29, 12, 34, 56, 789))
    const zoned = new PyDateTime({
      year: 2024,
      month: 2,
      day: 29,
      hour: 14,
      minute: 34,
      second: 56,
      microsecond: 789_999,
      zone: new PyTimezone(7200),
    })
    const ancient = new PyDateTime({ year: 50, month: 1, day: 1 })

    expect(PyDateTime.fromDate(date).toDate()).toEqual(date)
    expect(zoned.toDate()).toEqual(date)
    expect(ancient.toDate().toISOString()).toBe('0050-01-01T00:00:00.000Z')
    expect(ancient.toDate(3600).toISOString()).toBe('0049-12-31T23:00:00.000Z')
    expect(String(zoned)).toBe('2024-02-29T14:34:56.789999+02:00')
  })

  it('count milliseconds', () => {
    expect(PyTimeDelta.fromMs(-1)).toEqual(new PyTimeDelta(-1, 86_399, 999_000))
    expect(PyTimeDelta.fromMs(90_061_001.5).toMs()).toBe(90_061_001.5)
  })
})

function encode(message: RegExp): object {
  return { code: 'E_ENCODE', message: expect.stringMatching(message) as string }
}
