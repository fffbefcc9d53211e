// The field Cache-Status, RFC 9211: what the cache did with a request, readable in any browser's developer tools.

/** What is said of one answer. */
export type CacheStatus =
  | {
      readonly hit: true
      /** May be negative: stale. `Infinity` is left out. */ readonly ttlMs: number
      /** Why a stale page was served. */ readonly detail?: string
    }
  | {
      readonly hit: false
      /** RFC 9211 §2.2 */
      readonly fwd: 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'stale'
      /** What the view answered, where that is not what the client gets. */
      readonly fwdStatus?: number
      readonly stored?: boolean
      readonly collapsed?: boolean
      /** Why it was not stored or not looked up. */
      readonly detail?: string
    }

/** The field's value: `breakwater; hit; ttl=42`, `breakwater; fwd=bypass; detail="set-cookie"`. */
export function cacheStatus(name: string, status: CacheStatus): string {
  if (status.hit) {
    const ttl = Number.isFinite(status.ttlMs) ? `; ttl=${Math.floor(status.ttlMs / 1000)}` : ''
    const detail = status.detail === undefined ? '' : `; detail=${quoted(status.detail)}`
    return `${name}; hit${ttl}${detail}`
  }
  let text = `${name}; fwd=${status.fwd}`
  if (status.fwdStatus !== undefined) text += `; fwd-status=${status.fwdStatus}`
  if (status.stored === true) text += '; stored'
  if (status.collapsed === true) text += '; collapsed'
  if (status.detail !== undefined) text += `; detail=${quoted(status.detail)}`
  return text
}

// RFC 9651 §3.3.3: printable ASCII.
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`
}
