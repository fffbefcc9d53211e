// A stored page as an answer to one request: 200, 206, 304, 416 or a head alone. RFC 9111 §4, RFC 9110 §15.
import { cutFor } from './cut.ts'
import type { StoredPage } from './record.ts'
import { type Representation, representationFor, tagInList } from './representation.ts'
import { isNotModified } from './rules/validators.ts'

/** What an adapter sends. */
export interface Reply {
  readonly status: number
  /** The reason phrase; empty or left out for the one that the status has anyway. */
  readonly reason?: string | undefined
  /** `[name, value, …]` in order; repeated names are repeated lines. */
  readonly fields: readonly string[]
  /** `null` for HEAD, 304 and 416. */
  readonly body: Buffer | null
}

// RFC 9110 §15.4.5: what updates the client's copy. The rest it has. Last-Modified, because it may have a copy without an ETag.
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

/**
 * In the order of RFC 9110 §13.2.2: what the client has already, then the part that it asks for, then the whole.
 *
 * @param status the value of Cache-Status, or `undefined` to say nothing
 */
export function replay(
  page: StoredPage,
  method: string,
  header: (name: string) => string | undefined,
  now: number,
  status: string | undefined,
): Reply {
  const chosen = representationFor(page, header)
  const announced = status === undefined ? [] : ['Cache-Status', status]
  const noneMatch = header('if-none-match')
  const known = noneMatch === undefined ? undefined : tagInList(page, chosen, noneMatch)
  if (known !== undefined || isNotModified(page.fields, header, now)) {
    const fields = fieldsOf(page, { ...chosen, etag: known ?? chosen.etag }, OF_304)
    fields.push('Age', ageSeconds(page, now), ...announced)
    return { status: 304, fields, body: null }
  }
  const fields = fieldsOf(page, chosen)
  const cut = page.status === 200 ? cutFor({ fields, body: chosen.body }, method, header, now) : {}
  if (cut.refused !== undefined) {
    return { status: 416, fields: [...cut.refused, ...announced], body: null }
  }
  const { body = chosen.body, acceptsRanges, contentRange } = cut
  if (acceptsRanges === true) fields.push('Accept-Ranges', 'bytes')
  if (contentRange !== undefined) fields.push('Content-Range', contentRange)
  fields.push('Content-Length', String(body.length), 'Age', ageSeconds(page, now), ...announced)
  return {
    ...(contentRange === undefined
      ? { status: page.status, reason: page.reason }
      : { status: 206 }),
    fields,
    body: method === 'HEAD' ? null : body,
  }
}

/** The page's fields as they go with a representation of it. @param only names in lower case; all if left out */
function fieldsOf(
  page: StoredPage,
  { coding, etag }: Representation,
  only?: ReadonlySet<string>,
): string[] {
  const fields: string[] = []
  for (let index = 0; index + 1 < page.fields.length; index += 2) {
    const name = page.fields[index] as string
    const lower = name.toLowerCase()
    if (only !== undefined && !only.has(lower)) continue
    const value = lower === 'etag' && etag !== undefined ? etag : (page.fields[index + 1] as string)
    fields.push(name, value)
  }
  if (coding !== undefined && only === undefined) fields.push('Content-Encoding', coding)
  return fields
}

/** RFC 9111 §4.2.3: what it had aged before, and the time it has been here. Clocks that disagree make it no younger than that. */
function ageSeconds(page: StoredPage, now: number): string {
  return String(page.initialAge + Math.max(0, Math.floor((now - page.storedAt) / 1000)))
}

/** Milliseconds for which it stays fresh; negative when stale, `Infinity` when it never ends. */
export function freshForMs(page: StoredPage, now: number): number {
  return page.freshUntil === null ? Infinity : page.freshUntil - now
}
