// Conditional requests. RFC 9110 §13.
import { fieldLines, type FieldList } from './fields.ts'
import { parseHttpDate } from './http-date.ts'
import { blankEnd } from './syntax.ts'

/** §8.8.3: no quotes inside, and nothing that could break a header. */
const ETAG = /^(?:W\/)?"[!\x23-\x7e\x80-\xff]*"$/

/**
 * What a response can be asked for by later: `[name, value, …]` of ETag and Last-Modified, each where it stands there once
 * and can be read. RFC 9110 §8.8
 */
export function validatorsOf(fields: FieldList): FieldList {
  const found: string[] = []
  const etags = fieldLines(fields, 'etag')
  if (etags.length === 1 && ETAG.test(etags[0] as string)) found.push('ETag', etags[0] as string)
  const dates = fieldLines(fields, 'last-modified')
  if (dates.length === 1 && parseHttpDate(dates[0] as string, 0) !== undefined) {
    found.push('Last-Modified', dates[0] as string)
  }
  return found
}

/** The request fields that ask whether a page with these validators is still right. RFC 9111 §4.3.1 */
export function conditionsOf(validators: FieldList): FieldList {
  return validators.map((each, index) => {
    if (index % 2 === 1) return each
    return each === 'ETag' ? 'if-none-match' : 'if-modified-since'
  })
}

/**
 * Whether a 304 with these fields can speak of the page with these validators: what it names of them must be the same, tags by
 * weak comparison, since it was a GET that asked. RFC 9111 §4.3.4
 */
export function speaksOf(fields: FieldList, validators: FieldList): boolean {
  const [known] = fieldLines(validators, 'etag')
  const tags = fieldLines(fields, 'etag')
  if (tags.length > 1) return false
  const [tag] = tags
  if (tag !== undefined && known !== undefined) return hasTag(tag, known, 'weak')
  // It has one, and what we asked by had none: the page is another.
  if (tag !== undefined) return false
  const [modified] = fieldLines(validators, 'last-modified')
  return fieldLines(fields, 'last-modified').every((line) => line === modified)
}

/**
 * Whether the client already has this representation, so that 304 is the answer.
 *
 * If-None-Match alone decides where it is present (§13.2.2 steps 3 and 4), also when it cannot be read: then it matches
 * nothing and the client gets the page, which is never wrong.
 *
 * @param fields of the stored page
 * @param header reads a request field by its lower-case name
 */
export function isNotModified(
  fields: FieldList,
  header: (name: string) => string | undefined,
  now: number,
): boolean {
  const noneMatch = header('if-none-match')
  if (noneMatch !== undefined) {
    const [etag] = fieldLines(fields, 'etag')
    return matchesAny(noneMatch, etag)
  }
  const since = header('if-modified-since')
  if (since === undefined) return false
  // RFC 9111 §4.3.2: what does not say when it was modified was not modified after it was made.
  const [modified = fieldLines(fields, 'date')[0]] = fieldLines(fields, 'last-modified')
  if (modified === undefined) return false
  const sinceMs = parseHttpDate(since, now)
  const modifiedMs = parseHttpDate(modified, now)
  return sinceMs !== undefined && modifiedMs !== undefined && modifiedMs <= sinceMs
}

/**
 * If-None-Match against the entity tag of a stored page, by weak comparison (§13.1.2). `*` matches whatever exists.
 */
export function matchesAny(noneMatch: string, etag: string | undefined): boolean {
  return isAnyTag(noneMatch) || hasTag(noneMatch, etag, 'weak')
}

/** Whether a list of entity tags is the `*` that stands for whatever exists. */
export function isAnyTag(list: string): boolean {
  return list.trim() === '*'
}

/**
 * Whether a list of entity tags has this one. By strong comparison neither may be weak (§8.8.3.2). A list that breaks the
 * grammar is read up to the break. Linear in its length.
 */
export function hasTag(
  list: string,
  etag: string | undefined,
  comparison: 'strong' | 'weak',
): boolean {
  if (etag === undefined || (comparison === 'strong' && isWeak(etag, 0))) return false
  const wanted = isWeak(etag, 0) ? etag.slice(2) : etag
  let index = 0
  while (index < list.length) {
    index = blankEnd(list, index)
    if (list[index] === ',') {
      index++
      continue
    }
    const weak = isWeak(list, index)
    const start = weak ? index + 2 : index
    if (list[start] !== '"') return false
    // §8.8.3: no escapes inside an entity tag, so the next quote ends it.
    const end = list.indexOf('"', start + 1)
    if (end === -1) return false
    const after = blankEnd(list, end + 1)
    if (after < list.length && list[after] !== ',') return false
    const counts = comparison === 'weak' || !weak
    if (counts && list.slice(start, end + 1) === wanted) return true
    index = after
  }
  return false
}

function isWeak(text: string, index: number): boolean {
  return text.startsWith('W/', index)
}
