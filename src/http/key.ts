// Under which key a page is kept. RFC 9111 §2 and §4.1.
//
// Pages have been served under a stranger's key because parts were joined by a text that could occur in a part, because a
// missing header equalled an empty one, or because two spellings of a path were made one which the router told apart. So:
// what is hashed is the JSON of nested lists, in which no two different lists are the same text (quotes end each part, a
// missing one is `null`, half a surrogate pair is escaped), and path and query go in as they came. SHA-256, because whoever
// can choose a URL must not be able to choose a collision.
import { hash } from 'node:crypto'
import type { KeyPart } from '../base/key.ts'
import { keyOfText, learnText } from './known-keys.ts'
import { type Address, plainTarget } from './plain-targets.ts'
import { ruleText, type SearchRule } from './rules/no-vary-search.ts'

/** Raised when keys or records change their meaning: an older process's pages are then simply not found. */
const FORMAT = 'page-5'

/** What one request asks for, before any Vary is known. */
export interface PageTarget {
  /** Of option `prefix`; empty for none. */
  readonly prefix: string
  /**
   * 0 for the cache of a route; for one around a site 1, and more for one within another: the marks of the outer one must not
   * be taken for those of the inner one.
   */
  readonly site: number
  /** `'http'` or `'https'`. */
  readonly scheme: string
  /** Host and port, lower-cased. */
  readonly authority: string
  /** What else the view can see of the address. */
  readonly alsoKnownAs: readonly string[]
  /** As routed: neither decoded nor normalised here. */
  readonly path: string
  /** With its `?`, or empty. `/a` and `/a?` differ. */
  readonly query: string
  /** What is known of the path's queries, and what of this one makes a difference by it. In the place of `query` in the key. */
  readonly search?: { readonly rule: SearchRule; readonly narrowed: string }
  /** Requests with Authorization have entries of their own. */
  readonly authorized: boolean
  /** Who is asking, by option `user`; `undefined` is nobody. */
  readonly principal: string | undefined
  /** Of option `key`. */
  readonly parts: readonly KeyPart[]
  /** Of options `varyOn` and `varyOnCookie`: names and values. */
  readonly varyOn: readonly VaryPair[]
  /** The key of its address, where that has been made before. */
  readonly known?: string | undefined
}

/** A request field and its value; `undefined` when the request has no such field, which is not the same as an empty one. */
export type VaryPair = readonly [name: string, value: string | undefined]

/** The key of what is known about a URL: its page, where the page varies on nothing else, or the names that it varies on. */
export function urlKey(target: PageTarget): string {
  return target.known ?? keyOf(target, 'url', [])
}

/** The target of which this address is all that there is, with its key. */
export function targetOfAddress(address: Address): PageTarget {
  return plainTarget(address, withKey)
}

function withKey(address: Address): PageTarget {
  const { authority } = address
  const rest = { authorized: false, principal: undefined, parts: [], varyOn: [] } as const
  const target = { ...address, ...rest, alsoKnownAs: [authority] }
  return Object.freeze({ ...target, known: hashed(target, textOf(target, 'url', [])) })
}

/** The key of one variant. */
export function variantKey(target: PageTarget, pairs: readonly VaryPair[]): string {
  return keyOf(target, 'variant', pairs)
}

function keyOf(target: PageTarget, kind: 'url' | 'variant', pairs: readonly VaryPair[]): string {
  const text = textOf(target, kind, pairs)
  const known = keyOfText(text)
  if (known !== undefined) return known
  const made = hashed(target, text)
  learnText(text, made)
  return made
}

// GET and HEAD share the class GET; nothing else is ever kept.
function textOf(target: PageTarget, kind: 'url' | 'variant', pairs: readonly VaryPair[]): string {
  const { alsoKnownAs, authority, authorized, parts, path, prefix, principal, query } = target
  const { scheme, search, site, varyOn } = target
  const asked = search === undefined ? query : [ruleText(search.rule), search.narrowed]
  return JSON.stringify([
    [FORMAT, kind, 'GET', scheme, authority, path, asked, authorized],
    alsoKnownAs,
    // A missing value is `undefined`, which JSON writes as `null`: no text is.
    [principal],
    parts.map((part) => [typeof part, String(part)]),
    varyOn,
    pairs,
    // A list of its own length without them: keys made before there were such stay.
    ...(prefix === '' && site === 0 ? [] : [prefix, site]),
  ])
}

function hashed({ path, prefix }: PageTarget, text: string): string {
  return `${readableHead(prefix, path)}:${hash('sha256', text, 'base64url')}`
}

/** For people who list keys: `page:GET:/product/1`, or `page:phone:GET:/product/1` under a prefix. */
function readableHead(prefix: string, path: string): string {
  return `page:${prefix === '' ? '' : `${prefix}:`}GET:${path.slice(0, 80).replace(/[^\w./%-]/g, '_')}`
}

/**
 * The part of a query that the page depends on: only these parameters, sorted by name, those of one name in their order,
 * each as it was written. `a[b]` and `a[]` go with `a`: several frameworks read them as one.
 *
 * @param query with its `?`, or empty
 */
export function allowedQuery(query: string, allowed: readonly string[]): string {
  const kept: [name: string, pair: string][] = []
  for (const pair of query.slice(1).split('&')) {
    if (pair === '') continue
    const name = parameterName(pair)
    if (name === undefined || allowed.includes(name)) kept.push([name ?? '', pair])
  }
  if (kept.length === 0) return ''
  const sorted = kept.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
  return `?${sorted.map(([, pair]) => pair).join('&')}`
}

/** The names of a query's parameters, `a` for `a[b]`. @param query with its `?`, or empty */
export function parameterNames(query: string): ReadonlySet<string> {
  const names = new Set<string>()
  for (const pair of query.slice(1).split('&')) names.add(parameterName(pair) ?? pair)
  return names
}

/** Undefined for what cannot be decoded: nobody knows what the view makes of it, so it stays in the key. */
function parameterName(pair: string): string | undefined {
  const equals = pair.indexOf('=')
  const raw = equals === -1 ? pair : pair.slice(0, equals)
  try {
    const name = decodeURIComponent(raw.replaceAll('+', ' '))
    const bracket = name.indexOf('[')
    return bracket > 0 ? name.slice(0, bracket) : name
  } catch {
    return undefined
  }
}
