// Bytes into fewer bytes, by whichever algorithm. A compressed payload is its tag, the length of what is within (u32), and the
// stream: so a bomb is known before anything is made of it.
import zlib from 'node:zlib'
import { CacheError } from '../base/errors.ts'
import { library } from './library.ts'
import { Malformed } from './malformed.ts'
import { TAG } from './tag.ts'

export type Algorithm = 'deflate' | 'gzip' | 'brotli' | 'zstd' | 'lz4'

export interface Compressor {
  readonly algorithm: Algorithm
  readonly tag: number
  /** From the fastest to the smallest; `undefined` where there is no choice. */
  readonly levels:
    | { readonly min: number; readonly max: number; readonly usual: number }
    | undefined
  readonly compress: (bytes: Uint8Array, level: number) => Buffer
  /** @throws when more would come out, or when it is no such stream */
  readonly decompress: (stream: Uint8Array, length: number) => Buffer
}

interface Lz4 {
  compressSync(bytes: Buffer): Buffer
  uncompressSync(stream: Buffer): Buffer
}

/** Of Node 22.15 and later. */
interface WithZstd {
  readonly zstdCompressSync?: (bytes: Uint8Array, options: object) => Buffer
  readonly zstdDecompressSync?: (stream: Uint8Array, options: object) => Buffer
}

const { zstdCompressSync, zstdDecompressSync } = zlib as WithZstd
/** ZSTD_c_compressionLevel */
const ZSTD_LEVEL = 100
/** Before a block LZ4 writes how long it is unpacked. */
const LZ4_HEADER = 4

function lz4(): Lz4 {
  return library('lz4-napi', 'LZ4') as Lz4
}

export const COMPRESSORS: Readonly<Record<Algorithm, Compressor>> = {
  deflate: {
    algorithm: 'deflate',
    tag: TAG.deflate,
    levels: { min: 1, max: 9, usual: 1 },
    compress: (bytes, level) => zlib.deflateSync(bytes, { level }),
    decompress: (stream, length) => zlib.inflateSync(stream, { maxOutputLength: length }),
  },
  gzip: {
    algorithm: 'gzip',
    tag: TAG.gzip,
    levels: { min: 1, max: 9, usual: 1 },
    compress: (bytes, level) => zlib.gzipSync(bytes, { level }),
    decompress: (stream, length) => zlib.gunzipSync(stream, { maxOutputLength: length }),
  },
  brotli: {
    algorithm: 'brotli',
    tag: TAG.brotli,
    levels: { min: 0, max: 11, usual: 1 },
    compress: (bytes, level) =>
      zlib.brotliCompressSync(bytes, {
        params: {
          [zlib.constants.BROTLI_PARAM_QUALITY]: level,
          [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
        },
      }),
    decompress: (stream, length) => zlib.brotliDecompressSync(stream, { maxOutputLength: length }),
  },
  zstd: {
    algorithm: 'zstd',
    tag: TAG.zstd,
    levels: { min: 1, max: 19, usual: 1 },
    compress: (bytes, level) =>
      needZstd(zstdCompressSync)(bytes, { params: { [ZSTD_LEVEL]: level } }),
    decompress: (stream, length) =>
      needZstd(zstdDecompressSync)(stream, { maxOutputLength: length }),
  },
  lz4: {
    algorithm: 'lz4',
    tag: TAG.lz4,
    levels: undefined,
    compress: (bytes) => lz4().compressSync(Buffer.from(bytes)),
    decompress(stream, length) {
      const block = Buffer.from(stream)
      // It makes room for as much as the block says.
      if (block.byteLength < LZ4_HEADER || block.readUInt32LE(0) !== length)
        throw new Malformed('its LZ4 block is of another length')
      return lz4().uncompressSync(block)
    },
  },
}

const BY_TAG = new Map(Object.values(COMPRESSORS).map((one) => [one.tag, one]))

/** Loads what the algorithm needs. @throws {CacheError} `E_CLIENT_MISSING` */
export function prepare(algorithm: Algorithm): void {
  if (algorithm === 'lz4') lz4()
  if (algorithm === 'zstd') needZstd(zstdCompressSync)
}

function needZstd<F>(found: F | undefined): F {
  if (found !== undefined) return found
  throw new CacheError(
    'E_CLIENT_MISSING',
    `Zstandard needs Node 22.15 or later; this is ${process.version}. Choose 'deflate', 'brotli' or 'lz4'.`,
  )
}

const HEADER = 5

/** The compressed form of a payload. */
export function compress(
  { tag, compress: act }: Compressor,
  payload: Buffer,
  level: number,
): Buffer {
  const header = Buffer.allocUnsafe(HEADER)
  header[0] = tag
  header.writeUInt32BE(payload.byteLength, 1)
  return Buffer.concat([header, act(payload, level)])
}

/** By which a payload was compressed, if it was. */
export function compressorOf(payload: Buffer): Compressor | undefined {
  return BY_TAG.get(payload[0] ?? 0)
}

/** @throws {Malformed} and what the algorithm throws */
export function decompress(compressor: Compressor, payload: Buffer, maxBytes: number): Buffer {
  if (payload.byteLength < HEADER) throw new Malformed('its header ends too soon')
  const length = payload.readUInt32BE(1)
  if (length > maxBytes)
    throw new Malformed(`it would take ${length} bytes, and ${maxBytes} are allowed`)
  const bytes = compressor.decompress(payload.subarray(HEADER), Math.max(1, length))
  if (bytes.byteLength !== length) throw new Malformed('it is of another length than it says')
  return bytes
}
