// A stored page as an answer to one request: 200, 206, 304, 416 or a head alone. RFC 9111 §4, RFC 9110 §15.
import { cutFor, isCutForAll, mayCut } from './cut.ts'
import type { HeadEdit } from './exchange.ts'
import type { StoredPage } from './record.ts'
import { type Representation, type Representations, representationsOf } from './representation.ts'
import { type FieldList, hasField } from './rules/fields.ts'
import { isNotModified } from './rules/validators.ts'
import { without } from './whole-answer.ts'

/** What an adapter sends. */
export interface Reply {
  /** As in `200`. */
  readonly status: number
  /** The reason phrase; empty or left out for the one that the status has anyway. */
  readonly reason?: string | undefined
  /** `[name, value, …]` in order; repeated names are repeated lines. */
  readonly fields: readonly string[]
  /** `null` for HEAD, 204, 304 and 416. */
  readonly body: Buffer | null
  /** For what adapters make of its fields; only where the same answer is given again. */
  readonly forms?: Forms
}

/** The fields of an answer in the forms in which frameworks take them. */
export interface Forms {
  byName?: ByName
  lowered?: ByName
  record?: Readonly<Record<string, string>>
}

/** Lines of one name in one list. */
export type ByName = readonly (readonly [name: string, value: string | string[]])[]

/** What a page is asked for. */
interface Ask {
  readonly method: string
  readonly header: (name: string) => string | undefined
  readonly now: number
  /** Option `ranges`. */
  readonly cut: 'safe' | 'always'
  /** Of the page, where they are known. */
  readonly representations?: Representations
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
  { cut: howCut, header, method, now, representations: all = representationsOf(page) }: Ask,
  editFor: (status: number) => HeadEdit,
): Reply {
  // Each looked for once: where `Headers` are behind it, a look costs more than most of what is done here.
  const chosen = all.for(header)
  const age = ageSeconds(page, now)
  // RFC 9110 §13.2.1: conditions on a redirect or an error mean nothing.
  const known = page.status < 300 ? knownCopy(page, all, chosen, header, now) : undefined
  if (known !== undefined) {
    const { add, drop } = editFor(304)
    const fields = fieldsOf304(without(chosen.fields, drop), known.etag)
    return { status: 304, fields: [...fields, 'Age', String(age), ...add], body: null }
  }
  const { cuttable } = chosen
  const isWhole = page.status === 200
  const range = isWhole && method === 'GET' ? header('range') : undefined
  if (range !== undefined && mayCut(cuttable, howCut, header)) {
    const part = partial(chosen, range, { header, now, age, editFor })
    if (part !== undefined) return part
  }
  // RFC 9110 §14.3: only where anybody may ask for parts; who else may need not be told.
  const ranges = isWhole && isCutForAll(cuttable, howCut)
  return chosen.whole.to(method, { age, ranges, edit: editFor(page.status) })
}

/** Whether the client has the page already, and by which tag it knows it. RFC 9110 §13.1.2 and §13.1.3 */
function knownCopy(
  page: StoredPage,
  all: Representations,
  chosen: Representation,
  header: (name: string) => string | undefined,
  now: number,
): { readonly etag: string | undefined } | undefined {
  const noneMatch = header('if-none-match')
  if (noneMatch === undefined && header('if-modified-since') === undefined) return undefined
  const etag = noneMatch === undefined ? undefined : all.tagIn(noneMatch, chosen)
  return etag !== undefined || isNotModified(page.fields, header, now) ? { etag } : undefined
}

function partial(
  chosen: Representation,
  range: string,
  asked: {
    readonly header: (name: string) => string | undefined
    readonly now: number
    readonly age: number
    readonly editFor: (status: number) => HeadEdit
  },
): Reply | undefined {
  const { age, editFor, header, now } = asked
  const cut = cutFor(chosen, range, header('if-range'), now)
  if (cut === undefined) return undefined
  if (cut.body === null) {
    const refused = ['Content-Range', cut.contentRange, 'Content-Length', '0']
    return { status: 416, fields: [...refused, ...editFor(416).add], body: null }
  }
  const { add, drop } = editFor(206)
  const { body, contentRange } = cut
  const fields = without(chosen.fields, drop)
  if (!hasField(fields, 'accept-ranges')) fields.push('Accept-Ranges', 'bytes')
  fields.push('Content-Range', contentRange)
  fields.push('Content-Length', String(body.length), 'Age', String(age), ...add)
  return { status: 206, fields, body }
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
