import { type Bytes, toBytes } from '../base/bytes.ts'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { Malformed } from '../codec/malformed.ts'
import { tooLarge } from '../codec/too-large.ts'
import {
  COMPRESSORS,
  type DjangoCompressor,
  pack,
  prepare,
  unpack,
} from './compress/compressors.ts'
import { readInteger } from './integer-text.ts'
import { readJson } from './json/reader.ts'
import { writeJson } from './json/writer.ts'
import { readMsgpack } from './msgpack/reader.ts'
import { writeMsgpack } from './msgpack/writer.ts'
import { readPickle } from './pickle/reader.ts'
import { writePickle } from './pickle/writer.ts'
import { refused } from './refused.ts'
import { isInteger } from './values/kind.ts'

/**
 * `'pickle'`: Django's RedisCache, and django-redis unless it is told otherwise. `'json'` and `'msgpack'`: django-redis with
 * its JSONSerializer or MSGPackSerializer.
 */
export type DjangoSerializer = 'pickle' | 'json' | 'msgpack'

/** How the Django application serializes values. */
export interface DjangoFormatOptions {
  /** What the Django side has. Default `'pickle'`. What another one wrote is not understood. */
  readonly serializer?: DjangoSerializer | undefined
  /**
   * What values are compressed with, above 15 bytes and where it gains something: for django-redis with that compressor, never
   * for Django's own RedisCache, which reads no compressed values. Default: none. Compressed values are read whatever it is.
   */
  readonly compressor?: DjangoCompressor | undefined
  /** The most that a value may be, packed and unpacked, written and read. Default `'1mb'`. */
  readonly maxValueBytes?: Bytes | undefined
}

/** Values as Django's Redis backends store them. */
export interface DjangoFormat {
  /**
   * @throws {CacheError} `E_ENCODE` naming the place of what Python, or the serializer, has no form for; `E_TOO_LARGE`
   */
  encode(value: unknown): Buffer
  /** @throws {CacheError} `E_DECODE`: it counts as a miss */
  decode(bytes: Uint8Array): unknown
}

const WRITE: Readonly<Record<DjangoSerializer, (value: unknown, maxBytes: number) => Buffer>> = {
  pickle: writePickle,
  json: (value, maxBytes) => writeJson(value, { maxBytes }),
  msgpack: writeMsgpack,
}

const READ: Readonly<Record<DjangoSerializer, (bytes: Buffer, maxBytes: number) => unknown>> = {
  pickle: (bytes, maxBytes) => readPickle(bytes, { maxBytes }),
  json: readJson,
  msgpack: readMsgpack,
}

/**
 * The format of Django's RedisCache and of django-redis. An integer is its bare decimal text under every setting, never
 * serialized or compressed, so that both sides can increment it.
 *
 * @throws {CacheError} `E_OPTION`; `E_CLIENT_MISSING` for Zstandard on a Node that lacks it
 */
export function djangoFormat(options: DjangoFormatOptions = {}): DjangoFormat {
  refuseUnknown('djangoFormat()', options, ['serializer', 'compressor', 'maxValueBytes'])
  const { serializer = 'pickle', compressor, maxValueBytes = '1mb' } = options
  if (!Object.hasOwn(WRITE, serializer))
    throw optionError('serializer', "'pickle', 'json' or 'msgpack'", serializer)
  if (compressor !== undefined) {
    if (!COMPRESSORS.includes(compressor))
      throw optionError('compressor', `one of ${COMPRESSORS.join(', ')}`, compressor)
    prepare(compressor)
  }
  return new Format(serializer, compressor, toBytes(maxValueBytes, 'maxValueBytes'))
}

class Format implements DjangoFormat {
  readonly #serializer: DjangoSerializer
  readonly #compressor: DjangoCompressor | undefined
  readonly #maxBytes: number

  constructor(
    serializer: DjangoSerializer,
    compressor: DjangoCompressor | undefined,
    maxBytes: number,
  ) {
    this.#serializer = serializer
    this.#compressor = compressor
    this.#maxBytes = maxBytes
  }

  encode(value: unknown): Buffer {
    if (isInteger(value)) {
      const text = Buffer.from(String(value))
      if (text.byteLength > this.#maxBytes) throw tooLarge(text.byteLength, this.#maxBytes)
      return text
    }
    const bytes = WRITE[this.#serializer](value, this.#maxBytes)
    return this.#compressor === undefined ? bytes : pack(this.#compressor, bytes)
  }

  decode(bytes: Uint8Array): unknown {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    try {
      if (buffer.byteLength > this.#maxBytes)
        throw new Malformed(`it has more than the ${this.#maxBytes} bytes that are allowed`)
      const integer = readInteger(buffer)
      if (integer !== undefined) return integer
      return READ[this.#serializer](unpack(buffer, this.#maxBytes), this.#maxBytes)
    } catch (error) {
      throw refused(bytes, error)
    }
  }
}
