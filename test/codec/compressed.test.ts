import zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type CompressOptions, compressed } from '../../src/codec/compressed.ts'
import { encrypted } from '../../src/codec/encrypted.ts'
import { json } from '../../src/codec/json.ts'
import { msgpack } from '../../src/codec/msgpack.ts'

const ROWS = Array.from({ length: 200 }, (_, id) => ({ id, name: `product ${id}`, tags: ['new'] }))
const hasZstd = 'zstdCompressSync' in zlib
const ALGORITHMS = [
  'deflate',
  'gzip',
  'brotli',
  'lz4',
  ...(hasZstd ? ['zstd' as const] : []),
] as const

describe('compressed', () => {
  it.each(ALGORITHMS)('%s makes rows a third or less', (algorithm) => {
    const codec = compressed(json(), { algorithm })
    const payload = codec.encode(ROWS, 'k')

    expect(payload.length).toBeLessThan(json().encode(ROWS, 'k').length / 3)
    expect(codec.decode(payload, 'k')).toEqual(ROWS)
    expect(codec.name).toBe(`json+${algorithm}`)
  })

  it('writes streams that others can read', () => {
    const plain = json().encode(ROWS, 'k')
    const stream = (algorithm: 'deflate' | 'gzip' | 'brotli'): Buffer =>
      compressed(json(), { algorithm }).encode(ROWS, 'k').subarray(5)

    expect(zlib.inflateSync(stream('deflate'))).toEqual(plain)
    expect(zlib.gunzipSync(stream('gzip'))).toEqual(plain)
    expect(zlib.brotliDecompressSync(stream('brotli'))).toEqual(plain)
  })

  it('leaves alone what is small, and what would not shrink by 15 %', () => {
    const codec = compressed(json())
    const random = zlib.deflateSync(
      Buffer.from(Array.from({ length: 30_000 }, () => Math.random())),
    )

    expect(codec.encode('x'.repeat(2000), 'k').toString('latin1', 0, 2)).toBe('sx')
    expect(codec.encode('x'.repeat(3000), 'k')[0]).toBe('z'.charCodeAt(0))
    expect(codec.encode(random, 'k')[0]).toBe('b'.charCodeAt(0))
  })

  it('has a threshold and levels of its own', () => {
    const small = compressed(json(), { threshold: 10, level: 9 })
    expect(small.encode('x'.repeat(100), 'k').length).toBeLessThan(30)
    const [fast, best] = [1, 11].map((level) =>
      compressed(json(), { algorithm: 'brotli', level }).encode(ROWS, 'k'),
    )
    expect(best?.length).toBeLessThan(fast?.length ?? 0)
  })

  it.each(ALGORITHMS)('refuses a bomb of %s before it goes off', (algorithm) => {
    const writer = compressed(json(), { algorithm })
    const bomb = writer.encode('0'.repeat(10_000_000), 'k')
    const limit = 1_000_000
    expect(() => compressed(json()).decode(bomb, 'k', limit)).toThrow(/10000001 bytes, and 1000000/)

    // One that lies about its length.
    bomb.writeUInt32BE(1000, 1)
    expect(() => compressed(json()).decode(bomb, 'k', limit)).toThrow(
      expect.objectContaining({ code: 'E_DECODE' }) as Error,
    )
  })

  it('counts what is within against the limit, so that what is written can be read', () => {
    const codec = compressed(json())

    expect(() => codec.encode('x'.repeat(5000), 'k', 4000)).toThrow(
      expect.objectContaining({ code: 'E_TOO_LARGE' }) as Error,
    )
  })

  it.each<[string, CompressOptions, RegExp]>([
    ['an unknown algorithm', { algorithm: 'zip' as 'gzip' }, /one of deflate, gzip/],
    ['a level that there is not', { level: 10 }, /whole number from 1 to 9/],
    ['a level of lz4', { algorithm: 'lz4', level: 1 }, /lz4 has no levels/],
    ['a threshold that is no amount', { threshold: 'much' as '1kb' }, /threshold/],
    ['an unknown option', { algoritm: 'gzip' } as object, /algorithm/],
  ])('refuses %s', (_, options, message) => {
    expect(() => compressed(json(), options)).toThrow(message)
  })

  it('refuses to compress what is encrypted: that does not shrink', () => {
    const inner = encrypted(msgpack(), { keys: [Buffer.alloc(32)] })

    expect(() => compressed(inner)).toThrow(/encrypted\(compressed\(codec\)\)/)
  })

  it('says what is missing for Zstandard, or uses it', () => {
    const make = (): unknown => compressed(json(), { algorithm: 'zstd' }).encode(ROWS, 'k')[0]

    if (hasZstd) expect(make()).toBe('Z'.charCodeAt(0))
    else expect(make).toThrow(/Zstandard needs Node 22.15/)
  })
})
