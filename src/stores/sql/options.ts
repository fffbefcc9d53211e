import { type Duration, toMs } from '../../base/duration.ts'
import { optionError } from '../../base/errors.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import type { Driver } from './driver.ts'
import { checkTable } from './statements.ts'

/** The table, its bound, and how long a statement may take. */
export interface SqlOptions {
  /** Of the entries; may be qualified by a schema. Default `'breakwater_entry'`. */
  readonly table?: string
  /** Makes the table when it is missing. With `false`, a missing table is `E_STORE_REFUSED`. Default `true`. */
  readonly create?: boolean | 'true' | 'false'
  /** Bound on the rows, more or less; those that end first go first. Default `Infinity`: only what has expired goes. */
  readonly maxEntries?: number | string
  /** Deadline of an act; past it `E_STORE_TIMEOUT`, and whether it was done is unknown. Above zero. Default `'2s'`. */
  readonly timeout?: Duration
}

export const OPTION_NAMES = ['table', 'create', 'maxEntries', 'timeout'] as const

export const DEFAULTS = {
  table: 'breakwater_entry',
  create: true,
  maxEntries: Infinity,
  timeout: '2s',
} as const

export interface SqlSettings {
  readonly driver: Driver
  readonly table: string
  readonly create: boolean
  readonly maxEntries: number
  readonly timeoutMs: number
}

/** @throws {CacheError} `E_OPTION` */
export function resolveOptions(options: SqlOptions): Omit<SqlSettings, 'driver'> {
  refuseUnknown('sql()', options, OPTION_NAMES)
  const { table, create, maxEntries, timeout } = { ...DEFAULTS, ...options }
  const most = Number(maxEntries)
  if (most !== Infinity && !(Number.isInteger(most) && most >= 1))
    throw optionError('maxEntries', 'a whole number, 1 or more', maxEntries)
  if (![true, false, 'true', 'false'].includes(create))
    throw optionError('create', 'true or false', create)
  const timeoutMs = toMs(timeout, 'timeout')
  if (timeoutMs === 0) throw optionError('timeout', "longer than '0s'", timeout)
  return {
    table: checkTable(table),
    create: String(create) === 'true',
    maxEntries: most,
    timeoutMs,
  }
}
