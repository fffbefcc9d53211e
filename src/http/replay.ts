// A stored page as an answer to one request: 200, 304 or a head alone. RFC 9111 §4, RFC 9110 §15.4.5.
import type { StoredPage } from './record.ts'
import { isNotModified } from './rules/validators.ts'

/** What an adapter sends. */
export interface Reply {
  readonly status: number
  /** `[name, value, …]` in order; repeated names are repeated lines. */
  readonly fields: readonly string[]
  /** `null` for HEAD and 304. */
  readonly body: Buffer | null
}

// RFC 9110 §15.4.5: what updates the client's copy. The rest it has.
const OF_304: ReadonlySet<string> = new Set([
  'cache-control',
  'cdn-cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'last-modified',
  'vary',
])

/** @param status the value of Cache-Status, or `undefined` to say nothing */
export function replay(
  page: StoredPage,
  method: string,
  header: (name: string) => string | undefined,
  now: number,
  status: string | undefined,
): Reply {
  const notModified = isNotModified(page.fields, header, now)
  const fields: string[] = []
  for (let index = 0; index + 1 < page.fields.length; index += 2) {
    const name = page.fields[index] as string
    if (notModified && !OF_304.has(name.toLowerCase())) continue
    fields.push(name, page.fields[index + 1] as string)
  }
  if (!notModified) fields.push('Content-Length', String(page.body.length))
  fields.push('Age', String(ageSeconds(page, now)))
  if (status !== undefined) fields.push('Cache-Status', status)
  const bare = notModified || method === 'HEAD'
  return { status: notModified ? 304 : page.status, fields, body: bare ? null : page.body }
}

/** Where a page must not be served without its view's word, and that did not come. RFC 9111 §5.2.2.2 */
export function gatewayTimeout(status: string | undefined): Reply {
  const announced = status === undefined ? [] : ['Cache-Status', status]
  return { status: 504, fields: ['Content-Length', '0', ...announced], body: Buffer.alloc(0) }
}

/** RFC 9111 §4.2.3: what it had aged before, and the time it has been here. Clocks that disagree make it no younger than that. */
function ageSeconds(page: StoredPage, now: number): number {
  return page.initialAge + Math.max(0, Math.floor((now - page.storedAt) / 1000))
}

/** Milliseconds for which it stays fresh; negative when stale, `Infinity` when it never ends. */
export function freshForMs(page: StoredPage, now: number): number {
  return page.freshUntil === null ? Infinity : page.freshUntil - now
}
