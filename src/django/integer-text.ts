import { Malformed } from '../codec/malformed.ts'
import { MOST_DIGITS, shortest } from './pickle/numbers.ts'

/** Longer texts are no integers to Python either, so there is no need to look through them. */
const LONGEST = 2 * MOST_DIGITS + 64
const PYTHON_INT = /^[ \t\n\v\f\r]*([+-]?\d+(?:_\d+)*)[ \t\n\v\f\r]*$/

/**
 * The integer that Python's `int()` makes of bytes, which is what Django tries first with everything it reads: `7`, `+7`,
 * ` 8\n`, `1_000`. `undefined` when it is none.
 *
 * @throws {Malformed} for more digits than Python takes
 */
export function readInteger(bytes: Buffer): number | bigint | undefined {
  if (bytes.byteLength === 0 || bytes.byteLength > LONGEST) return undefined
  const found = PYTHON_INT.exec(bytes.toString('latin1'))
  if (found === null) return undefined
  const digits = (found[1] as string).replaceAll('_', '')
  if (digits.length > MOST_DIGITS + 1) throw new Malformed('it is an integer of too many digits')
  return shortest(BigInt(digits.startsWith('+') ? digits.slice(1) : digits))
}
