// The texts of protocol 0, which are lines.
import { Malformed } from '../../codec/malformed.ts'

/** UNICODE: Latin-1 in which anything else is `\uXXXX` or `\UXXXXXXXX`. @throws {Malformed} */
export function rawUnicode(line: string): string {
  return line.replace(
    /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]?))/g,
    (found: string, short?: string, long?: string, other?: string) => {
      if (other === 'u' || other === 'U') throw new Malformed('its text has a broken escape')
      if (other !== undefined) return found
      const code = Number.parseInt(short ?? (long as string), 16)
      if (code > 0x10_ffff) throw new Malformed('its text has a broken escape')
      return String.fromCodePoint(code)
    },
  )
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** STRING: the literal of a Python 2 string. @throws {Malformed} also for what is not ASCII, as CPython does */
export function asciiLiteral(line: string): string {
  const quote = line[0]
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote)
    throw new Malformed('its text has no quotes')
  const text = line
    .slice(1, -1)
    .replace(
      /\\(?:x([\da-fA-F]{2})|([0-7]{1,3})|([^]))/g,
      (found: string, ...groups: unknown[]) => {
        const [hex, octal, other] = groups as (string | undefined)[]
        if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
        if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
        return SIMPLE[other as string] ?? found
      },
    )
  if (/[^\0-\x7f]/.test(text)) throw new Malformed('its text is not ASCII')
  return text
}
