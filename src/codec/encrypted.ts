// AES-256-GCM around another codec (NIST SP 800-38D). A payload is the tag, 8 bytes that name the key, a random 96-bit nonce,
// what is encrypted, and 16 bytes that authenticate all of it together with the wire key: a value that is moved to another key
// does not decrypt.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { Codec, Copied } from '../base/codec.ts'
import { CacheError, optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { Malformed, undecodable } from './malformed.ts'
import { TAG } from './tag.ts'

/** The keys that values are encrypted with. */
export interface EncryptOptions {
  /**
   * Each 32 bytes, as a Buffer or in base64: `openssl rand -base64 32`. The first encrypts, all decrypt. To rotate, put a new
   * one in front, and drop the old one when what it encrypted has expired. A key is good for about four billion values.
   */
  readonly keys: readonly (string | Uint8Array)[]
}

const KEY_BYTES = 32
const ID_BYTES = 8
const NONCE_BYTES = 12
const AUTH_BYTES = 16
const HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES

/**
 * A codec whose payloads only holders of the key can read or make. What was stored unencrypted, or by a key that is gone,
 * counts as a miss. Integers are encrypted, too: a store cannot increment them in place, so `incr` takes two round trips.
 *
 * @throws {CacheError} `E_OPTION`; keys are never shown
 */
export function encrypted(codec: Codec, options: EncryptOptions): Codec {
  refuseUnknown('encrypted()', options, ['keys'])
  const { keys } = options
  if (!Array.isArray(keys) || keys.length === 0)
    throw optionError(
      'keys',
      'a list of keys, at least one',
      Array.isArray(keys) ? 'none' : typeof keys,
    )
  if (codec.encrypts === true)
    throw optionError('encrypted()', 'a codec that does not encrypt yet', codec.name)
  return new Encrypted(codec, keys.map(ringKey))
}

interface RingKey {
  readonly id: Buffer
  readonly secret: Buffer
}

function ringKey(given: unknown, index: number): RingKey {
  const secret =
    typeof given === 'string'
      ? Buffer.from(given, 'base64')
      : given instanceof Uint8Array
        ? Buffer.from(given)
        : undefined
  if (secret?.byteLength !== KEY_BYTES) {
    // What was given may be a key that was cut: only its length is said.
    const got = secret === undefined ? typeof given : `${secret.byteLength} bytes`
    throw new CacheError(
      'E_OPTION',
      `Option 'keys': expected ${KEY_BYTES} bytes, as a Buffer or in base64 (openssl rand -base64 32), got ${got} at ${index}.`,
    )
  }
  const id = createHash('sha256').update(secret).digest().subarray(0, ID_BYTES)
  return { id, secret }
}

class Encrypted implements Codec {
  readonly name: string
  readonly encrypts = true
  readonly #codec: Codec
  readonly #first: RingKey
  readonly #byId: ReadonlyMap<string, RingKey>

  constructor(codec: Codec, keys: readonly RingKey[]) {
    this.name = `${codec.name}+aes-256-gcm`
    this.#codec = codec
    this.#first = keys[0] as RingKey
    this.#byId = new Map(keys.map((key) => [key.id.toString('latin1'), key]))
  }

  encode(value: unknown, key: string, maxBytes?: number): Buffer {
    const { id, secret } = this.#first
    const nonce = randomBytes(NONCE_BYTES)
    const head = Buffer.concat([Buffer.of(TAG.encrypted), id, nonce])
    const cipher = createCipheriv('aes-256-gcm', secret, nonce)
    cipher.setAAD(Buffer.concat([head, Buffer.from(key)]))
    const within = cipher.update(this.#codec.encode(value, key, maxBytes))
    return Buffer.concat([head, within, cipher.final(), cipher.getAuthTag()])
  }

  decode(payload: Buffer, key: string, maxBytes?: number): unknown {
    let within: Buffer
    try {
      within = this.#decrypt(payload, key)
    } catch (error) {
      throw undecodable(payload, error)
    }
    return this.#codec.decode(within, key, maxBytes)
  }

  #decrypt(payload: Buffer, key: string): Buffer {
    if (payload[0] !== TAG.encrypted) throw new Malformed('it is not encrypted')
    if (payload.byteLength < HEAD_BYTES + AUTH_BYTES) throw new Malformed('it ends too soon')
    const ring = this.#byId.get(payload.toString('latin1', 1, 1 + ID_BYTES))
    if (ring === undefined) throw new Malformed('it is encrypted with a key that is not given')
    const head = payload.subarray(0, HEAD_BYTES)
    const authAt = payload.byteLength - AUTH_BYTES
    const options = { authTagLength: AUTH_BYTES }
    const nonce = head.subarray(1 + ID_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', ring.secret, nonce, options)
    decipher.setAAD(Buffer.concat([head, Buffer.from(key)]))
    decipher.setAuthTag(payload.subarray(authAt))
    try {
      const within = decipher.update(payload.subarray(HEAD_BYTES, authAt))
      return Buffer.concat([within, decipher.final()])
    } catch {
      throw new Malformed('it was altered, or belongs to another key of the cache')
    }
  }

  copy(value: unknown, freeze: boolean): Copied {
    return this.#codec.copy(value, freeze)
  }
}
