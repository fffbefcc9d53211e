// The codec that carries what JSON loses. A payload is one tag byte and a body:
//
//   i  an integer that is a safe number: its decimal text
//   n  a bigint: its decimal text, and a bigint always
//   s  a string: its UTF-8 text, not escaped
//   b  a Buffer: its bytes
//   u  a Uint8Array: its bytes
//   j  JSON text
//   J  JSON text with special places: u32 bytes of text, u32 bytes of list, text, list, bytes of binary parts (special.ts)
//
// A store increments in place: it adds to the text behind `i` or `n`. A bigint stays one; a number that leaves the safe
// integers becomes one (`n`; a store that leaves the tag at `i` is understood too).
// Stored: a tag never gets a second meaning, so that an upgrade never needs an empty cache. Other codecs have other tags
// (docs/decisions/0005-payload-tags-and-record-layout.md).
import { isUtf8 } from 'node:buffer'
import type { Codec, Copied } from '../base/codec.ts'
import { CacheError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { copyOf } from './copy.ts'
import { type Class, ClassRegistry, kindOf } from './kind.ts'
import { isPlain } from './plain.ts'
import { Malformed, putTogether, readBigInt } from './put-together.ts'
import { refusalOf } from './refusal.ts'
import { takeApart } from './take-apart.ts'

/** The first byte of a payload. */
const TAG = {
  integer: 0x69,
  bigint: 0x6e,
  text: 0x73,
  buffer: 0x62,
  bytes: 0x75,
  json: 0x6a,
  special: 0x4a,
} as const

const SPECIAL_HEADER = 9

export interface JsonOptions {
  /**
   * Classes whose instances may be cached, by the name that is stored. An instance is its own enumerable properties; it
   * comes back with its prototype, without its constructor being run, so a class with `#private` fields does not fit.
   * A class under two names is written under the first and read under both. Default: none.
   */
  readonly classes?: Readonly<Record<string, Class>> | undefined
}

/**
 * JSON that loses nothing: undefined, NaN, Infinity, -0, bigints, Date, Map, Set, RegExp, URL, Buffer, typed arrays,
 * ArrayBuffer, DataView and registered classes come back as what they were; plain data costs little more than JSON.
 *
 * Everything else is refused with `E_ENCODE`: functions, symbols, circles, holes in arrays, instances of other classes,
 * objects with symbol keys or a `toJSON` method, more than 1000 levels. A getter counts as its value, an object without a
 * prototype comes back with one, the same object in two places comes back as two; properties that are not enumerable,
 * and names given to an array, are not data and stay behind.
 *
 * @throws {CacheError} `E_OPTION` for an unknown option or a class that does not fit
 */
export function json(options: JsonOptions = {}): Codec {
  refuseUnknown('json()', options, ['classes'])
  return new JsonCodec(new ClassRegistry(options.classes))
}

class JsonCodec implements Codec {
  readonly name = 'json'
  readonly #classes: ClassRegistry

  constructor(classes: ClassRegistry) {
    this.#classes = classes
  }

  encode(value: unknown): Buffer {
    switch (typeof value) {
      case 'string':
        // A lone surrogate has no UTF-8 form; JSON escapes it.
        return value.isWellFormed()
          ? tagText(TAG.text, value)
          : tagText(TAG.json, JSON.stringify(value))
      case 'number':
        if (Number.isSafeInteger(value) && !Object.is(value, -0)) return Buffer.from(`i${value}`)
        return Number.isFinite(value) && value !== 0
          ? Buffer.from(`j${value}`)
          : this.#special(value)
      case 'bigint':
        return Buffer.from(`n${value}`)
      case 'boolean':
        return Buffer.from(value ? 'jtrue' : 'jfalse')
      case 'object':
        return value === null ? Buffer.from('jnull') : this.#object(value)
      default:
        return this.#special(value)
    }
  }

  #object(value: object): Buffer {
    try {
      if (isPlain(value, 1)) return tagText(TAG.json, JSON.stringify(value))
      const tag = ArrayBuffer.isView(value) ? this.#bytesTag(value) : undefined
      if (tag !== undefined) return tagBytes(tag, value as Uint8Array)
    } catch (error) {
      throw refusalOf(value, this.#classes, error)
    }
    return this.#special(value)
  }

  #bytesTag(value: object): number | undefined {
    const kind = kindOf(value, this.#classes)
    if (kind === 'buffer') return TAG.buffer
    return kind === 'view' && value instanceof Uint8Array ? TAG.bytes : undefined
  }

  #special(value: unknown): Buffer {
    try {
      const { tree, list, blobs } = takeApart(value, this.#classes)
      if (list.length === 0) return tagText(TAG.json, JSON.stringify(tree))
      const text = Buffer.from(JSON.stringify(tree))
      const listText = Buffer.from(JSON.stringify(list))
      const header = Buffer.allocUnsafe(SPECIAL_HEADER)
      header[0] = TAG.special
      header.writeUInt32BE(text.byteLength, 1)
      header.writeUInt32BE(listText.byteLength, 5)
      return Buffer.concat([header, text, listText, ...blobs])
    } catch (error) {
      throw refusalOf(value, this.#classes, error)
    }
  }

  decode(payload: Buffer): unknown {
    try {
      return this.#decode(payload)
    } catch (error) {
      const why = error instanceof Malformed ? error.message : 'its body is malformed'
      throw new CacheError(
        'E_DECODE',
        `Cannot decode a payload of ${payload.byteLength} bytes: ${why}. Another program or codec wrote it; it counts as a miss.`,
        { cause: error },
      )
    }
  }

  #decode(payload: Buffer): unknown {
    switch (payload[0]) {
      case TAG.integer: {
        const integer = readBigInt(payload.toString('latin1', 1))
        const number = Number(integer)
        return Number.isSafeInteger(number) ? number : integer
      }
      case TAG.bigint:
        return readBigInt(payload.toString('latin1', 1))
      case TAG.text:
        return textOf(payload, 1)
      case TAG.buffer:
        // A copy: the payload may be a window onto memory that the connection uses again.
        return Buffer.from(payload.subarray(1))
      case TAG.bytes:
        return new Uint8Array(payload.subarray(1))
      case TAG.json:
        return JSON.parse(textOf(payload, 1))
      case TAG.special:
        return this.#decodeSpecial(payload)
      case undefined:
        throw new Malformed('it is empty')
      default:
        throw new Malformed(
          `its first byte, 0x${payload[0].toString(16).padStart(2, '0')}, is no tag of this codec`,
        )
    }
  }

  #decodeSpecial(payload: Buffer): unknown {
    if (payload.byteLength < SPECIAL_HEADER) throw new Malformed('its header ends too soon')
    const listAt = SPECIAL_HEADER + payload.readUInt32BE(1)
    const blobsAt = listAt + payload.readUInt32BE(5)
    if (blobsAt > payload.byteLength) throw new Malformed('it ends too soon')
    const tree: unknown = JSON.parse(textOf(payload.subarray(SPECIAL_HEADER, listAt)))
    const list: unknown = JSON.parse(textOf(payload.subarray(listAt, blobsAt)))
    return putTogether(tree, list, payload.subarray(blobsAt), this.#classes)
  }

  copy(value: unknown, freeze: boolean): Copied {
    try {
      return copyOf(value, freeze, this.#classes)
    } catch (error) {
      throw refusalOf(value, this.#classes, error)
    }
  }
}

// Measuring a text before writing it costs as much as writing it, and putting the tag in front of the text flattens it
// once more; so texts are written behind a tag in a scratch buffer, and copied from there (a tenth of encoding 10 rows).
const SCRATCH_CHARS = 65_536
let scratch: Buffer | undefined

function tagText(tag: number, text: string): Buffer {
  if (text.length > SCRATCH_CHARS) return tagBytes(tag, Buffer.from(text))
  scratch ??= Buffer.allocUnsafeSlow(1 + 3 * SCRATCH_CHARS) // a UTF-16 unit takes at most 3 bytes
  const length = 1 + scratch.write(text, 1)
  const payload = Buffer.allocUnsafe(length)
  scratch.copy(payload, 0, 0, length)
  payload[0] = tag
  return payload
}

function tagBytes(tag: number, bytes: Uint8Array): Buffer {
  const payload = Buffer.allocUnsafe(bytes.byteLength + 1)
  payload[0] = tag
  payload.set(bytes, 1)
  return payload
}

/** @throws {Malformed} for bytes that are not UTF-8: they would silently become U+FFFD */
function textOf(bytes: Buffer, start = 0): string {
  if (isUtf8(bytes)) return bytes.toString('utf8', start)
  throw new Malformed('its text is not UTF-8')
}
