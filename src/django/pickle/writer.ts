import { type Container, type Leaf, typed } from '../values/kind.ts'
import { Place, type ValueWriter } from '../values/place.ts'
import { Sink } from '../values/sink.ts'
import type { PyTimezone } from '../values/times.ts'
import { pythonBytes } from './cursor.ts'
import { bytesOfInteger } from './numbers.ts'
import { PICKLE_LIMITS } from './parts.ts'
import { dateState, dateTimeState, timeState, uuidNumber } from './states.ts'

/**
 * Writes a value as a pickle of protocol 4, which every Python since 3.4 reads. Python gets the same value: an integer number
 * or bigint is an int, other numbers are floats, an object or Map is a dict, a Set a set, a Buffer bytes, another Uint8Array a
 * bytearray, a Date an aware datetime in UTC, and the Py classes are what they are named after.
 *
 * An object that occurs twice is written twice.
 *
 * @param maxBytes the most that it may become. Default 64 MiB
 * @throws {CacheError} `E_ENCODE` naming the place of what Python has no form for, `E_TOO_LARGE`
 */
export function writePickle(value: unknown, maxBytes: number = PICKLE_LIMITS.maxBytes): Buffer {
  const sink = new Sink(maxBytes)
  new PickleWriter(sink).whole(value)
  return sink.done()
}

/** Names of properties are noted when they are first written: they are most of a list of rows. */
const MOST_NOTED = 4096

type Named = Exclude<
  Leaf,
  { kind: 'null' | 'boolean' | 'integer' | 'float' | 'text' | 'bytes' | 'bytearray' }
>

class PickleWriter implements ValueWriter {
  readonly #sink: Sink
  readonly #place = new Place()
  readonly #noted = new Map<string, number>()

  constructor(sink: Sink) {
    this.#sink = sink
  }

  whole(value: unknown): void {
    this.#sink.byte(0x80) // PROTO
    this.#sink.byte(4)
    this.#value(value)
    this.#sink.byte(0x2e) // STOP
  }

  #value(value: unknown): void {
    this.#place.write(value, this)
  }

  leaf(known: Leaf): void {
    const sink = this.#sink
    switch (known.kind) {
      case 'null':
        return sink.byte(0x4e)
      case 'boolean':
        return sink.byte(known.value ? 0x88 : 0x89)
      case 'integer':
        return this.#integer(known.value)
      case 'float':
        sink.byte(0x47) // BINFLOAT
        return sink.float64BE(known.value)
      case 'text':
        return this.#text(known.value)
      case 'bytes':
        return this.#bytes(known.value)
      case 'bytearray':
        this.#global('builtins', 'bytearray')
        return this.#call(() => this.#bytes(known.value))
      default:
        this.#named(known)
    }
  }

  container(known: Container): void {
    const sink = this.#sink
    switch (known.kind) {
      case 'list':
        sink.byte(0x5d) // EMPTY_LIST
        return this.#items(known.value, 0x65)
      case 'set':
        sink.byte(0x8f) // EMPTY_SET
        return this.#members(known.value, 0x90)
      case 'dict':
        sink.byte(0x7d) // EMPTY_DICT
        return this.#entries(known.value)
      case 'tuple':
        if (known.value.length === 0) return sink.byte(0x29) // EMPTY_TUPLE
        return this.#items(known.value, 0x74)
      case 'frozenset':
        return this.#members(known.value, 0x91)
    }
  }

  #items(items: readonly unknown[], opcode: number): void {
    this.#sink.byte(0x28) // MARK
    for (let index = 0; index < items.length; index++)
      this.#place.at(index, () => this.#value(items[index]))
    this.#sink.byte(opcode)
  }

  #members(items: ReadonlySet<unknown>, opcode: number): void {
    this.#sink.byte(0x28) // MARK
    for (const item of items) this.#place.at('(a member)', () => this.#key(item))
    this.#sink.byte(opcode)
  }

  #entries(entries: readonly (readonly [unknown, unknown])[]): void {
    this.#sink.byte(0x28) // MARK
    for (const [key, item] of entries) {
      this.#place.at(key, () => {
        this.#key(key)
        this.#value(item)
      })
    }
    this.#sink.byte(0x75) // SETITEMS
  }

  /** What Python can hash. */
  #key(key: unknown): void {
    if (typeof key === 'string') return this.#name(key)
    const known = typed(key)
    const kind = known?.kind
    if (kind === 'list' || kind === 'dict' || kind === 'set' || kind === 'bytearray')
      throw this.#place.refusal(
        `a key or member that is a ${kind}`,
        'Use a PyTuple or PyFrozenSet.',
      )
    this.#value(key)
  }

  #name(name: string): void {
    const noted = this.#noted.get(name)
    if (noted === undefined) {
      this.#text(name)
      if (this.#noted.size >= MOST_NOTED) return
      this.#noted.set(name, this.#noted.size)
      return this.#sink.byte(0x94) // MEMOIZE
    }
    this.#sink.byte(noted < 256 ? 0x68 : 0x6a) // BINGET, LONG_BINGET
    this.#sink.uintLE(noted, noted < 256 ? 1 : 4)
  }

  #integer(integer: number | bigint): void {
    const sink = this.#sink
    const number = Number(integer)
    if (number >= 0 && number < 256) {
      sink.byte(0x4b) // BININT1
      sink.byte(number)
    } else if (number >= -0x8000_0000 && number < 0x8000_0000) {
      sink.byte(0x4a) // BININT
      sink.int32LE(number)
    } else {
      const bytes = bytesOfInteger(BigInt(integer))
      const short = bytes.byteLength < 256
      sink.byte(short ? 0x8a : 0x8b) // LONG1, LONG4
      sink.uintLE(bytes.byteLength, short ? 1 : 4)
      sink.bytes(bytes)
    }
  }

  #text(text: string): void {
    const bytes = pythonBytes(text)
    const short = bytes.byteLength < 256
    this.#sink.byte(short ? 0x8c : 0x58) // SHORT_BINUNICODE, BINUNICODE
    this.#sink.uintLE(bytes.byteLength, short ? 1 : 4)
    this.#sink.bytes(bytes)
  }

  #bytes(bytes: Uint8Array): void {
    const short = bytes.byteLength < 256
    this.#sink.byte(short ? 0x43 : 0x42) // SHORT_BINBYTES, BINBYTES
    this.#sink.uintLE(bytes.byteLength, short ? 1 : 4)
    this.#sink.bytes(bytes)
  }

  #named(known: Named): void {
    switch (known.kind) {
      case 'datetime':
        this.#global('datetime', 'datetime')
        return this.#call(...this.#moment(dateTimeState(known.value), known.value.time.zone))
      case 'time':
        this.#global('datetime', 'time')
        return this.#call(...this.#moment(timeState(known.value), known.value.zone))
      case 'date':
        this.#global('datetime', 'date')
        return this.#call(() => this.#bytes(dateState(known.value)))
      case 'timedelta': {
        const { days, seconds, microseconds } = known.value
        this.#global('datetime', 'timedelta')
        return this.#call(...[days, seconds, microseconds].map((part) => () => this.#integer(part)))
      }
      case 'timezone':
        return this.#zone(known.value)
      case 'decimal':
        this.#global('decimal', 'Decimal')
        return this.#call(() => this.#text(known.value.text))
      case 'uuid':
        this.#global('uuid', 'UUID')
        this.#sink.byte(0x29) // EMPTY_TUPLE
        this.#sink.byte(0x81) // NEWOBJ
        this.container({ kind: 'dict', value: [['int', uuidNumber(known.value)]] })
        return this.#sink.byte(0x62) // BUILD
      case 'safe':
        this.#global('django.utils.safestring', 'SafeString')
        return this.#call(() => this.#text(known.value))
    }
  }

  #moment(state: Buffer, zone: PyTimezone | undefined): (() => void)[] {
    const args = [() => this.#bytes(state)]
    if (zone !== undefined) args.push(() => this.#zone(zone))
    return args
  }

  #zone(zone: PyTimezone): void {
    const { offsetSeconds, name } = zone
    const days = Math.floor(offsetSeconds / 86_400)
    const args = [
      () => {
        this.#global('datetime', 'timedelta')
        const parts = [days, offsetSeconds - days * 86_400, 0]
        this.#call(...parts.map((part) => () => this.#integer(part)))
      },
    ]
    if (name !== undefined) args.push(() => this.#text(name))
    this.#global('datetime', 'timezone')
    this.#call(...args)
  }

  #global(module: string, name: string): void {
    this.#text(module)
    this.#text(name)
    this.#sink.byte(0x93) // STACK_GLOBAL
  }

  #call(...args: readonly (() => void)[]): void {
    this.#sink.byte(0x28) // MARK
    for (const arg of args) arg()
    this.#sink.byte(0x74) // TUPLE
    this.#sink.byte(0x52) // REDUCE
  }
}
