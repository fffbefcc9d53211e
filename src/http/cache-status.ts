// The field Cache-Status, RFC 9211: what the cache did with a request, readable in any browser's developer tools.
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'

/** See option `cacheStatus`. */
export type CacheStatusOption =
  | boolean
  | string
  | { readonly name?: string; readonly key?: boolean }

/** What is said of one answer. */
export type CacheStatus =
  | {
      readonly hit: true
      /** May be negative: stale. `Infinity` is left out. */
      readonly ttlMs: number
      readonly key?: string
      /** Why a stale page was served. */
      readonly detail?: string
    }
  | {
      readonly hit: false
      /** RFC 9211 §2.2 */
      readonly fwd: 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'stale'
      /** Of what the view answered, where the client gets another. RFC 9211 §2.3 */
      readonly fwdStatus?: number
      readonly stored?: boolean
      readonly collapsed?: boolean
      readonly key?: string
      /** Why it was not stored or not looked up. */
      readonly detail?: string
    }

/**
 * The field's value: `breakwater; hit; ttl=42`, `breakwater; fwd=bypass; detail="set-cookie"`.
 *
 * @param showsKey whether the key in the store is part of it
 */
export function cacheStatus(name: string, status: CacheStatus, showsKey: boolean): string {
  const key = showsKey && status.key !== undefined ? `; key=${quoted(status.key)}` : ''
  if (status.hit) {
    const ttl = Number.isFinite(status.ttlMs) ? `; ttl=${Math.floor(status.ttlMs / 1000)}` : ''
    const detail = status.detail === undefined ? '' : `; detail=${quoted(status.detail)}`
    return `${name}; hit${ttl}${key}${detail}`
  }
  let text = `${name}; fwd=${status.fwd}`
  if (status.fwdStatus !== undefined) text += `; fwd-status=${status.fwdStatus}`
  if (status.stored === true) text += '; stored'
  if (status.collapsed === true) text += '; collapsed'
  text += key
  if (status.detail !== undefined) text += `; detail=${quoted(status.detail)}`
  return text
}

// RFC 9651 §3.3.3: printable ASCII.
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`
}

// A token of RFC 9651, so that the field needs no quotes.
const STATUS_NAME = /^[A-Za-z*][\w!#$%&'*+.^`|~:/-]*$/
const STATUS_EXPECTED = "true, false, a name such as 'shop-cache', or { name, key }"

/** @throws {CacheError} `E_OPTION` */
export function statusOption(given: CacheStatusOption | undefined): {
  readonly statusKey: boolean
  /** `undefined`: silent. */
  readonly statusName: string | undefined
} {
  const isProduction = process.env['NODE_ENV'] === 'production'
  if (typeof given !== 'object' || given === null) {
    return { statusName: statusName(given === undefined ? !isProduction : given), statusKey: false }
  }
  refuseUnknown('cacheStatus', given, ['name', 'key'])
  const { key = false, name = true } = given
  if (typeof key !== 'boolean') throw optionError('cacheStatus', STATUS_EXPECTED, given)
  return { statusName: statusName(name), statusKey: key && !isProduction }
}

function statusName(given: boolean | string): string | undefined {
  if (given === true) return 'breakwater'
  if (given === false) return undefined
  if (typeof given === 'string' && STATUS_NAME.test(given)) return given
  throw optionError('cacheStatus', STATUS_EXPECTED, given)
}
