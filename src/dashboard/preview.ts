// A value as text: never run, never whole when it is large, and without what nobody may see.
import { HIDDEN, type Redaction } from './redaction.ts'

/** Deeper than this nobody reads, and a value may be as deep as it likes. */
const DEEPEST = 12
/** Of a string that may be JSON: what is longer is shown as the text that it is. */
const LONGEST_JSON = 262_144

export interface Preview {
  /** In words: `object`, `string of 12 characters`, `Map of 3`. */
  readonly kind: string
  readonly text: string
  /** Not all of it is there. */
  readonly isCut: boolean
}

/** @param most characters of text */
export function previewOf(value: unknown, redaction: Redaction, most: number): Preview {
  const printer = new Printer(redaction, most)
  const parsed = typeof value === 'string' ? jsonIn(value) : undefined
  if (parsed !== undefined) {
    printer.print(parsed.value, 0)
    return { kind: `${kindOf(value)}, JSON`, ...printer.done() }
  }
  if (typeof value === 'string') printer.add(printer.textOf(value))
  else printer.print(value, 0)
  return { kind: kindOf(value), ...printer.done() }
}

/** A text that is a JSON object or list may hold fields that are nobody's to see. */
function jsonIn(text: string): { readonly value: unknown } | undefined {
  if (text.length > LONGEST_JSON || !/^\s*[[{]/.test(text)) return undefined
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return `string of ${value.length} characters`
  if (typeof value !== 'object') return typeof value
  if (Array.isArray(value)) return `list of ${value.length}`
  if (value instanceof Map) return `Map of ${value.size}`
  if (value instanceof Set) return `Set of ${value.size}`
  if (value instanceof Date) return 'Date'
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
  return 'object'
}

/** Thrown by nobody but the printer, when it has enough. */
const FULL = new Error('The printer has enough.')

class Printer {
  readonly #redaction: Redaction
  readonly #most: number
  #text = ''
  #isCut = false

  constructor(redaction: Redaction, most: number) {
    this.#redaction = redaction
    this.#most = most
  }

  done(): Pick<Preview, 'isCut' | 'text'> {
    return { text: this.#text, isCut: this.#isCut }
  }

  /** The part of a string that can be shown at all: what is hidden in it is hidden before it is cut. */
  textOf(text: string): string {
    // A secret that begins within what is shown may end beyond it.
    const looked = this.#most + 1000
    if (text.length > looked) this.#isCut = true
    return this.#redaction.text(text.slice(0, looked))
  }

  add(text: string): void {
    const room = this.#most - this.#text.length
    if (text.length <= room) {
      this.#text += text
      return
    }
    const end = /[\ud800-\udbff]/.test(text.charAt(room - 1)) ? room - 1 : room
    this.#text += text.slice(0, end)
    this.#isCut = true
  }

  print(value: unknown, depth: number): void {
    try {
      this.#print(value, depth)
    } catch (error) {
      if (error !== FULL) throw error
    }
  }

  #put(text: string): void {
    this.add(text)
    if (this.#isCut) throw FULL
  }

  #print(value: unknown, depth: number): void {
    if (typeof value === 'string') return this.#put(JSON.stringify(this.textOf(value)))
    if (typeof value === 'bigint') return this.#put(`${value}n`)
    if (typeof value !== 'object' || value === null) return this.#put(String(value))
    if (value instanceof Date)
      return this.#put(Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString())
    if (ArrayBuffer.isView(value)) return this.#bytes(value)
    if (depth >= DEEPEST) return this.#put(Array.isArray(value) ? '[…]' : '{…}')
    if (Array.isArray(value)) return this.#list('[', ']', value, depth)
    if (value instanceof Set) return this.#list('Set [', ']', [...value], depth)
    if (value instanceof Map) return this.#fields('Map {', [...value], depth)
    this.#fields('{', Object.entries(value), depth)
  }

  #bytes(view: ArrayBufferView): void {
    const all = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
    const head = all
      .subarray(0, 64)
      .toString('hex')
      .replaceAll(/(..)(?=.)/g, '$1 ')
    this.#put(`${view.byteLength} bytes <${head}${all.length > 64 ? ' …' : ''}>`)
  }

  #list(open: string, close: string, items: readonly unknown[], depth: number): void {
    if (items.length === 0) return this.#put(open + close)
    const indent = '  '.repeat(depth + 1)
    this.#put(open)
    for (const [index, item] of items.entries()) {
      this.#put(`${index === 0 ? '' : ','}\n${indent}`)
      this.#print(item, depth + 1)
    }
    this.#put(`\n${'  '.repeat(depth)}${close}`)
  }

  #fields(open: string, fields: readonly (readonly [unknown, unknown])[], depth: number): void {
    if (fields.length === 0) return this.#put(`${open}}`)
    const indent = '  '.repeat(depth + 1)
    this.#put(open)
    for (const [index, [name, value]] of fields.entries()) {
      this.#put(`${index === 0 ? '' : ','}\n${indent}`)
      this.#print(name, depth + 1)
      this.#put(': ')
      if (typeof name === 'string' && this.#redaction.hidesField(name)) this.#put(HIDDEN)
      else this.#print(value, depth + 1)
    }
    this.#put(`\n${'  '.repeat(depth)}}`)
  }
}
