// The tags that need no rule. What reads a table as a list carries its name; what depends on rows known by their primary key
// carries a tag of each row and one that stands for all rows. A change of known rows invalidates the lists and these rows; one
// of unknown rows invalidates the lists and all rows. So what cannot be known precisely costs misses, never a stale value.
import { createHash } from 'node:crypto'
import { keyText } from '../base/key.ts'
import { type Change, EVERY_ENTITY } from './change.ts'

/** On every cached query: what is invalidated when nobody can say which table was changed. */
export const ANY_TABLE_TAG = '*:*'

/** A tag has room for 256 bytes; the hash of a longer name takes 43 of them. */
const LONGEST = 200

/** The tag of what reads more of a table than rows known by their primary key. */
export function tableTag(entity: string): string {
  return fitting(entity)
}

/** The tag of what depends on one row, beside {@link everyRowTag}. */
export function rowTag(entity: string, id: string | number | bigint): string {
  return `${fitting(entity, 100)}:${fitting(String(id), 100)}`
}

/** The tag of what depends on any single row of a table: invalidated when it is not known which rows were changed. */
export function everyRowTag(entity: string): string {
  return `${fitting(entity, 100)}:*`
}

/** The tags of what depends on these rows and on nothing else of the table. Ids as {@link rowId} writes them. */
export function rowTags(entity: string, ...ids: readonly (string | number | bigint)[]): string[] {
  return [everyRowTag(entity), ...ids.map((id) => rowTag(entity, id))]
}

/** The id of a row by its primary key: of one column its text, of several their texts escaped and joined by `:`. */
export function rowId(...parts: readonly (string | number | bigint)[]): string {
  return parts.length === 1 ? String(parts[0]) : keyText(parts.map(String))
}

/** What a change invalidates without any rule. */
export function tagsOf({ entity, ids }: Change): string[] {
  if (entity === EVERY_ENTITY) return [ANY_TABLE_TAG]
  if (ids === undefined) return [tableTag(entity), everyRowTag(entity)]
  if (ids.length === 0) return []
  return [tableTag(entity), ...ids.map((id) => rowTag(entity, id))]
}

function fitting(text: string, longest = LONGEST): string {
  if (Buffer.byteLength(text) <= longest && text.isWellFormed()) return text
  return `~${createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('base64url')}`
}
