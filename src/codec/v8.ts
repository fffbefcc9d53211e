import type { Codec } from '../base/codec.ts'
import { V8_FORM } from './v8-form.ts'
import { registryOf, ValueCodec, type ValueCodecOptions } from './value-codec.ts'

/**
 * Structured clone, as V8 itself writes it; it carries and refuses exactly what `json()` does. For values made of Maps, Sets,
 * Dates and typed arrays. Its bytes belong to a version of V8's format: what a Node with another one wrote counts as a miss.
 *
 * @throws {CacheError} `E_OPTION` as `json()`
 */
export function v8(options: ValueCodecOptions = {}): Codec {
  return new ValueCodec(registryOf('v8', options), V8_FORM)
}
