import type { Codec, Copied } from '../base/codec.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { copyOf } from './copy.ts'
import { decodePayload } from './decode.ts'
import type { Form } from './form.ts'
import { JSON_FORM } from './json-form.ts'
import { type Class, ClassRegistry, kindOf } from './kind.ts'
import { undecodable } from './malformed.ts'
import { refusalOf } from './refusal.ts'
import { TAG, tagBytes, tagText } from './tag.ts'

/** What `json()`, `msgpack()` and `v8()` can be told. */
export interface ValueCodecOptions {
  /**
   * Classes whose instances may be cached, by the name that is stored. An instance is its own enumerable properties; it
   * comes back with its prototype, without its constructor being run, so a class with `#private` fields does not fit.
   * A class under two names is written under the first and read under both. Default: none.
   */
  readonly classes?: Readonly<Record<string, Class>> | undefined
}

/** @throws {CacheError} `E_OPTION` */
export function registryOf(codec: string, options: ValueCodecOptions): ClassRegistry {
  refuseUnknown(`${codec}()`, options, ['classes'])
  return new ClassRegistry(codec, options.classes)
}

/**
 * The bound on what comes out of compressed bytes when nobody says another: a codec that is used without an alias must not
 * be taken down by a bomb either.
 */
const MOST_BYTES = 64 * 1024 * 1024

/**
 * What `json()`, `msgpack()` and `v8()` share. They carry and refuse the same values, write all but objects alike, and read
 * whatever any of them wrote; they differ in the form of objects.
 */
export class ValueCodec implements Codec {
  readonly name: string
  readonly #classes: ClassRegistry
  readonly #form: Form

  constructor(classes: ClassRegistry, form: Form) {
    this.name = classes.codec
    this.#classes = classes
    this.#form = form
  }

  encode(value: unknown): Buffer {
    switch (typeof value) {
      case 'string':
        // A lone surrogate has no UTF-8 form; JSON escapes it.
        return value.isWellFormed()
          ? tagText(TAG.text, value)
          : tagText(TAG.json, JSON.stringify(value))
      case 'number':
        // Decimal text under every codec, so that a store can increment it.
        if (Number.isSafeInteger(value) && !Object.is(value, -0)) return Buffer.from(`i${value}`)
        return Number.isFinite(value) && value !== 0
          ? Buffer.from(`j${value}`)
          : this.#encode(JSON_FORM, value)
      case 'bigint':
        return Buffer.from(`n${value}`)
      case 'boolean':
        return Buffer.from(value ? 'jtrue' : 'jfalse')
      case 'object':
        if (value === null) return Buffer.from('jnull')
        return ArrayBuffer.isView(value) ? this.#view(value) : this.#encode(this.#form, value)
      default:
        return this.#encode(JSON_FORM, value)
    }
  }

  #view(value: object): Buffer {
    const kind = kindOf(value, this.#classes)
    if (kind === 'buffer') return tagBytes(TAG.buffer, value as Buffer)
    if (kind === 'view' && value instanceof Uint8Array) return tagBytes(TAG.bytes, value)
    return this.#encode(this.#form, value)
  }

  #encode(form: Form, value: unknown): Buffer {
    try {
      return form.encode(value, this.#classes)
    } catch (error) {
      throw refusalOf(value, this.#classes, error)
    }
  }

  decode(payload: Buffer, _key: string, maxBytes: number = MOST_BYTES): unknown {
    try {
      return decodePayload(payload, this.#classes, maxBytes)
    } catch (error) {
      throw undecodable(payload, error)
    }
  }

  copy(value: unknown, freeze: boolean): Copied {
    try {
      return copyOf(value, freeze, this.#classes)
    } catch (error) {
      throw refusalOf(value, this.#classes, error)
    }
  }
}
