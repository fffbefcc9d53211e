import { CIRCLE_DEPTH } from './kind.ts'
import { Malformed } from './malformed.ts'

// The tags of V8's format (v8/src/objects/value-serializer.cc), each a letter.
const PADDING = 0
const UNDEFINED = 0x5f // _
const NULL = 0x30 // 0
const TRUE = 0x54 // T
const FALSE = 0x46 // F
const INT32 = 0x49 // I
const UINT32 = 0x55 // U
const DOUBLE = 0x4e // N
const BIGINT = 0x5a // Z
const ONE_BYTE_STRING = 0x22 // "
const TWO_BYTE_STRING = 0x63 // c
const REFERENCE = 0x5e // ^
const DATE = 0x44 // D
const REGEXP = 0x52 // R
const ARRAY_BUFFER = 0x42 // B
const HOST_OBJECT = 0x5c // \
const OBJECT = 0x6f // o
const END_OBJECT = 0x7b // {
const DENSE_ARRAY = 0x41 // A
const END_DENSE_ARRAY = 0x24 // $
const SPARSE_ARRAY = 0x61 // a
const END_SPARSE_ARRAY = 0x40 // @
const MAP = 0x3b // ;
const END_MAP = 0x3a // :
const SET = 0x27 // '
const END_SET = 0x2c // ,

/**
 * Looks through a structured clone before V8 reads it: nothing but what our encoder writes, and as many elements as an array
 * says it has. V8 makes room for a sparse array's length before it reads its first element: 11 bytes took half a gigabyte.
 *
 * @param from where the value begins, behind the version
 * @throws {Malformed}
 */
export function checkV8(payload: Buffer, from: number): void {
  new Inspector(payload, from).run()
}

class Inspector {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, from: number) {
    this.#bytes = bytes
    this.#at = from
  }

  run(): void {
    this.#value(this.#tag(), 0)
    if (this.#at !== this.#bytes.byteLength)
      throw new Malformed('it does not end where its value does')
  }

  #value(token: number, depth: number): void {
    // Most of what there is, and the dearest part of decoding.
    if (token === ONE_BYTE_STRING || token === TWO_BYTE_STRING) return this.#skip(this.#varint())
    switch (token) {
      case UNDEFINED:
      case NULL:
      case TRUE:
      case FALSE:
        return
      case INT32:
      case UINT32:
      case REFERENCE:
        this.#varint()
        return
      case DOUBLE:
      case DATE:
        return this.#skip(8)
      case BIGINT:
        // The lowest bit is the sign.
        return this.#skip(this.#varint() >>> 1)
      case ARRAY_BUFFER:
        return this.#skip(this.#varint())
      case REGEXP:
        this.#text(this.#tag())
        this.#varint()
        return
      case HOST_OBJECT: // v8-form.ts: the name of a view and its bytes
        this.#skip(this.#varint())
        return this.#skip(this.#varint())
      default:
        return this.#container(token, depth + 1)
    }
  }

  #container(token: number, depth: number): void {
    if (depth > CIRCLE_DEPTH) throw new Malformed('it is deeper than what we write')
    switch (token) {
      case OBJECT:
        this.#pairs(END_OBJECT, depth)
        this.#varint()
        return
      case DENSE_ARRAY:
        return this.#denseArray(depth)
      case SPARSE_ARRAY:
        return this.#sparseArray(depth)
      case MAP:
        this.#values(END_MAP, depth)
        this.#varint()
        return
      case SET:
        this.#values(END_SET, depth)
        this.#varint()
        return
      default:
        throw new Malformed('it has a structured clone that we do not write')
    }
  }

  #denseArray(depth: number): void {
    const length = this.#varint()
    for (let index = 0; index < length; index++) this.#value(this.#tag(), depth)
    this.#pairs(END_DENSE_ARRAY, depth)
    this.#varint()
    this.#varint()
  }

  /** Also an array without holes that V8 once made room for: `new Array(3).fill(0)`. */
  #sparseArray(depth: number): void {
    const length = this.#varint()
    if (this.#pairs(END_SPARSE_ARRAY, depth) < length)
      throw new Malformed('it has an array that is longer than its elements')
    this.#varint()
    this.#varint()
  }

  #values(end: number, depth: number): void {
    for (let token = this.#tag(); token !== end; token = this.#tag()) this.#value(token, depth)
  }

  /** @returns how many there are */
  #pairs(end: number, depth: number): number {
    let count = 0
    for (let token = this.#tag(); token !== end; token = this.#tag()) {
      this.#name(token)
      this.#value(this.#tag(), depth)
      count++
    }
    return count
  }

  #name(token: number): void {
    if (token === ONE_BYTE_STRING) this.#skip(this.#varint())
    else if (token === INT32 || token === UINT32) this.#varint()
    else if (token === DOUBLE) this.#skip(8)
    else this.#text(token)
  }

  #text(token: number): void {
    if (token !== ONE_BYTE_STRING && token !== TWO_BYTE_STRING)
      throw new Malformed('a name in it is no text')
    this.#skip(this.#varint())
  }

  #tag(): number {
    let token: number
    do token = this.#byte()
    while (token === PADDING)
    return token
  }

  #varint(): number {
    let byte = this.#byte()
    if (byte < 0x80) return byte
    let number = byte & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      byte = this.#byte()
      number |= (byte & 0x7f) << shift
      if (byte < 0x80) return number >>> 0
    }
    throw new Malformed('a number in it does not end')
  }

  #byte(): number {
    if (this.#at >= this.#bytes.byteLength) throw new Malformed('it ends too soon')
    return this.#bytes[this.#at++] as number
  }

  #skip(bytes: number): void {
    if (bytes > this.#bytes.byteLength - this.#at) throw new Malformed('it ends too soon')
    this.#at += bytes
  }
}
