import type { Codec } from '../base/codec.ts'
import { JSON_FORM } from './json-form.ts'
import { registryOf, ValueCodec, type ValueCodecOptions } from './value-codec.ts'

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
export function json(options: ValueCodecOptions = {}): Codec {
  return new ValueCodec(registryOf('json', options), JSON_FORM)
}
