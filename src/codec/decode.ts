// Every codec reads what any other wrote: the tag decides, not the codec that an alias has today. So a deploy that changes
// the codec keeps the cache, and processes of before and after it read each other's values.
import { compressorOf, decompress } from './compressor.ts'
import { decodeSpecialJson } from './json-form.ts'
import type { ClassRegistry } from './kind.ts'
import { Malformed, readBigInt, textOf } from './malformed.ts'
import { decodeMsgpack, decodeSpecialMsgpack } from './msgpack-form.ts'
import { showTag, TAG } from './tag.ts'
import { decodeV8 } from './v8-form.ts'

/**
 * @param maxBytes the most that may come out of compressed bytes
 * @throws {Malformed} and whatever the parsers throw
 */
export function decodePayload(payload: Buffer, classes: ClassRegistry, maxBytes: number): unknown {
  const compressor = compressorOf(payload)
  // Once: a payload that unpacks to itself would never end.
  const inner = compressor === undefined ? payload : decompress(compressor, payload, maxBytes)
  return decodeForm(inner, classes)
}

function decodeForm(payload: Buffer, classes: ClassRegistry): unknown {
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
    case TAG.specialJson:
      return decodeSpecialJson(payload, classes)
    case TAG.msgpack:
      return decodeMsgpack(payload)
    case TAG.specialMsgpack:
      return decodeSpecialMsgpack(payload, classes)
    case TAG.v8:
      return decodeV8(payload)
    case TAG.encrypted:
      throw new Malformed('it is encrypted, and this codec has no key')
    case undefined:
      throw new Malformed('it is empty')
    default:
      throw new Malformed(`its first byte, ${showTag(payload[0])}, is no tag that is known here`)
  }
}
