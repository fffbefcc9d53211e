import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CacheError } from '../../src/base/errors.ts'
import {
  decodeRecord,
  type DecodeRecordOptions,
  encodeRecord,
  intentsOf,
  markText,
  waitersOf,
} from '../../src/codec/record.ts'
import { RECORD } from '../../src/codec/record-layout.ts'

const TOKEN = 'process100000001'
const REV = 'process200000007'
const entry = {
  tags: ['products', 'caf\u00e9'],
  stamp: 1_763_000_000_000_001,
  rev: REV,
  freshUntil: 1_763_000_060_000,
  deadAt: 1_763_000_120_000,
  storedAt: 1_763_000_000_000,
  loadMs: 42,
}
const lease = { token: TOKEN, until: 1_763_000_005_000, stamp: 1_763_000_000_000_000 }
const payload = Buffer.from('shello')
const asText: DecodeRecordOptions = {
  shiftMs: 0,
  values: true,
  decodeValue: (bytes) => bytes.toString(),
}

const time = fc.oneof(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.constant(Infinity))
const token = fc.stringMatching(/^[A-Za-z0-9_-]{16}$/)
const anyEntry = fc.record({
  tags: fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), {
    maxLength: 5,
  }),
  stamp: fc.maxSafeNat(),
  rev: token,
  freshUntil: time,
  deadAt: time,
  storedAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  loadMs: fc.nat(0xffff_ffff),
})
const anyParts = fc.record({
  entry: fc.option(anyEntry, { nil: undefined }),
  payload: fc.uint8Array({ maxLength: 50 }),
  lease: fc.option(fc.record({ token, until: time, stamp: fc.maxSafeNat() }), { nil: undefined }),
  waiters: fc.array(fc.stringMatching(/^[A-Za-z0-9_-]{8}$/), { maxLength: 3 }),
})

describe('encodeRecord and decodeRecord', () => {
  it('bring back a value with its lease and its waiters', () => {
    const bytes = encodeRecord({ entry, payload, lease, waiters: ['process3', 'process4'] })

    expect(decodeRecord(bytes, asText)).toEqual({
      entry: { ...entry, value: 'shello' },
      lease,
      undecodable: undefined,
    })
    expect(waitersOf(bytes)).toEqual(['process3', 'process4'])
  })

  it('bring back a lease alone', () => {
    const bytes = encodeRecord({ lease })

    expect(bytes.byteLength).toBe(RECORD.headerLength)
    expect(decodeRecord(bytes, asText)).toEqual({ entry: undefined, lease, undecodable: undefined })
  })

  it('bring back anything', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const bytes = encodeRecord(parts)

        const record = decodeRecord(bytes, {
          ...asText,
          decodeValue: (body) => body.toString('hex'),
        })

        const value = Buffer.from(parts.payload).toString('hex')
        expect(record).toEqual({
          entry: parts.entry && { ...parts.entry, value },
          lease: parts.lease,
          undecodable: undefined,
        })
        expect(waitersOf(bytes)).toEqual(parts.waiters)
      }),
    )
  })

  it.for(['failed', 'uncacheable'] as const)('bring back the mark that a load left: %s', (kind) => {
    const mark = {
      kind,
      token: TOKEN,
      stamp: 7,
      until: 1_763_000_001_000,
      text: 'caf\u00e9 closed',
    }
    const bytes = encodeRecord({ mark })

    expect(decodeRecord(bytes, { ...asText, values: false })).toEqual({
      entry: undefined,
      lease: undefined,
      mark,
      undecodable: undefined,
    })
    expect(waitersOf(bytes)).toEqual([])
  })

  it('bring back intents as one mark: the newest token, the latest end', () => {
    const intents = [
      { token: TOKEN, until: 1_763_000_009_000 },
      { token: REV, until: 1_763_000_005_000 },
    ]
    const bytes = encodeRecord({ intents })

    expect(decodeRecord(bytes, asText)).toEqual({
      entry: undefined,
      lease: undefined,
      mark: { kind: 'intent', token: REV, stamp: 0, until: 1_763_000_009_000, text: '' },
      undecodable: undefined,
    })
    expect(intentsOf(bytes, 0)).toEqual(intents)
    expect(waitersOf(bytes)).toEqual([])
  })

  it('bring back a value that was written while intents stood, and these beside it', () => {
    const intents = [{ token: TOKEN, until: 1_763_000_009_000 }]
    const bytes = encodeRecord({ entry, payload, intents, shiftMs: 500 })

    expect(decodeRecord(bytes, { ...asText, shiftMs: 500 })).toEqual({
      entry: { ...entry, value: 'shello' },
      lease: undefined,
      mark: { kind: 'intent', token: TOKEN, stamp: 0, until: 1_763_000_009_000, text: '' },
      undecodable: undefined,
    })
    expect(intentsOf(bytes, 500)).toEqual(intents)
    expect(waitersOf(bytes)).toEqual([])
  })

  it('keep of a text what fits into 1000 bytes, and no half of a character', () => {
    const text = `${'x'.repeat(998)}\u2603!`
    const mark = { kind: 'failed', token: TOKEN, stamp: 7, until: 1, text } as const

    const record = decodeRecord(encodeRecord({ mark }), asText)

    expect(record?.mark?.text).toBe('x'.repeat(998))
    expect(markText('\u2603'.repeat(400))).toBe('\u2603'.repeat(333))
    expect(markText('x'.repeat(1000))).toBe('x'.repeat(1000))
  })

  it('keep times in the clock of the store', () => {
    const bytes = encodeRecord({
      entry: { ...entry, deadAt: Infinity },
      payload,
      lease,
      shiftMs: 500,
    })

    const near = decodeRecord(bytes, { ...asText, shiftMs: 500 })
    const raw = decodeRecord(bytes, asText)

    expect(near?.entry).toMatchObject({
      freshUntil: entry.freshUntil,
      deadAt: Infinity,
      stamp: entry.stamp,
    })
    expect(near?.lease).toEqual(lease)
    expect(raw?.entry?.freshUntil).toBe(entry.freshUntil + 500)
    expect(raw?.lease).toEqual({ ...lease, until: lease.until + 500 })
  })

  // Redis scripts write these very bytes too.
  it('keep every field of intents at its place', () => {
    const intents = [
      { token: TOKEN, until: 9_000 },
      { token: REV, until: 5_000 },
    ]
    const bytes = encodeRecord({ intents })

    expect(bytes.toString('latin1', 0, 20)).toBe(`Q\x01\0\0${REV}`)
    expect(bytes.readDoubleBE(20)).toBe(9_000)
    expect(bytes.readDoubleBE(68)).toBe(9_000)
    expect(bytes.toString('latin1', 96, 112)).toBe(TOKEN)
    expect(bytes.readDoubleBE(112)).toBe(9_000)
    expect(bytes.toString('latin1', 120, 136)).toBe(REV)
    expect(bytes.readDoubleBE(136)).toBe(5_000)
    expect(String.fromCharCode(encodeRecord({ intents, entry, payload })[0] ?? 0)).toBe('W')
  })

  // Other programs (Redis scripts, older processes) read and write these very bytes.
  it('keep every field at its place', () => {
    const bytes = encodeRecord({
      entry: { ...entry, tags: ['ab'] },
      payload: Buffer.from('i7'),
      lease,
      waiters: ['12345678'],
    })

    expect(bytes.toString('latin1', 0, 20)).toBe(`V\x01\0\0${TOKEN}`)
    expect(bytes.readDoubleBE(20)).toBe(lease.until)
    expect(bytes.readDoubleBE(28)).toBe(lease.stamp)
    expect(bytes.toString('latin1', 36, 52)).toBe(REV)
    expect(bytes.readDoubleBE(52)).toBe(entry.stamp)
    expect(bytes.readDoubleBE(60)).toBe(entry.freshUntil)
    expect(bytes.readDoubleBE(68)).toBe(entry.deadAt)
    expect(bytes.readDoubleBE(76)).toBe(entry.storedAt)
    expect(bytes.readUInt32BE(84)).toBe(42)
    expect(bytes.readUInt32BE(88)).toBe(4)
    expect(bytes.readUInt32BE(92)).toBe(2)
    expect(bytes.toString('latin1', 96)).toBe('\0\x02abi712345678')
  })

  it('hold a load time that is too long or negative to what the header can say', () => {
    const long = encodeRecord({ entry: { ...entry, loadMs: Infinity }, payload })
    const negative = encodeRecord({ entry: { ...entry, loadMs: -1 }, payload })

    expect(decodeRecord(long, asText)?.entry?.loadMs).toBe(0xffff_ffff)
    expect(decodeRecord(negative, asText)?.entry?.loadMs).toBe(0)
  })
})

describe('decodeRecord', () => {
  it('reads a head without its payload when no value is asked for', () => {
    const bytes = encodeRecord({ entry, payload, lease })
    const head = bytes.subarray(0, bytes.byteLength - payload.byteLength)

    expect(decodeRecord(head, { ...asText, values: false })).toEqual({
      entry: { ...entry, value: undefined },
      lease,
      undecodable: undefined,
    })
  })

  it('keeps what else it knows when the payload is cut off', () => {
    const bytes = encodeRecord({ entry, payload, lease })

    const record = decodeRecord(bytes.subarray(0, -1), asText)

    expect(record?.entry).toEqual({ ...entry, value: undefined })
    expect(record?.undecodable).toMatchObject({ code: 'E_DECODE' })
  })

  it('keeps the error of the codec', () => {
    const failure = new CacheError('E_DECODE', 'an older codec')
    const bytes = encodeRecord({ entry, payload })

    const record = decodeRecord(bytes, {
      ...asText,
      decodeValue() {
        throw failure
      },
    })

    expect(record?.undecodable).toBe(failure)
  })

  it('makes an E_DECODE of any other error', () => {
    const bytes = encodeRecord({ entry, payload })

    const record = decodeRecord(bytes, {
      ...asText,
      decodeValue() {
        throw new SyntaxError('what is this')
      },
    })

    expect(record?.undecodable).toMatchObject({
      code: 'E_DECODE',
      message: expect.stringContaining('what is this'),
    })
  })

  it.for<readonly [string, (bytes: Buffer) => unknown]>([
    ['another kind', (bytes) => bytes.write('X')],
    ['intents without any', (bytes) => bytes.write('Q\x01\0\0' + '\0'.repeat(16), 'latin1')],
    [
      'a mark that is cut off',
      (bytes) => bytes.write('F') && bytes.writeUInt32BE(99, RECORD.payloadLength),
    ],
    ['a later version', (bytes) => bytes.writeUInt8(2, RECORD.version)],
    ['a flag of a later version', (bytes) => bytes.writeUInt16BE(1, RECORD.flags)],
    ['a stamp that is no number', (bytes) => bytes.writeDoubleBE(NaN, RECORD.stamp)],
    ['a time that is no number', (bytes) => bytes.writeDoubleBE(NaN, RECORD.deadAt)],
    ['a lease without an end', (bytes) => bytes.writeDoubleBE(NaN, RECORD.leaseUntil)],
    ['more tags than bytes', (bytes) => bytes.writeUInt32BE(0xffff_ffff, RECORD.tagsLength)],
    ['a tag longer than the tags', (bytes) => bytes.writeUInt16BE(0xffff, RECORD.headerLength)],
    ['a tag that is not UTF-8', (bytes) => bytes.writeUInt8(0xff, RECORD.headerLength + 2)],
  ])('takes %s for no record', ([, damage]) => {
    const bytes = encodeRecord({ entry, payload, lease })

    damage(bytes)

    expect(decodeRecord(bytes, asText)).toBeUndefined()
  })

  it('takes what ends before its payload for no record', () => {
    const bytes = encodeRecord({ entry, payload })
    for (let length = 0; length < bytes.byteLength - payload.byteLength; length++) {
      expect(decodeRecord(bytes.subarray(0, length), asText)).toBeUndefined()
    }
  })

  it('never throws, whatever the bytes', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })
    fc.assert(
      fc.property(anyParts, damage, fc.nat(), fc.boolean(), (parts, changes, cut, values) => {
        const bytes = encodeRecord(parts)
        for (const [at, byte] of changes) bytes[at % bytes.byteLength] = byte
        const rest = bytes.subarray(0, cut % (bytes.byteLength + 1))

        expect(() => decodeRecord(rest, { ...asText, values })).not.toThrow()
        expect(() => waitersOf(rest)).not.toThrow()
        expect(() => intentsOf(rest, 0)).not.toThrow()
      }),
      { numRuns: 3000 },
    )
  })
})
