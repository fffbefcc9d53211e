import { type Bytes, toBytes } from '../base/bytes.ts'
import type { Codec, Copied } from '../base/codec.ts'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import {
  type Algorithm,
  compress,
  type Compressor,
  COMPRESSORS,
  compressorOf,
  decompress,
  prepare,
} from './compressor.ts'
import { undecodable } from './malformed.ts'
import { tooLarge } from './too-large.ts'

/** How, and from which size on, values are compressed. */
export interface CompressOptions {
  /**
   * `'deflate'` (default) suits most; `'lz4'` is three times as fast and a third larger, and needs the library lz4-napi;
   * `'zstd'` is best above 20 KiB, and needs Node 22.15; `'brotli'` and `'gzip'` are for bytes that others read.
   */
  readonly algorithm?: Algorithm
  /** Payloads below this are left as they are. Default `'2kb'`: below, compressing costs more than it saves. */
  readonly threshold?: Bytes
  /** Of the algorithm: 1 (fastest) to 9; brotli 0 to 11, zstd 1 to 19; none with lz4. Default 1. */
  readonly level?: number
}

const DEFAULT_THRESHOLD = '2kb'
/** What does not become this much smaller is stored as it is: reading it back would cost for nothing. */
const WORTH_IT = 0.85
const MOST_BYTES = 64 * 1024 * 1024

/**
 * A codec whose larger payloads are compressed. What was written without it, or with another algorithm, is still read.
 *
 * @throws {CacheError} `E_OPTION`, also for a codec that encrypts: what is encrypted does not shrink, so compress first;
 * `E_CLIENT_MISSING` for an algorithm that this machine does not have
 */
export function compressed(codec: Codec, options: CompressOptions = {}): Codec {
  refuseUnknown('compressed()', options, ['algorithm', 'threshold', 'level'])
  if (codec.encrypts === true)
    throw optionError(
      'compressed()',
      'a codec that does not encrypt: encrypted(compressed(codec))',
      codec.name,
    )
  const { algorithm = 'deflate', threshold = DEFAULT_THRESHOLD, level } = options
  if (!Object.hasOwn(COMPRESSORS, algorithm))
    throw optionError('algorithm', `one of ${Object.keys(COMPRESSORS).join(', ')}`, algorithm)
  const compressor = COMPRESSORS[algorithm]
  prepare(algorithm)
  return new Compressed(
    codec,
    compressor,
    toBytes(threshold, 'threshold'),
    levelOf(compressor, level),
  )
}

function levelOf({ levels, algorithm }: Compressor, level: number | undefined): number {
  if (levels === undefined) {
    if (level === undefined) return 0
    throw optionError('level', `none: ${algorithm} has no levels`, level)
  }
  if (level === undefined) return levels.usual
  if (Number.isInteger(level) && level >= levels.min && level <= levels.max) return level
  throw optionError('level', `a whole number from ${levels.min} to ${levels.max}`, level)
}

class Compressed implements Codec {
  readonly name: string
  readonly #codec: Codec
  readonly #compressor: Compressor
  readonly #threshold: number
  readonly #level: number

  constructor(codec: Codec, compressor: Compressor, threshold: number, level: number) {
    this.name = `${codec.name}+${compressor.algorithm}`
    this.#codec = codec
    this.#compressor = compressor
    this.#threshold = threshold
    this.#level = level
  }

  encode(value: unknown, key: string, maxBytes: number = MOST_BYTES): Buffer {
    const payload = this.#codec.encode(value, key, maxBytes)
    // Otherwise it could be written, and not be read.
    if (payload.byteLength > maxBytes) throw tooLarge(payload.byteLength, maxBytes)
    if (payload.byteLength < this.#threshold) return payload
    const smaller = compress(this.#compressor, payload, this.#level)
    return smaller.byteLength < payload.byteLength * WORTH_IT ? smaller : payload
  }

  decode(payload: Buffer, key: string, maxBytes: number = MOST_BYTES): unknown {
    const compressor = compressorOf(payload)
    if (compressor === undefined) return this.#codec.decode(payload, key, maxBytes)
    let inner: Buffer
    try {
      inner = decompress(compressor, payload, maxBytes)
    } catch (error) {
      throw undecodable(payload, error)
    }
    return this.#codec.decode(inner, key, maxBytes)
  }

  copy(value: unknown, freeze: boolean): Copied {
    return this.#codec.copy(value, freeze)
  }
}
