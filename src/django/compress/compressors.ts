// What django-redis compresses values with. Which one it was is seen in the first bytes, so that a change of setting on either
// side costs nothing: no pickle, JSON or MessagePack begins like one of these.
import zlib from 'node:zlib'
import { CacheError } from '../../base/errors.ts'
import { Malformed } from '../../codec/malformed.ts'
import { packFrame, unpackFrame } from './lz4-frame.ts'
import { unpackXz } from './xz.ts'

/** `'zstd'` needs Node 22.15 or later, to read and to write; .xz (LzmaCompressor) is read without being asked for. */
export type DjangoCompressor = 'zlib' | 'gzip' | 'lz4' | 'zstd'

/** Of Node 22.15 and later. */
interface WithZstd {
  readonly zstdCompressSync?: (bytes: Uint8Array) => Buffer
  readonly zstdDecompressSync?: (stream: Uint8Array, options: object) => Buffer
}
const { zstdCompressSync, zstdDecompressSync } = zlib as WithZstd

/** As django-redis: up to this length a value is left as it is. */
const SHORTEST = 15

const PACK: Readonly<Record<DjangoCompressor, (bytes: Buffer) => Buffer>> = {
  zlib: (bytes) => zlib.deflateSync(bytes),
  gzip: (bytes) => zlib.gzipSync(bytes),
  lz4: packFrame,
  zstd: (bytes) => needZstd(zstdCompressSync)(bytes),
}

export const COMPRESSORS = Object.keys(PACK) as readonly DjangoCompressor[]

/** @throws {CacheError} `E_CLIENT_MISSING` for one that this Node does not have */
export function prepare(compressor: DjangoCompressor): void {
  if (compressor === 'zstd') needZstd(zstdCompressSync)
}

/** The compressed bytes, or the same ones where that would gain nothing: Django reads both. */
export function pack(compressor: DjangoCompressor, bytes: Buffer): Buffer {
  if (bytes.byteLength <= SHORTEST) return bytes
  const packed = PACK[compressor](bytes)
  return packed.byteLength < bytes.byteLength ? packed : bytes
}

/**
 * What is within compressed bytes; others are given back as they are.
 *
 * @param maxBytes the most that may come out
 * @throws {Malformed} and what zlib throws
 */
export function unpack(bytes: Buffer, maxBytes: number): Buffer {
  const bound = { maxOutputLength: maxBytes }
  switch (bytes.byteLength < 4 ? 0 : bytes.readUInt32BE(0)) {
    case 0x0422_4d18:
      return unpackFrame(bytes, maxBytes)
    case 0x28b5_2ffd:
      if (zstdDecompressSync === undefined)
        throw new Malformed('it is compressed with Zstandard, which needs Node 22.15 or later')
      return zstdDecompressSync(bytes, bound)
    case 0xfd37_7a58:
      return unpackXz(bytes, maxBytes)
  }
  const first = bytes.byteLength < 2 ? 0 : bytes.readUInt16BE(0)
  if (first === 0x1f8b) return zlib.gunzipSync(bytes, bound)
  // A zlib stream with a window of 32 KiB, at whatever level: its first two bytes are a multiple of 31.
  if (first >> 8 === 0x78 && first % 31 === 0) return zlib.inflateSync(bytes, bound)
  return bytes
}

function needZstd<F>(found: F | undefined): F {
  if (found !== undefined) return found
  throw new CacheError(
    'E_CLIENT_MISSING',
    `Zstandard needs Node 22.15 or later; this is ${process.version}. Choose 'zlib', 'gzip' or 'lz4'.`,
  )
}
