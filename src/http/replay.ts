// A stored page as an answer to one request: 200, 206, 304, 416 or a head alone. RFC 9111 §4, RFC 9110 §15.
import { cutFor, mayCut } from './cut.ts'
import type { HeadEdit } from './exchange.ts'
import type { StoredPage } from './record.ts'
import { representationsOf } from './representation.ts'
import { type FieldList, hasField } from './rules/fields.ts'
import { isNotModified } from './rules/validators.ts'
import { without } from './whole-head.ts'

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
 * @param editFor how the page's own fields are changed on their way out with a status
 */
export function replay(
  page: StoredPage,
  method: string,
  header: (name: string) => string | undefined,
  now: number,
  editFor: (status: number) => HeadEdit,
): Reply {
  const all = representationsOf(page)
  // Each looked for once: where `Headers` are behind it, a look costs more than most of what is done here.
  const accepts = header('accept-encoding')
  const chosen = all.for(accepts)
  const noneMatch = header('if-none-match')
  const asksForNews = noneMatch !== undefined || header('if-modified-since') !== undefined
  const known = noneMatch === undefined ? undefined : all.tagIn(noneMatch, chosen)
  const age = ageSeconds(page, now)
  // RFC 9110 §13.2.1: conditions on a redirect or an error mean nothing.
  const conditional = asksForNews && page.status < 300
  if (conditional && (known !== undefined || isNotModified(page.fields, header, now))) {
    const { add, drop } = editFor(304)
    const fields = fieldsOf304(without(chosen.fields, drop), known)
    return { status: 304, fields: [...fields, 'Age', String(age), ...add], body: null }
  }
  const whole = page.status === 200 && mayCut(chosen.cuttable, accepts)
  const range = whole && method === 'GET' ? header('range') : undefined
  const cut = range === undefined ? undefined : cutFor(chosen, range, header('if-range'), now)
  if (cut?.body === null) {
    const refused = ['Content-Range', cut.contentRange, 'Content-Length', '0']
    return { status: 416, fields: [...refused, ...editFor(416).add], body: null }
  }
  if (cut !== undefined) {
    const { add, drop } = editFor(206)
    const { body, contentRange } = cut
    const fields = without(chosen.fields, drop)
    if (!hasField(fields, 'accept-ranges')) fields.push('Accept-Ranges', 'bytes')
    fields.push('Content-Range', contentRange)
    fields.push('Content-Length', String(body.length), 'Age', String(age), ...add)
    return { status: 206, fields, body }
  }
  const { reason, status } = page
  const fields = chosen.whole.fields({ age, ranges: whole, edit: editFor(status) })
  return { status, reason, fields, body: method === 'HEAD' ? null : chosen.body }
}

function fieldsOf304(fields: FieldList, etag: string | undefined): string[] {
  const sent: string[] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] as string
    const lower = name.toLowerCase()
    if (!OF_304.has(lower)) continue
    sent.push(name, (lower === 'etag' ? etag : undefined) ?? (fields[index + 1] as string))
  }
  return sent
}

/** Where a page must not be served without its view's word, and that did not come. RFC 9111 §5.2.2.2 */
export function gatewayTimeout(added: readonly string[]): Reply {
  return { status: 504, fields: ['Content-Length', '0', ...added], body: Buffer.alloc(0) }
}

/** RFC 9111 §4.2.3: what it had aged before, and the time it has been here. Clocks that disagree make it no younger than that. */
function ageSeconds(page: StoredPage, now: number): number {
  return page.initialAge + Math.max(0, Math.floor((now - page.storedAt) / 1000))
}

/** Milliseconds for which it stays fresh; negative when stale, `Infinity` when it never ends. */
export function freshForMs(page: StoredPage, now: number): number {
  return page.freshUntil === null ? Infinity : page.freshUntil - now
}
