// May a shared cache keep this response? RFC 9111 §3, and stricter where being wrong would show a page to a stranger.
import type { Reason } from '../reasons.ts'
import { type CacheControl, parseCacheControl } from './cache-control.ts'
import { fieldLines, type FieldList, hasField, withoutFields } from './fields.ts'
import { freshForMs, LONGEST_MS } from './freshness.ts'
import { targetedControl } from './targeted.ts'
import { validatorsOf } from './validators.ts'
import { parseVary } from './vary.ts'

/** The head of a response as the view wrote it. */
export interface ResponseHead {
  readonly status: number
  /** The reason phrase, where the framework shows it. */
  readonly reason?: string | undefined
  readonly fields: FieldList
}

export type Verdict = Storable | Refused

export interface Storable {
  readonly store: true
  /** Greater than 0, or 0 with `noCache`; `Infinity` never ends. */
  readonly freshMs: number
  /** To be served only after the view has said, to this very request, that it is still right. RFC 9111 §5.2.2.4 */
  readonly noCache: boolean
  /** Request fields that select it, lower-cased and sorted. */
  readonly varyNames: readonly string[]
  /** It must not be served after `freshMs`, whatever the page's `stale` says. RFC 9111 §5.2.2.2 */
  readonly mustRevalidate: boolean
  /** How long it may be served after that while it is made anew, by the view's own word; `undefined` when it says nothing. RFC 5861 §3 */
  readonly staleMs: number | undefined
  /** How long it may be served after that in place of an error, by the view's own word. RFC 5861 §4 */
  readonly errorMs: number | undefined
}

interface Refused {
  readonly store: false
  /** In words short enough for `Cache-Status`: `'set-cookie'`, `'private'`, `'status 404'`. */
  readonly reason: Reason
  /** It speaks of the page rather than of this one request or moment: worth remembering for a while. */
  readonly lasting: boolean
  /** Request fields that the refusal may depend on, as far as the response names them. */
  readonly varyNames: readonly string[]
}

/** What the verdict needs to know besides the response. */
export interface Circumstances {
  /** The request carries Authorization. */
  readonly authorized: boolean
  /** Of the page, for a view that names no lifetime. */
  readonly pageTtlMs: number
  /** How long the view took to begin its response. Default 0. */
  readonly delayMs?: number
  readonly maxBodyBytes: number
  readonly now: number
  /** Pages with `no-cache` are kept if their view gave them a validator. Default false. */
  readonly revalidates?: boolean
  /** Targeted fields that replace Cache-Control, in lower case, the first to be heard first. Default: CDN-Cache-Control. */
  readonly targets?: readonly string[]
}

/**
 * Statuses other than 200 that can be a page: only where the view itself says for how long (RFC 9111 §3, §4.2.2), because a
 * mistaken error must not stay for the page's ttl. The rest never: answers to one request (206, 304, 412) or that tell a
 * client to do something (205), faults of one client (405, 414 and the like, which others would get in place of the page),
 * and views that are broken (501).
 */
const BY_EXPRESS_WISH: ReadonlySet<number> = new Set([
  203, 204, 300, 301, 302, 303, 307, 308, 404, 410,
])

/** Whether a response of this status may be kept at all. */
export function isPageStatus(status: number): boolean {
  return status === 200 || BY_EXPRESS_WISH.has(status)
}

/** Passed over where a targeted field speaks. RFC 9213 §2.1 */
const EXPIRES: ReadonlySet<string> = new Set(['expires'])

/** Judges a head. The body is judged when it has ended: see {@link bodyFault}. Never throws. */
export function judge(response: ResponseHead, circumstances: Circumstances): Verdict {
  const { status, fields } = response
  const varyNames = parseVary(fieldLines(fields, 'vary'))
  const targeted = targetedControl(fields, circumstances.targets)
  const control = targeted ?? parseCacheControl(fieldLines(fields, 'cache-control'))
  const refuse = (reason: Reason, lasting: boolean): Refused => {
    return { store: false, reason, lasting, varyNames: varyNames === '*' ? [] : varyNames }
  }
  // A 206 or a 304 answers one request; a broken view has a bad moment.
  const lasting = status !== 206 && status !== 304 && status < 500
  if (!isPageStatus(status)) return refuse(`status ${status}`, lasting)
  if (isPart(fields)) return refuse('partial content', false)
  const noCache =
    control.noCache &&
    circumstances.revalidates === true &&
    status === 200 &&
    validatorsOf(fields).length > 0
  const restriction = restrictionOf(
    fields,
    { ...control, noCache: control.noCache && !noCache },
    targeted !== undefined,
  )
  if (restriction !== undefined) return refuse(restriction, true)
  if (varyNames === '*') return refuse('vary *', true)
  // RFC 9111 §3.5
  if (circumstances.authorized && !control.allowsAuthorized) return refuse('authorization', true)
  if (isEventStream(fields)) return refuse('event stream', true)

  const length = contentLength(fields)
  if (length === 'odd') return refuse('odd content-length', true)
  if (length !== undefined && length > circumstances.maxBodyBytes) return refuse('too large', true)
  const { delayMs, now, pageTtlMs } = circumstances
  const said = targeted === undefined ? fields : withoutFields(fields, EXPIRES)
  const saidMs = noCache ? 0 : freshForMs(said, control, now, delayMs)
  if (saidMs === undefined && status !== 200) return refuse(`status ${status}`, lasting)
  const freshMs = saidMs ?? pageTtlMs
  if (!(freshMs > 0) && !noCache) return refuse('no lifetime', true)
  // A page that is an error or a move is served no longer than its view says.
  const otherwise = status === 200 ? undefined : 0
  return {
    store: true,
    freshMs,
    noCache,
    varyNames: withEncoding(varyNames, fields),
    mustRevalidate: control.mustRevalidate || noCache,
    staleMs: windowMs(control, control.staleWhileRevalidate) ?? otherwise,
    errorMs: windowMs(control, control.staleIfError) ?? otherwise,
  }
}

function windowMs(
  { mustRevalidate }: CacheControl,
  seconds: number | undefined,
): number | undefined {
  if (mustRevalidate || seconds === undefined) return undefined
  return Math.min(seconds * 1000, LONGEST_MS)
}

function restrictionOf(
  fields: FieldList,
  control: CacheControl,
  isTargeted: boolean,
): Reason | undefined {
  // The second is what RFC 2965 called it, which RFC 6265 made obsolete.
  if (hasField(fields, 'set-cookie') || hasField(fields, 'set-cookie2')) return 'set-cookie'
  if (control.noStore) return 'no-store'
  if (control.private) return 'private'
  if (control.noCache) return 'no-cache'
  if (control.odd) return 'odd cache-control'
  return !isTargeted && isPragmaNoCache(fields) ? 'no-cache' : undefined
}

/** Why a body that has ended cannot be kept, or `undefined` when it is whole. RFC 9111 §3.3 */
export function bodyFault(fields: FieldList, bytes: number): Reason | undefined {
  const length = contentLength(fields)
  return length === undefined || length === bytes ? undefined : 'content-length differs'
}

// Compressed bytes can only be read by whoever accepts the coding, also when the view forgot to say so.
function withEncoding(names: readonly string[], fields: FieldList): readonly string[] {
  const encoded = fieldLines(fields, 'content-encoding').some((line) => {
    return line.trim() !== '' && line.trim().toLowerCase() !== 'identity'
  })
  if (!encoded || names.includes('accept-encoding')) return names
  return [...names, 'accept-encoding'].toSorted()
}

// RFC 9111 §5.4: only where no Cache-Control speaks.
function isPragmaNoCache(fields: FieldList): boolean {
  if (hasField(fields, 'cache-control')) return false
  return fieldLines(fields, 'pragma').some((line) => /no-cache/i.test(line))
}

// A view that cut a part out of its page and forgot to say 206. Otherwise the field has no meaning here (RFC 9110 §14.4).
function isPart(fields: FieldList): boolean {
  return fieldLines(fields, 'content-range').some((line) => /^\s*[a-z]+[ \t=]+[\d*]/i.test(line))
}

// It ends when the browser leaves: whoever waited for its end would wait for ever.
function isEventStream(fields: FieldList): boolean {
  return fieldLines(fields, 'content-type').some((line) => /^\s*text\/event-stream/i.test(line))
}

function contentLength(fields: FieldList): number | 'odd' | undefined {
  const lines = fieldLines(fields, 'content-length')
  if (lines.length === 0) return undefined
  const [first] = lines as [string]
  return lines.length === 1 && /^\d{1,15}$/.test(first) ? Number(first) : 'odd'
}
