// Prisma's results are plain but for Decimal, a class of the client's own. They are stored as sets of one text: nothing else in
// a result of Prisma is a set.
import { optionError } from '../../../base/errors.ts'

/** `Prisma.Decimal`. */
export type DecimalClass = new (text: string) => object

export interface StoredResult {
  readonly value: unknown
  readonly hasDecimals: boolean
}

/** A copy of a result that a codec can take: without decimals. */
export function toStored(result: unknown): StoredResult {
  let hasDecimals = false
  const copy = (value: unknown): unknown => {
    if (!isContainer(value)) return value
    if (isDecimal(value)) {
      hasDecimals = true
      return new Set([value.toFixed()])
    }
    return mapped(value, copy)
  }
  return { value: copy(result), hasDecimals }
}

/**
 * A copy of what was stored, as it was: Prisma and its extensions go on to change it.
 *
 * @throws {CacheError} `E_OPTION` when there are decimals and nobody has said what makes them
 */
export function fromStored(stored: StoredResult, Decimal: DecimalClass | undefined): unknown {
  if (stored.hasDecimals && Decimal === undefined) {
    const expected =
      'Prisma.Decimal, as a result has decimals: prismaCache({ Decimal: Prisma.Decimal })'
    throw optionError('Decimal', expected, Decimal)
  }
  const revive = (value: unknown): unknown => {
    if (Decimal !== undefined && value instanceof Set) return new Decimal([...value][0] as string)
    return isContainer(value) ? mapped(value, revive) : value
  }
  return revive(stored.value)
}

function isContainer(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Date) &&
    !ArrayBuffer.isView(value)
  )
}

// As Prisma itself tells them (decimal.js of any copy).
function isDecimal(value: object): value is { toFixed(): string } {
  const { d, e, s, toFixed } = value as Partial<Record<'d' | 'e' | 's' | 'toFixed', unknown>>
  const isNumber = typeof e === 'number' && typeof s === 'number' && Array.isArray(d)
  return isNumber && typeof toFixed === 'function'
}

function mapped(value: object, map: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map)
  const copy: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(value)) copy[name] = map(part)
  return copy
}
