// What Python has a type for and JavaScript has not. Everything else is what it is in JavaScript: docs/django.md has the table.
import { optionError } from '../../base/errors.ts'

/** `tuple`: an array that Python gets back as a tuple. Make one with `PyTuple.from([1, "a"])`. */
export class PyTuple extends Array<unknown> {}

/** `frozenset`: a set that Python gets back as one that can be hashed. */
export class PyFrozenSet extends Set<unknown> {}

/** A float whose value is whole. Only for writing: `2` would reach Python as an int, and a float 2.0 is read as the number 2. */
export class PyFloat {
  readonly value: number

  /** @param value any number, NaN and the infinities too */
  constructor(value: number) {
    if (typeof value !== 'number') throw optionError('value', 'a number', value)
    this.value = value
  }
}

const DECIMAL = /^-?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[Ee][+-]?\d{1,18})?|Infinity|s?NaN\d*)$/

/** `decimal.Decimal`: exact, by its text. */
export class PyDecimal {
  /** As Python's `str` shows it, such as `'1.10'`, `'1E+3'`, `'NaN'`. */
  readonly text: string

  /** @throws {CacheError} `E_OPTION` for a text that is no decimal number */
  constructor(text: string) {
    if (typeof text !== 'string' || !DECIMAL.test(text))
      throw optionError('text', "a decimal number such as '1.10'", text)
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/** `uuid.UUID`. */
export class PyUuid {
  /** In small letters, with its hyphens. */
  readonly text: string

  /** @throws {CacheError} `E_OPTION` for a text that is no UUID in the usual form */
  constructor(text: string) {
    const small = typeof text === 'string' ? text.toLowerCase() : ''
    if (!UUID.test(small)) throw optionError('text', 'a UUID with its hyphens', text)
    this.text = small
  }

  toString(): string {
    return this.text
  }
}

/** `django.utils.safestring.SafeString`: HTML that Django does not escape. What its template fragments are stored as. */
export class PySafeString {
  readonly text: string

  constructor(text: string) {
    if (typeof text !== 'string') throw optionError('text', 'a string', text)
    this.text = text
  }

  toString(): string {
    return this.text
  }
}
