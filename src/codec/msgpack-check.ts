import { Malformed } from './malformed.ts'

const FIRST_RECORD = 0x40
const RECORDS = 0x40
const DEFINITION = 0xd4
const DEFINITION_TYPE = 0x72

/**
 * Looks through MessagePack before the library reads it: nothing but what our encoder writes, and not one element more than
 * there are bytes. So foreign bytes can neither ask for memory out of proportion nor reach an extension of the library
 * (Error, RegExp, pointers).
 *
 * A record is MessagePack's ext type 0x72 with an id from 0x40 to 0x7f, then the list of names, then the values; further
 * records with these names are the id and the values.
 *
 * @throws {Malformed}
 */
export function checkMsgpack(bytes: Buffer): void {
  new Inspector(bytes).run()
}

class Inspector {
  readonly #bytes: Buffer
  /** How many values a record has, by its id; -1 for none. */
  readonly #fields = new Int32Array(RECORDS).fill(-1)
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  run(): void {
    const bytes = this.#bytes
    const end = bytes.byteLength
    // Elements announced and not yet seen. Each takes a byte at least.
    let awaited = 1
    while (awaited > 0) {
      if (awaited > end - this.#at) throw new Malformed('it ends too soon')
      awaited--
      const token = bytes[this.#at++] as number
      if (token < FIRST_RECORD || token >= 0xe0) continue
      if (token < 0x80) awaited += this.#known(token)
      else if (token >= 0xa0 && token < 0xc0) this.#at += token - 0xa0
      else if (token >= 0x90 && token < 0xa0) awaited += token - 0x90
      else awaited += this.#long(token)
    }
    if (this.#at !== end) throw new Malformed('it does not end where its value does')
  }

  #known(token: number): number {
    const fields = this.#fields[token - FIRST_RECORD] as number
    if (fields < 0) throw new Malformed('it has a record of unknown names')
    return fields
  }

  /** What has more than its first byte. @returns how many elements follow */
  #long(token: number): number {
    switch (token) {
      case 0xc0: // null
      case 0xc2: // false
      case 0xc3: // true
        return 0
      case 0xcc: // uint 8
      case 0xd0: // int 8
        this.#at += 1
        return 0
      case 0xcd: // uint 16
      case 0xd1: // int 16
        this.#at += 2
        return 0
      case 0xce: // uint 32
      case 0xd2: // int 32
        this.#at += 4
        return 0
      case 0xcb: // float 64
        this.#at += 8
        return 0
      case 0xd9: // str 8
        this.#skip(this.#number(1))
        return 0
      case 0xda: // str 16
        this.#skip(this.#number(2))
        return 0
      case 0xdb: // str 32
        this.#skip(this.#number(4))
        return 0
      case 0xdc: // array 16
        return this.#number(2)
      case 0xdd: // array 32
        return this.#number(4)
      case DEFINITION:
        return this.#define()
      default:
        throw new Malformed('it has MessagePack that we do not write')
    }
  }

  #define(): number {
    const type = this.#number(1)
    const id = this.#number(1)
    if (type !== DEFINITION_TYPE || id < FIRST_RECORD || id >= FIRST_RECORD + RECORDS)
      throw new Malformed('it has MessagePack that we do not write')
    const names = this.#listLength()
    for (let index = 0; index < names; index++) this.#skipText()
    this.#fields[id - FIRST_RECORD] = names
    return names
  }

  #listLength(): number {
    const token = this.#number(1)
    if (token >= 0x90 && token < 0xa0) return token - 0x90
    if (token === 0xdc) return this.#number(2)
    if (token === 0xdd) return this.#number(4)
    throw new Malformed('the names of a record are no list')
  }

  #skipText(): void {
    const token = this.#number(1)
    if (token >= 0xa0 && token < 0xc0) this.#at += token - 0xa0
    else if (token === 0xd9) this.#skip(this.#number(1))
    else if (token === 0xda) this.#skip(this.#number(2))
    else if (token === 0xdb) this.#skip(this.#number(4))
    else throw new Malformed('a name of a record is no text')
  }

  // Not `at += number()`: that reads `at` before the number is read.
  #skip(bytes: number): void {
    this.#at += bytes
  }

  #number(length: 1 | 2 | 4): number {
    if (this.#at + length > this.#bytes.byteLength) throw new Malformed('it ends too soon')
    const number = this.#bytes.readUIntBE(this.#at, length)
    this.#at += length
    return number
  }
}
