import type { Codec } from '../base/codec.ts'
import { loadMsgpack, MSGPACK_FORM } from './msgpack-form.ts'
import { registryOf, ValueCodec, type ValueCodecOptions } from './value-codec.ts'

/**
 * MessagePack that carries and refuses exactly what `json()` does. For lists of rows: names are written once, so they take
 * about 60 % of the bytes of JSON and are read two to three times as fast. A single small object is written and read faster
 * by `json()` (docs/codecs.md).
 *
 * @throws {CacheError} `E_CLIENT_MISSING` when msgpackr is not installed, `E_OPTION` as `json()`
 */
export function msgpack(options: ValueCodecOptions = {}): Codec {
  const registry = registryOf('msgpack', options)
  loadMsgpack()
  return new ValueCodec(registry, MSGPACK_FORM)
}
