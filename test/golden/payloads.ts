// Values and records as they are stored, by name. What is added gets a new name; what stands here keeps its meaning.
import type { Codec } from '../../src/base/codec.ts'
import type { StoreRecord } from '../../src/base/record.ts'
import { compressed } from '../../src/codec/compressed.ts'
import { encrypted } from '../../src/codec/encrypted.ts'
import { json } from '../../src/codec/json.ts'
import { msgpack } from '../../src/codec/msgpack.ts'
import { decodeRecord, encodeRecord, type RecordParts } from '../../src/codec/record.ts'
import { v8 } from '../../src/codec/v8.ts'

class Money {
  readonly cents: number

  constructor(cents: number) {
    this.cents = cents
  }
}

const VALUES: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  true: true,
  integer: -42,
  'beyond the safe integers': 2 ** 53,
  fraction: 0.1,
  'minus zero': -0,
  NaN,
  'minus Infinity': -Infinity,
  bigint: 2n ** 70n,
  text: 'Caf\u00e9 \u{1F600} "quoted"\n',
  'lone surrogate': 'a\ud800b',
  'plain data': { id: 7, list: [1, 'x', null, true, { deep: [] }] },
  'special places': {
    none: undefined,
    at: new Date(1_700_000_000_123),
    never: new Date(NaN),
    numbers: [NaN, -0, Infinity, 5n],
    map: new Map<unknown, unknown>([
      ['a', new Set([1, '1'])],
      [{ id: 1 }, undefined],
    ]),
    pattern: /a(b)?/giu,
    address: new URL('https://shop.example/a?b=1'),
  },
  'bytes in a tree': { body: Buffer.from('body'), view: new Float64Array([0.5, -1]) },
  buffer: Buffer.from([0, 1, 254, 255]),
  'byte array': new Uint8Array([3, 2, 1]),
  'instance of a registered class': { price: new Money(1999) },
  'text worth compressing': 'The quick brown fox jumps over the lazy dog. '.repeat(40),
}

const classes = { Money }
/** No secret: it encrypts nothing but this. */
const keys = [Buffer.alloc(32, 7)]
const squeezed = (algorithm: 'deflate' | 'gzip' | 'brotli'): Codec =>
  compressed(json({ classes }), { algorithm, threshold: 100 })

/** `exact`: the same value is the same bytes, on every Node. Neither compressors nor `v8.serialize` promise that. */
const CODECS: Readonly<Record<string, { readonly codec: Codec; readonly exact: boolean }>> = {
  json: { codec: json({ classes }), exact: true },
  msgpack: { codec: msgpack({ classes }), exact: true },
  v8: { codec: v8({ classes }), exact: false },
  'json, deflate': { codec: squeezed('deflate'), exact: false },
  'json, gzip': { codec: squeezed('gzip'), exact: false },
  'json, brotli': { codec: squeezed('brotli'), exact: false },
  'json, encrypted': { codec: encrypted(json({ classes }), { keys }), exact: false },
  'json, deflate, encrypted': { codec: encrypted(squeezed('deflate'), { keys }), exact: false },
}

const TOKEN = 'p1234567aaaabbbb'
const OTHER = 'p7654321ccccdddd'
const ENTRY = {
  tags: ['products', 'caf\u00e9'],
  rev: TOKEN,
  stamp: 1_700_000_000_000_001,
  freshUntil: 1_700_000_300_000,
  deadAt: 1_700_000_600_000,
  storedAt: 1_700_000_000_000,
  loadMs: 12,
} as RecordParts['entry']
const payload = Buffer.from('i42')

const RECORDS: Readonly<Record<string, RecordParts>> = {
  value: { entry: ENTRY, payload },
  'value forever, without tags': {
    entry: { ...ENTRY, tags: [], freshUntil: Infinity, deadAt: Infinity } as RecordParts['entry'],
    payload,
  },
  'stale value with the lease of its refresh, and who waits': {
    entry: ENTRY,
    payload,
    lease: { token: OTHER, until: 1_700_000_003_000, stamp: 1_700_000_000_000_007 },
    waiters: ['p1234567', 'p7654321'],
  },
  'lease alone': {
    lease: { token: OTHER, until: 1_700_000_003_000, stamp: 1_700_000_000_000_007 },
  },
  'load that failed': {
    mark: { kind: 'failed', token: TOKEN, stamp: 5, until: 1_700_000_003_000, text: 'no database' },
  },
  'load that is not to be stored': {
    mark: { kind: 'uncacheable', token: TOKEN, stamp: 5, until: 1_700_000_003_000, text: '' },
  },
  intents: {
    intents: [
      { token: OTHER, until: 1_700_000_030_000 },
      { token: TOKEN, until: 1_700_000_060_000 },
    ],
  },
  'value under an intent': {
    entry: ENTRY,
    payload,
    intents: [{ token: TOKEN, until: 1_700_000_060_000 }],
  },
}

/** Something that is stored: how it is written today, how it is read, and what has to come out. */
export interface Format {
  readonly name: string
  readonly exact: boolean
  readonly expected: unknown
  readonly write: () => Buffer
  readonly read: (bytes: Buffer) => unknown
}

function valueFormats(): Format[] {
  return Object.entries(CODECS).flatMap(([codecName, { codec, exact }]) =>
    Object.entries(VALUES).map(([name, value]) => ({
      name: `${codecName}: ${name}`,
      exact,
      expected: value,
      write: () => codec.encode(value, 'the key'),
      read: (bytes: Buffer) => codec.decode(bytes, 'the key'),
    })),
  )
}

const READ = { shiftMs: 0, values: true, decodeValue: String }

function recordFormats(): Format[] {
  return Object.entries(RECORDS).map(([name, parts]) => ({
    name: `record: ${name}`,
    exact: true,
    expected: expectedOf(parts),
    write: () => encodeRecord(parts),
    read: (bytes: Buffer) => decodeRecord(bytes, READ),
  }))
}

function expectedOf({ entry, intents, lease, mark }: RecordParts): StoreRecord {
  const intent = intents?.at(-1)
  return {
    entry: entry && { ...entry, value: 'i42' },
    lease,
    undecodable: undefined,
    ...(mark !== undefined && { mark }),
    ...(intent !== undefined && {
      mark: { kind: 'intent', token: intent.token, until: intent.until, stamp: 0, text: '' },
    }),
  }
}

export const FORMATS: readonly Format[] = [...valueFormats(), ...recordFormats()]
