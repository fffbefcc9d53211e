import {
  PyDate,
  PyDateTime,
  PyDecimal,
  PyFloat,
  PyFrozenSet,
  PySafeString,
  PyTime,
  PyTimeDelta,
  PyTimezone,
  PyTuple,
  PyUuid,
} from 'breakwater/django'

/** Python cannot store it with this serializer. */
export const REFUSED = Symbol('refused')
/** Python stores it, and cannot read it again. */
export const UNREADABLE = Symbol('unreadable')

/** One value, in both languages. */
export interface Row {
  /** A Python expression. */
  readonly python: string
  /** What Node reads of it, pickled. */
  readonly value: unknown
  /** What Node writes for it, where that is something else. Or {@link READ_ONLY}, {@link PICKLE_ONLY}. */
  readonly write?: unknown
  /** What Node reads of it as JSON, where that is something else. */
  readonly json?: unknown
  /** The same as MessagePack. */
  readonly msgpack?: unknown
}

/** As `write`: Node has no value that becomes this one. */
export const READ_ONLY = Symbol('read only')
/** As `write`: only as a pickle does Node write what JSON would change without a word. */
export const PICKLE_ONLY = Symbol('pickle only')

const noon = { year: 2024, month: 1, day: 2, hour: 3, minute: 4, second: 5 }
const utc = new PyTimezone(0)

function onlyPickle(python: string, value: unknown): Row {
  return { python, value, json: REFUSED, msgpack: REFUSED }
}

function textInJson(python: string, value: unknown, json: string): Row {
  return { python, value, json, msgpack: REFUSED }
}

export const ROWS: readonly Row[] = [
  { python: '0', value: 0 },
  { python: '5', value: 5 },
  { python: '-7', value: -7 },
  { python: '2 ** 53 - 1', value: Number.MAX_SAFE_INTEGER },
  { python: '2 ** 53', value: 2n ** 53n },
  { python: '2 ** 70', value: 2n ** 70n },
  { python: '-(2 ** 70)', value: -(2n ** 70n) },
  {
    python: '[255, 256, 65535, 65536, 2 ** 31, -(2 ** 31), -1, -33, -129, 2 ** 40]',
    value: [255, 256, 65535, 65536, 2 ** 31, -(2 ** 31), -1, -33, -129, 2 ** 40],
  },
  { python: '[2 ** 60, -(2 ** 60)]', value: [2n ** 60n, -(2n ** 60n)] },
  { python: '[2 ** 70]', value: [2n ** 70n], msgpack: REFUSED },
  { python: 'True', value: true },
  { python: 'False', value: false },
  { python: 'None', value: null },
  { python: '1.5', value: 1.5 },
  { python: '2.0', value: 2, write: new PyFloat(2) },
  { python: '-0.0', value: -0 },
  { python: '1e300', value: 1e300 },
  { python: "float('nan')", value: NaN },
  { python: "[float('inf'), float('-inf')]", value: [Infinity, -Infinity] },
  { python: "'hi'", value: 'hi' },
  { python: "'12'", value: '12' },
  { python: "''", value: '' },
  { python: "'é😀\\n\"\\\\u0041 ' + 'x' * 300", value: `é😀\n"\\u0041 ${'x'.repeat(300)}` },
  { python: "'\\ud800 alone'", value: '\ud800 alone', msgpack: REFUSED },
  { python: "b'\\x00\\xff'", value: Buffer.from([0, 255]), json: REFUSED },
  { python: "b''", value: Buffer.alloc(0), json: REFUSED },
  { python: "b'x' * 70000", value: Buffer.alloc(70_000, 'x'), json: REFUSED },
  {
    python: "bytearray(b'ab')",
    value: new Uint8Array([97, 98]),
    json: REFUSED,
    msgpack: Buffer.from('ab'),
  },
  { python: "[1, 'a', None, []]", value: [1, 'a', null, []] },
  {
    python: "{'a': {'b': [True]}, '__proto__': 2}",
    value: JSON.parse('{"a":{"b":[true]},"__proto__":2}') as unknown,
  },
  { python: '{}', value: {} },
  {
    python: "(1, 'a', ())",
    value: PyTuple.from([1, 'a', new PyTuple()]),
    json: [1, 'a', []],
    msgpack: [1, 'a', []],
  },
  {
    python: '{1: 2, (1, None): 3}',
    value: new Map<unknown, unknown>([
      [1, 2],
      [PyTuple.from([1, null]), 3],
    ]),
    json: REFUSED,
    msgpack: UNREADABLE,
  },
  {
    python: '{1: 2}',
    value: new Map([[1, 2]]),
    write: PICKLE_ONLY,
    json: { 1: 2 },
    msgpack: UNREADABLE,
  },
  onlyPickle("{1, 'a'}", new Set([1, 'a'])),
  onlyPickle('set()', new Set()),
  onlyPickle('frozenset([1, frozenset()])', new PyFrozenSet([1, new PyFrozenSet()])),
  textInJson(
    'datetime.datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc)',
    new PyDateTime({ ...noon, microsecond: 678_901, zone: utc }),
    '2024-01-02T03:04:05.678Z',
  ),
  textInJson('datetime.datetime(2024, 1, 2, 3, 4, 5)', new PyDateTime(noon), '2024-01-02T03:04:05'),
  textInJson(
    'datetime.datetime(2024, 1, 2, 3, 4, 5, fold=1)',
    new PyDateTime({ ...noon, fold: 1 }),
    '2024-01-02T03:04:05',
  ),
  textInJson(
    'datetime.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone(datetime.timedelta(hours=-5), "EST"))',
    new PyDateTime({ ...noon, microsecond: 6, zone: new PyTimezone(-18_000, 'EST') }),
    '2024-01-02T03:04:05.000-05:00',
  ),
  textInJson('datetime.date(2024, 2, 29)', new PyDate(2024, 2, 29), '2024-02-29'),
  textInJson(
    'datetime.time(3, 4, 5, 6)',
    new PyTime({ hour: 3, minute: 4, second: 5, microsecond: 6 }),
    '03:04:05.000',
  ),
  onlyPickle(
    'datetime.time(3, 4, tzinfo=datetime.timezone.utc)',
    new PyTime({ hour: 3, minute: 4, zone: utc }),
  ),
  textInJson(
    'datetime.timedelta(days=1, seconds=2, microseconds=3)',
    new PyTimeDelta(1, 2, 3),
    'P1DT00H00M02.000003S',
  ),
  textInJson(
    'datetime.timedelta(microseconds=-1)',
    new PyTimeDelta(-1, 86_399, 999_999),
    '-P0DT00H00M00.000001S',
  ),
  onlyPickle('datetime.timezone.utc', utc),
  textInJson("decimal.Decimal('1.10')", new PyDecimal('1.10'), '1.10'),
  textInJson("decimal.Decimal('-1E+30')", new PyDecimal('-1E+30'), '-1E+30'),
  textInJson(
    "uuid.UUID('12345678-1234-5678-1234-567812345678')",
    new PyUuid('12345678-1234-5678-1234-567812345678'),
    '12345678-1234-5678-1234-567812345678',
  ),
  {
    python: "SafeString('<b>&</b>')",
    value: new PySafeString('<b>&</b>'),
    json: '<b>&</b>',
    msgpack: '<b>&</b>',
  },
  {
    python: "collections.OrderedDict([('b', 1), ('a', 2)])",
    value: new Map([
      ['b', 1],
      ['a', 2],
    ]),
    write: READ_ONLY,
    json: { b: 1, a: 2 },
    msgpack: { b: 1, a: 2 },
  },
  {
    python: "[{'id': i, 'name': 'n%d' % i, 'price': i / 4 + 0.1} for i in range(300)]",
    value: Array.from({ length: 300 }, (_, i) => ({ id: i, name: `n${i}`, price: i / 4 + 0.1 })),
  },
]

/** Of a row, what Node reads with a serializer. */
export function readOf(row: Row, serializer: 'pickle' | 'json' | 'msgpack'): unknown {
  if (serializer === 'pickle') return row.value
  // A whole value that is an integer is never serialized.
  return serializer in row ? row[serializer] : row.value
}
