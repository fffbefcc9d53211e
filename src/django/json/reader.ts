import { Malformed, textOf, undecodable } from '../../codec/malformed.ts'
import { integerOf } from '../pickle/numbers.ts'
import { MAX_DEPTH } from '../values/place.ts'

/** What `JSON.parse` refuses, or rounds. Within a text it only costs the slower way. */
const PYTHON_ONLY = /NaN|Infinity|\d{16}/

/**
 * Reads JSON as Python writes it: `NaN`, `Infinity` and `-Infinity` are numbers, and an integer beyond 2^53 is a bigint.
 *
 * @throws {CacheError} `E_DECODE`
 */
export function readJson(bytes: Uint8Array): unknown {
  try {
    const text = textOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    return PYTHON_ONLY.test(text) ? new JsonReader(text).whole() : (JSON.parse(text) as unknown)
  } catch (error) {
    throw undecodable(bytes, error)
  }
}

const BLANK = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y

const WORDS: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]

class JsonReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): unknown {
    const value = this.#value()
    if (this.#at < this.#text.length) throw new Malformed('it does not end where its value does')
    return value
  }

  /** With the blanks around it. */
  #value(): unknown {
    this.#match(BLANK)
    const value = this.#bare()
    this.#match(BLANK)
    return value
  }

  #bare(): unknown {
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object())
      case '[':
        return this.#nested(() => this.#list())
      case '"':
        return this.#string()
      default:
        return this.#word()
    }
  }

  #nested(read: () => unknown): unknown {
    if (++this.#depth > MAX_DEPTH)
      throw new Malformed(`it is nested deeper than ${MAX_DEPTH} levels`)
    this.#at++
    this.#match(BLANK)
    const value = read()
    this.#depth--
    return value
  }

  #object(): unknown {
    const entries: [string, unknown][] = []
    if (this.#eat('}')) return {}
    do {
      this.#match(BLANK)
      const name = this.#string()
      this.#match(BLANK)
      this.#expect(':')
      entries.push([name, this.#value()])
    } while (this.#eat(','))
    this.#expect('}')
    return Object.fromEntries(entries)
  }

  #list(): unknown {
    const items: unknown[] = []
    if (this.#eat(']')) return items
    do items.push(this.#value())
    while (this.#eat(','))
    this.#expect(']')
    return items
  }

  #string(): string {
    const found = this.#match(STRING)
    if (found === undefined) throw new Malformed('it is no JSON')
    return JSON.parse(found[0]) as string
  }

  #word(): unknown {
    const found = this.#text[this.#at] === '-' && this.#text[this.#at + 1] === 'I'
    const number = found ? undefined : this.#match(NUMBER)
    if (number !== undefined) {
      const [digits, fraction, exponent] = number
      return fraction === undefined && exponent === undefined ? integerOf(digits) : Number(digits)
    }
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    throw new Malformed('it is no JSON')
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at = pattern.lastIndex
    return found
  }

  #eat(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #expect(char: string): void {
    if (!this.#eat(char)) throw new Malformed('it is no JSON')
  }
}
