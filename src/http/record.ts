// What the page cache keeps. Plain data, because it passes through codecs; checked on every read, because it comes from a
// place that others can write to.
import type { PlacedHole } from '../cache/hole.ts'
import type { Reason } from './reasons.ts'
import type { FieldList } from './rules/fields.ts'
import { sameSearch, type SearchRule } from './rules/no-vary-search.ts'
import { isReason } from './rules/reason.ts'
import { isPageStatus } from './rules/storable.ts'
import { isToken } from './rules/syntax.ts'

/** What bodies are compressed with here. */
export const CODINGS = ['br', 'gzip'] as const
export type Coding = (typeof CODINGS)[number]

/** The body of a page in a coding of ours. */
export interface CodedBody {
  readonly coding: Coding
  readonly body: Buffer
}

/** A hole and where it is: after so many bytes of the body. */
export interface HoleAt extends PlacedHole {
  readonly at: number
}

/** What is rendered afresh for each request that gets the page. */
export interface PageWithHoles {
  /** In order. */
  readonly places: readonly HoleAt[]
  /** Of the body, and of where the holes are. */
  readonly digest: string
}

/** A page as it will be sent again. */
export interface StoredPage {
  readonly kind: 'page'
  /** Under which it was stored: clients of stores have mixed up replies, and gave one user what another had asked for. */
  readonly key: string
  readonly status: number
  /** The reason phrase; empty for the one that the status has anyway. */
  readonly reason: string
  /** End-to-end fields in order, repeated names kept, with `Date` and `ETag`, without Content-Length and Age. */
  readonly fields: FieldList
  /** Without what stands in its holes. */
  readonly body: Buffer
  /** `null` for a page that is the same for all who get it. */
  readonly holes: PageWithHoles | null
  /** The same body in codings that it did not come in, in the order in which they are preferred. */
  readonly coded: readonly CodedBody[]
  /** Milliseconds since the Unix epoch. */
  readonly storedAt: number
  /** Milliseconds since the Unix epoch; `null` never ends (infinity does not survive JSON). */
  readonly freshUntil: number | null
  /** What it had aged before it came to us, in seconds. */
  readonly initialAge: number
  readonly mustRevalidate: boolean
  /** Each request asks the view first whether it is still right. */
  readonly noCache: boolean
  /** Until when it may be served while it is made anew; as `freshUntil`. */
  readonly staleUntil: number | null
  /** Until when it may be served in place of an error; as `freshUntil`. */
  readonly errorUntil: number | null
  /** Its view has failed to make it anew: what failed, and until when nobody tries again. */
  readonly held: { readonly until: number; readonly failure: string } | null
  /** `ETag` and `Last-Modified` as its view gave them, never our own digest: what the view can be asked by. */
  readonly validators: FieldList
  /** The request fields that it was selected by, with their values in the request that made it; `null` is a missing one. */
  readonly vary: readonly (readonly [name: string, value: string | null])[]
  readonly tags: readonly string[]
  /** The query that it was made for, and the others that it answers by its own word. */
  readonly search: { readonly query: string; readonly rule: SearchRule | null }
}

/** The URL is known to vary on these request fields; its pages are under variant keys. */
interface VaryRecord {
  readonly kind: 'vary'
  readonly names: readonly string[]
}

/** The URL's answers cannot be stored: nobody needs to wait for another's. */
interface PassRecord {
  readonly kind: 'pass'
  /** Of another version's records it may be none of ours. */
  readonly reason: Reason
  /** Milliseconds since the Unix epoch. */
  readonly until: number
}

export type PageRecord = StoredPage | VaryRecord | PassRecord

/**
 * The record, or `undefined` when this is not one: rubbish, of a shape that another version wrote, or a page that was stored
 * under another key.
 */
export function asRecord(value: unknown, key: string): PageRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const record = value as Partial<Record<string, unknown>>
  if (record['kind'] === 'page') {
    if (record['key'] !== key || !isPage(record)) return undefined
    return record as unknown as StoredPage
  }
  if (record['kind'] === 'vary') {
    const { names } = record
    return isStrings(names) && names.every(isName) ? (record as unknown as VaryRecord) : undefined
  }
  if (record['kind'] !== 'pass') return undefined
  const known = typeof record['reason'] === 'string' && Number.isFinite(record['until'])
  return known ? (record as unknown as PassRecord) : undefined
}

function isPage(record: Partial<Record<string, unknown>>): boolean {
  const { status, fields, body, storedAt, freshUntil, initialAge, vary, tags } = record
  return (
    isPageStatus(status as number) &&
    isStrings(fields) &&
    fields.length % 2 === 0 &&
    fields.every(isSendable) &&
    Buffer.isBuffer(body) &&
    isAroundHoles(record['holes'], body.length) &&
    isReason(record['reason']) &&
    Array.isArray(record['coded']) &&
    record['coded'].every(isCoded) &&
    Number.isFinite(storedAt) &&
    isMoment(freshUntil) &&
    Number.isFinite(initialAge) &&
    typeof record['mustRevalidate'] === 'boolean' &&
    typeof record['noCache'] === 'boolean' &&
    isMoment(record['staleUntil']) &&
    isMoment(record['errorUntil']) &&
    isHeld(record['held']) &&
    isStrings(record['validators']) &&
    isStrings(tags) &&
    isSearch(record['search']) &&
    Array.isArray(vary) &&
    vary.every(isPair)
  )
}

function isAroundHoles(holes: unknown, length: number): boolean {
  if (holes === null) return true
  if (typeof holes !== 'object') return false
  const { digest, places } = holes as Partial<Record<string, unknown>>
  if (typeof digest !== 'string' || !Array.isArray(places)) return false
  let from = 0
  return places.every((place: unknown) => {
    const { at, name, version } = (place ?? {}) as Partial<HoleAt>
    const isPlace = typeof name === 'string' && typeof version === 'string' && Number.isInteger(at)
    const isNext = isPlace && (at as number) >= from && (at as number) <= length
    from = isNext ? (at as number) : from
    return isNext
  })
}

function isMoment(value: unknown): boolean {
  return value === null || Number.isFinite(value)
}

function isHeld(held: unknown): boolean {
  if (held === null) return true
  if (typeof held !== 'object') return false
  const { failure, until } = held as Partial<Record<string, unknown>>
  return typeof failure === 'string' && Number.isFinite(until)
}

function isSearch(search: unknown): boolean {
  if (typeof search !== 'object' || search === null) return false
  const { query, rule } = search as Partial<Record<string, unknown>>
  if (typeof query !== 'string' || typeof rule !== 'object') return false
  if (rule === null) return true
  const { ignored, names, ordered } = rule as Partial<Record<string, unknown>>
  const isKnown = ignored === 'named' || ignored === 'others'
  return isKnown && isStrings(names) && typeof ordered === 'boolean'
}

function isCoded(each: unknown): boolean {
  if (typeof each !== 'object' || each === null) return false
  const { body, coding } = each as Partial<Record<string, unknown>>
  return (CODINGS as readonly unknown[]).includes(coding) && Buffer.isBuffer(body)
}

function isPair(pair: unknown): boolean {
  if (!Array.isArray(pair) || pair.length !== 2) return false
  if (typeof pair[0] !== 'string' || !isName(pair[0])) return false
  return pair[1] === null || typeof pair[1] === 'string'
}

// By any other the platform's Headers would throw when they are asked for it.
function isName(name: string): boolean {
  return name.startsWith(':') || isToken(name)
}

// Servers throw when they are to send anything else, or would split the answer in two. RFC 9110 §5.5
function isSendable(text: string, index: number): boolean {
  return index % 2 === 0 ? isToken(text) : !/[^\t\x20-\x7e\x80-\xff]/.test(text)
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

/** Whether the page answers this query: the one that it was made for, or one that makes no difference to it. */
export function answersQuery({ search }: StoredPage, query: string): boolean {
  return sameSearch(search.query, query, search.rule ?? undefined)
}

/** Whether the page was made for a request like this one. RFC 9111 §4.1 */
export function answers(page: StoredPage, header: (name: string) => string | undefined): boolean {
  return page.vary.every(([name, value]) => (header(name) ?? null) === value)
}
