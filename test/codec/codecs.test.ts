// What every codec keeps to, whichever it is and whatever is around it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Codec } from '../../src/base/codec.ts'
import { isCacheError } from '../../src/base/errors.ts'
import { compressed } from '../../src/codec/compressed.ts'
import { encrypted } from '../../src/codec/encrypted.ts'
import { json } from '../../src/codec/json.ts'
import { msgpack } from '../../src/codec/msgpack.ts'
import { v8 } from '../../src/codec/v8.ts'
import { exact } from './exact.ts'
import { anyValue, CARRIED, Money } from './values.ts'

const classes = { Money }
const KEY = Buffer.alloc(32, 7)
const hasZstd = 'zstdCompressSync' in (await import('node:zlib')).default

const FORMS: readonly (readonly [string, Codec])[] = [
  ['json', json({ classes })],
  ['msgpack', msgpack({ classes })],
  ['v8', v8({ classes })],
]
const ALL: readonly (readonly [string, Codec])[] = [
  ...FORMS,
  ...(['deflate', 'gzip', 'brotli', 'lz4', ...(hasZstd ? (['zstd'] as const) : [])] as const).map(
    (algorithm) =>
      [`json+${algorithm}`, compressed(json({ classes }), { algorithm, threshold: 1 })] as const,
  ),
  ['msgpack+aes', encrypted(msgpack({ classes }), { keys: [KEY] })],
  ['v8+deflate+aes', encrypted(compressed(v8({ classes }), { threshold: 1 }), { keys: [KEY] })],
]

describe.each(ALL)('%s', (_, codec) => {
  const back = (value: unknown): unknown => codec.decode(codec.encode(value, 'k'), 'k')

  it.for(CARRIED)('brings back %s', ([, value]) => {
    expect(exact(back(value))).toBe(exact(value))
  })

  it('brings back any value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(exact(back(value))).toBe(exact(value))
      }),
      { numRuns: 300 },
    )
  })

  it.for<[string, unknown]>([
    ['a function', () => 1],
    ['a function inside', { a: [() => 1] }],
    ['a symbol', Symbol('s')],
    ['an instance of an unknown class', Object.create({ isBasket: true })],
    ['a promise', { a: Promise.resolve(1) }],
  ])('refuses %s, naming its place', ([, value]) => {
    expect(() => codec.encode(value, 'k')).toThrow(
      expect.objectContaining({ code: 'E_ENCODE' }) as Error,
    )
  })

  it('copies as it would decode', () => {
    const value = { at: new Date(1), seen: new Map([[1, new Set([2n])]]), rows: [{ a: 1 }] }

    expect(exact(codec.copy(value, false).value)).toBe(exact(value))
  })

  it('takes mutated bytes for a miss, never for a crash, and pollutes nothing', () => {
    const payloads = CARRIED.map(([, value]) => codec.encode(value, 'k'))
    const random = dice(42)
    let decoded = 0
    for (let round = 0; round < 10_000; round++) {
      const payload = Buffer.from(payloads[round % payloads.length] as Buffer)
      try {
        codec.decode(mutated(payload, random), 'k', 1_000_000)
        decoded++
      } catch (error) {
        expect(isCacheError(error, 'E_DECODE'), String(error)).toBe(true)
      }
    }
    expect(decoded).toBeLessThan(10_000)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('a deploy that changes the codec', () => {
  const pairs = FORMS.flatMap(([from, writer]) =>
    FORMS.map(([to, reader]) => [from, to, writer, reader] as const),
  )

  it.for(pairs)('from %s to %s keeps the cache', ([, , writer, reader]) => {
    for (const [, value] of CARRIED)
      expect(exact(reader.decode(writer.encode(value, 'k'), 'k'))).toBe(exact(value))
  })

  it.for(ALL)('to %s that compresses keeps it, and back', ([, codec]) => {
    if (codec.encrypts === true) return expect(codec.encrypts).toBe(true)
    const plain = json({ classes })
    const packed = compressed(codec.name.includes('+') ? plain : codec, { threshold: 1 })
    for (const [, value] of CARRIED) {
      expect(exact(plain.decode(packed.encode(value, 'k'), 'k'))).toBe(exact(value))
      expect(exact(packed.decode(plain.encode(value, 'k'), 'k'))).toBe(exact(value))
    }
  })

  it('leaves integers as text that a store can increment, under every codec that does not encrypt', () => {
    for (const [, codec] of FORMS) {
      expect(codec.encode(42, 'k').toString()).toBe('i42')
      expect(compressed(codec, { threshold: 1 }).encode(42, 'k').toString()).toBe('i42')
    }
  })
})

/** mulberry32: small, and the same everywhere. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function mutated(payload: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * payload.length)
  const how = random()
  if (how < 0.6 && payload.length > 0) payload[at] = Math.floor(random() * 256)
  else if (how < 0.75) return payload.subarray(0, at)
  else if (how < 0.9) return Buffer.concat([payload, payload.subarray(at)])
  else if (payload.length > 0) payload[0] = 'injsbuJmMvzgrZlx'.charCodeAt(Math.floor(random() * 16))
  return payload
}
