// What routes say beside their views, and views of their answers: Django's decorators of the same names, as functions of a
// head.
import { optionError } from '../base/errors.ts'
import { type CacheControlOptions, controlText, NEVER } from './cache-control.ts'
import { neverKept } from './never-kept.ts'
import { cookieName, type Reads } from './reads.ts'
import { fieldLines, type FieldList, hasField } from './rules/fields.ts'
import { httpDate } from './rules/http-date.ts'
import { mergeCacheControl } from './rules/merge-cache-control.ts'
import { mergeVary } from './rules/merge-vary.ts'
import type { ResponseHead } from './rules/storable.ts'
import { isToken } from './rules/syntax.ts'
import { currentPage } from './tag.ts'
import type { Amendment } from './word.ts'

/** A {@link Word} that looks at no request. Called before the view runs, or by it. */
export type PlainWord = () => Amendment

/** @throws {CacheError} `E_OPTION`, as {@link controlText} */
export function cacheControlWord(options: CacheControlOptions): PlainWord {
  const more = controlText(options)
  const restricting = controlText(restrictions(options))
  return () => ({
    // What a view may be kept for was not said of an error that came in its place.
    amend: ({ fields, status }) => saying(fields, status < 400 ? more : restricting),
  })
}

function restrictions(options: CacheControlOptions): CacheControlOptions {
  const { mustRevalidate, noCache, noStore, noTransform, private: own } = options
  const all = { mustRevalidate, noCache, noStore, noTransform, private: own }
  return Object.fromEntries(Object.entries(all).filter(([, given]) => given !== undefined))
}

/** Caches within do not look either: said around one it holds as it does inside of it. */
export function neverCacheWord(): PlainWord {
  return () => ({ amend: neverCacheFields, around: neverKept })
}

function neverCacheFields({ fields }: ResponseHead): FieldList {
  // A CDN hears its own field and not the other one.
  const cdn = hasField(fields, 'cdn-cache-control') ? ['CDN-Cache-Control', 'no-store'] : []
  return [...saying(fields, NEVER), 'Expires', httpDate(Date.now()), ...cdn]
}

function saying(fields: FieldList, more: string): FieldList {
  if (more === '') return []
  return ['Cache-Control', mergeCacheControl(fieldLines(fields, 'cache-control'), more)]
}

/**
 * A page that is being made is told at once, so that `reads: 'throw'` is not surprised, and on its head.
 *
 * @throws {CacheError} `E_OPTION` for no name, or for what is none
 */
export function varyOnHeadersWord(names: readonly string[]): PlainWord {
  checkNames('varyOnHeaders', 'names of request headers', names)
  if (names.length === 0) throw optionError('varyOnHeaders', 'names of request headers', names)
  return () => {
    const reads = pageBeingMade()
    for (const name of names) if (name !== '*') reads?.declare(name.toLowerCase())
    return varying(names)
  }
}

/**
 * One cookie is told apart from the others only in our key: where a page is being made here its cache says `Vary: Cookie`,
 * and to read that from the head would make all cookies count.
 *
 * @throws {CacheError} `E_OPTION` for what is no name of a cookie
 */
export function varyOnCookieWord(names: readonly string[]): PlainWord {
  checkNames('varyOnCookie', 'names of cookies', names)
  return () => {
    const reads = names.length === 0 ? undefined : pageBeingMade()
    if (reads === undefined) return varying(['Cookie'])
    for (const name of names) reads.declare(cookieName(name))
    return {}
  }
}

function varying(names: readonly string[]): Amendment {
  return { amend: ({ fields }) => ['Vary', mergeVary(fieldLines(fields, 'vary'), names)] }
}

function pageBeingMade(): Reads | undefined {
  const reads = currentPage()?.reads
  return reads?.isCounting === true ? reads : undefined
}

function checkNames(option: string, expected: string, names: readonly string[]): void {
  // Every other star is a name that no request has.
  const isName = (name: string): boolean => isToken(name) && (name === '*' || !name.includes('*'))
  const odd = names.find((name) => typeof name !== 'string' || !isName(name))
  if (odd !== undefined) throw optionError(option, expected, odd)
}
