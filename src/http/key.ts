// Under which key a page is kept. RFC 9111 §2 and §4.1.
//
// Pages have been served under a stranger's key because parts were joined by a text that could occur in a part, because a
// missing header equalled an empty one, or because two spellings of a path were made one which the router told apart. So:
// every part is hashed with its length in front, a missing part is written as no empty part can be, and path and query go
// in as they came. SHA-256 throughout: whoever can choose a URL must not be able to choose a collision.
import { createHash, type Hash } from 'node:crypto'
import type { KeyPart } from '../base/key.ts'

/** Raised when keys or records change their meaning: an older process's pages are then simply not found. */
const FORMAT = 'page-1'

/** What one request asks for, before any Vary is known. */
export interface PageTarget {
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
  /** Requests with Authorization have entries of their own. */
  readonly authorized: boolean
  /** Of option `key`. */
  readonly parts: readonly KeyPart[]
  /** Of option `varyOn`: names and values. */
  readonly varyOn: readonly VaryPair[]
}

/** A request field and its value; `undefined` when the request has no such field, which is not the same as an empty one. */
export type VaryPair = readonly [name: string, value: string | undefined]

/** The key of what is known about a URL: its page, where the page varies on nothing else, or the names that it varies on. */
export function urlKey(target: PageTarget): string {
  return readable(target, hashTarget(target, 'url'))
}

/** The key of one variant. */
export function variantKey(target: PageTarget, pairs: readonly VaryPair[]): string {
  const hash = hashTarget(target, 'variant')
  addPairs(hash, pairs)
  return readable(target, hash)
}

function hashTarget(target: PageTarget, kind: string): Hash {
  const hash = createHash('sha256')
  // GET and HEAD share the class GET; nothing else is ever kept.
  for (const part of [FORMAT, kind, 'GET', target.scheme, target.authority]) add(hash, part)
  for (const part of [target.path, target.query]) add(hash, part)
  add(hash, target.authorized ? 'authorized' : 'anonymous')
  add(hash, String(target.alsoKnownAs.length))
  for (const part of target.alsoKnownAs) add(hash, part)
  add(hash, String(target.parts.length))
  for (const part of target.parts) add(hash, `${typeof part} ${String(part)}`)
  addPairs(hash, target.varyOn)
  return hash
}

function addPairs(hash: Hash, pairs: readonly VaryPair[]): void {
  add(hash, String(pairs.length))
  for (const [name, value] of pairs) {
    add(hash, name)
    add(hash, value)
  }
}

function add(hash: Hash, part: string | undefined): void {
  if (part === undefined) {
    hash.update('-')
    return
  }
  // UTF-16, because lone surrogates have no UTF-8 form and would all be one.
  const bytes = Buffer.from(part, 'utf16le')
  hash.update(`${bytes.length}:`).update(bytes)
}

/** For people who list keys: `page:GET:/product/1:<hash>`. */
function readable(target: PageTarget, hash: Hash): string {
  const path = target.path.slice(0, 80).replace(/[^\w./%-]/g, '_')
  return `page:GET:${path}:${hash.digest('base64url')}`
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
