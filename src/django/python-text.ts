import { CacheError, show } from '../base/errors.ts'

/** What Python makes a text of in a key: what `str()` gives there. */
export type KeyValue = string | number | bigint | boolean | null

/**
 * Python's `str()` of a plain value: `True`, `None`, `1.5`, `1e+16`. A whole number is an int there, as it is everywhere in
 * this module.
 *
 * @throws {CacheError} `E_KEY` for anything else, and for a text with half of a surrogate pair: Python cannot encode it either
 */
export function pythonStr(value: KeyValue): string {
  switch (typeof value) {
    case 'string':
      if (value.isWellFormed()) return value
      break
    case 'bigint':
      return String(value)
    case 'boolean':
      return value ? 'True' : 'False'
    case 'number':
      return numberText(value)
    default:
      if (value === null) return 'None'
  }
  throw new CacheError(
    'E_KEY',
    `Expected a well-formed string, number, bigint, boolean or null, got ${show(value)}.`,
  )
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (Object.is(value, -0)) return '-0.0'
  if (Number.isSafeInteger(value)) return String(value)
  // The shortest digits are the same in both languages; only the form differs.
  const [digits = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 16) {
    const text = value.toString()
    return text.includes('.') ? text : `${text}.0`
  }
  const sign = exponent < 0 ? '-' : '+'
  return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}
