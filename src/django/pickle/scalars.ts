import { Malformed } from '../../codec/malformed.ts'
import { type Cursor, pythonText } from './cursor.ts'
import { floatOf, integerOf, integerOfBytes } from './numbers.ts'
import { asciiLiteral, rawUnicode } from './text-lines.ts'

/** The value that an opcode is by itself, with what follows it; `undefined` for any other opcode. @throws {Malformed} */
export function scalarOf(opcode: number, cursor: Cursor): unknown {
  switch (opcode) {
    case 0x4e: // NONE
      return null
    case 0x88: // NEWTRUE
      return true
    case 0x89: // NEWFALSE
      return false
    case 0x4b: // BININT1
      return cursor.byte()
    case 0x4d: // BININT2
      return cursor.uint(2)
    case 0x4a: // BININT
      return cursor.int32()
    case 0x8a: // LONG1
      return integerOfBytes(cursor.take(cursor.byte()))
    case 0x8b: // LONG4
      return integerOfBytes(cursor.take(cursor.int32() >>> 0))
    case 0x47: // BINFLOAT
      return cursor.float64()
    case 0x49: // INT, which protocols 0 and 1 use for booleans too
      return integerLine(cursor.line())
    case 0x4c: // LONG
      return integerOf(cursor.line().replace(/L$/, ''))
    case 0x46: // FLOAT
      return floatOf(cursor.line())
    case 0x8c: // SHORT_BINUNICODE
      return pythonText(cursor.take(cursor.byte()))
    case 0x58: // BINUNICODE
      return pythonText(cursor.take(cursor.uint(4)))
    case 0x8d: // BINUNICODE8
      return pythonText(cursor.take(cursor.length64()))
    case 0x43: // SHORT_BINBYTES
      return Buffer.from(cursor.take(cursor.byte()))
    case 0x42: // BINBYTES
      return Buffer.from(cursor.take(cursor.uint(4)))
    case 0x8e: // BINBYTES8
      return Buffer.from(cursor.take(cursor.length64()))
    case 0x96: // BYTEARRAY8
      return new Uint8Array(cursor.take(cursor.length64()))
    case 0x56: // UNICODE
      return rawUnicode(cursor.line())
    case 0x53: // STRING
      return asciiLiteral(cursor.line())
    case 0x55: // SHORT_BINSTRING
      return ascii(cursor.take(cursor.byte()))
    case 0x54: // BINSTRING
      return ascii(cursor.take(cursor.uint(4)))
    default:
      return undefined
  }
}

function integerLine(line: string): unknown {
  if (line === '01') return true
  return line === '00' ? false : integerOf(line)
}

function ascii(bytes: Buffer): string {
  for (const byte of bytes) if (byte > 0x7f) throw new Malformed('its text is not ASCII')
  return bytes.toString('latin1')
}
