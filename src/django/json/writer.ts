import { tooLarge } from '../../codec/too-large.ts'
import type { Container, Leaf } from '../values/kind.ts'
import { Place, type ValueWriter } from '../values/place.ts'
import {
  clockText,
  offsetText,
  type PyDateTime,
  type PyTime,
  type PyTimeDelta,
} from '../values/times.ts'

export interface JsonWriterOptions {
  /** Nothing but ASCII, as Python's own default: what is read as Latin-1 needs it. Default false: UTF-8. */
  readonly ascii?: boolean
  /** The most that it may become. Default 64 MiB. */
  readonly maxBytes?: number
}

const MOST_BYTES = 64 * 1024 * 1024

/**
 * Writes JSON as Django's encoder does, and reads as Python's decoder does: NaN and the infinities by their names, integers
 * with all their digits. Times, decimals and UUIDs become text, and tuples lists: JSON has no other form for them, and they
 * come back as such, on both sides.
 *
 * @throws {CacheError} `E_ENCODE` naming the place of what has no form in JSON (bytes, sets, keys that are no text),
 * `E_TOO_LARGE`
 */
export function writeJson(value: unknown, options: JsonWriterOptions = {}): Buffer {
  const { ascii = false, maxBytes = MOST_BYTES } = options
  const writer = new JsonWriter(ascii, maxBytes)
  writer.value(value)
  const bytes = writer.done()
  if (bytes.byteLength > maxBytes) throw tooLarge(bytes.byteLength, maxBytes)
  return bytes
}

class JsonWriter implements ValueWriter {
  readonly #place = new Place()
  readonly #ascii: boolean
  readonly #maxBytes: number
  #text = ''

  constructor(ascii: boolean, maxBytes: number) {
    this.#ascii = ascii
    this.#maxBytes = maxBytes
  }

  done(): Buffer {
    return Buffer.from(this.#text)
  }

  value(value: unknown): void {
    this.#place.write(value, this)
  }

  leaf(known: Leaf): void {
    this.#put(this.#leafText(known))
  }

  #put(text: string): void {
    this.#text += text
    if (this.#text.length > this.#maxBytes) throw tooLarge(this.#text.length, this.#maxBytes)
  }

  #leafText(known: Leaf): string {
    switch (known.kind) {
      case 'null':
        return 'null'
      case 'boolean':
      case 'integer':
        return String(known.value)
      case 'float':
        return floatText(known.value)
      case 'text':
      case 'safe':
        return this.#quoted(known.value)
      case 'datetime':
        return this.#quoted(dateTimeText(known.value))
      case 'date':
      case 'decimal':
      case 'uuid':
        return this.#quoted(known.value.toString())
      case 'time':
        if (known.value.zone !== undefined)
          throw this.#place.refusal(
            'a time of day with a zone',
            'Leave the zone out, or use pickle.',
          )
        return this.#quoted(timeText(known.value))
      case 'timedelta':
        return this.#quoted(durationText(known.value))
      case 'bytes':
      case 'bytearray':
      case 'timezone':
        throw this.#place.refusal(`a ${known.kind}, which JSON has no form for`, "Use 'pickle'.")
    }
  }

  container(known: Container): void {
    switch (known.kind) {
      case 'list':
      case 'tuple':
        this.#put('[')
        for (let index = 0; index < known.value.length; index++) {
          if (index > 0) this.#put(',')
          this.#place.at(index, () => this.value(known.value[index]))
        }
        return this.#put(']')
      case 'dict':
        this.#put('{')
        for (const [index, [key, item]] of known.value.entries()) {
          this.#place.at(key, () => {
            if (typeof key !== 'string')
              throw this.#place.refusal('under a key that is no text', "Use 'pickle'.")
            this.#put(`${index > 0 ? ',' : ''}${this.#quoted(key)}:`)
            this.value(item)
          })
        }
        return this.#put('}')
      case 'set':
      case 'frozenset':
        throw this.#place.refusal(`a ${known.kind}, which JSON has no form for`, "Use 'pickle'.")
    }
  }

  #quoted(text: string): string {
    const quoted = JSON.stringify(text)
    if (!this.#ascii) return quoted
    return quoted.replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  }
}

/** With a point or an exponent, so that Python reads a float. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const text = Object.is(value, -0) ? '-0' : String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

function dateTimeText({ date, time }: PyDateTime): string {
  const zone = offsetText(time.zone)
  return `${date.toString()}T${timeText(time)}${zone === '+00:00' ? 'Z' : zone}`
}

function timeText(time: PyTime): string {
  return clockText(time, time.microsecond === 0 ? 0 : 3)
}

function durationText(delta: PyTimeDelta): string {
  let total = BigInt(delta.days) * 86_400n + BigInt(delta.seconds)
  total = total * 1_000_000n + BigInt(delta.microseconds)
  const sign = total < 0n ? '-' : ''
  if (total < 0n) total = -total
  const micros = total % 1_000_000n
  const seconds = total / 1_000_000n
  const pair = (number: bigint): string => String(number).padStart(2, '0')
  const clock = `${pair((seconds / 3600n) % 24n)}H${pair((seconds / 60n) % 60n)}M${pair(seconds % 60n)}`
  const fraction = micros === 0n ? '' : `.${String(micros).padStart(6, '0')}`
  return `${sign}P${seconds / 86_400n}DT${clock}${fraction}S`
}
