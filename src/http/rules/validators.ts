// Conditional requests. RFC 9110 §13.
import { fieldLines, type FieldList } from './fields.ts'
import { parseHttpDate } from './http-date.ts'
import { blankEnd } from './syntax.ts'

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
  // RFC 9111 §4.3.2: what does not say when it was modified was not modified after it was made.
  const [modified = fieldLines(fields, 'date')[0]] = fieldLines(fields, 'last-modified')
  if (since === undefined || modified === undefined) return false
  const sinceMs = parseHttpDate(since, now)
  const modifiedMs = parseHttpDate(modified, now)
  return sinceMs !== undefined && modifiedMs !== undefined && modifiedMs <= sinceMs
}

/**
 * If-None-Match against the entity tag of a stored page, by weak comparison (§13.1.2, §8.8.3.2). `*` matches whatever
 * exists. A list that breaks the grammar is read up to the break. Linear in its length.
 */
export function matchesAny(noneMatch: string, etag: string | undefined): boolean {
  if (noneMatch.trim() === '*') return true
  if (etag === undefined) return false
  const wanted = opaque(etag)
  let index = 0
  while (index < noneMatch.length) {
    index = blankEnd(noneMatch, index)
    if (noneMatch[index] === ',') {
      index++
      continue
    }
    const start = noneMatch.startsWith('W/', index) ? index + 2 : index
    if (noneMatch[start] !== '"') return false
    // §8.8.3: no escapes inside an entity tag, so the next quote ends it.
    const end = noneMatch.indexOf('"', start + 1)
    if (end === -1) return false
    const after = blankEnd(noneMatch, end + 1)
    if (after < noneMatch.length && noneMatch[after] !== ',') return false
    if (noneMatch.slice(start, end + 1) === wanted) return true
    index = after
  }
  return false
}

function opaque(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}
