import type { Codec } from '../base/codec.ts'
import { CacheError, optionError } from '../base/errors.ts'
import type { StoreDefinition } from '../base/store.ts'
import { type CompressOptions, compressed } from '../codec/compressed.ts'
import { encrypted, type EncryptOptions } from '../codec/encrypted.ts'
import { json } from '../codec/json.ts'

interface CodecOptions {
  readonly codec?: Codec
  readonly compress: boolean | CompressOptions
  readonly encrypt?: EncryptOptions
  readonly sensitive: boolean
}

/** Stores that keep values in this process and nowhere else. */
const INSIDE = ['memory', 'null']

/**
 * The codec of an alias: what is compressed is compressed before it is encrypted.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function resolveCodec(
  alias: string,
  options: CodecOptions,
  store: StoreDefinition | undefined,
): Codec {
  const { compress, encrypt, sensitive } = options
  let codec = options.codec ?? json()
  if (typeof codec !== 'object' || typeof codec.encode !== 'function')
    throw optionError('codec', 'a codec such as json(), msgpack() or v8()', typeof codec)
  if (compress !== false) codec = compressed(codec, compress === true ? {} : compress)
  if (encrypt !== undefined) codec = encrypted(codec, encrypt)
  if (sensitive && codec.encrypts !== true && store !== undefined && !INSIDE.includes(store.name)) {
    throw new CacheError(
      'E_OPTION',
      `Alias '${alias}' is sensitive and its store '${store.name}' would keep values in the clear. Give it encrypt: { keys: [process.env.CACHE_KEY] }, a key of 32 bytes in base64 (openssl rand -base64 32).`,
    )
  }
  return codec
}
