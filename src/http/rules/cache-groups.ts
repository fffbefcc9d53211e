// Cache-Groups and Cache-Group-Invalidation, RFC 9875: a group is a tag.
import { createHash } from 'node:crypto'
import { fieldLines, type FieldList } from './fields.ts'
import { quotedEnd } from './syntax.ts'

/** What a tag may have in bytes. */
const LONGEST_TAG = 256

/**
 * The tags of the groups that a field names, compared as they are written (§2). Every string in the field counts, also where
 * the rest of it breaks the grammar: a group too many drops a page too many, one too few would serve an old one.
 *
 * @param name `'cache-groups'` or `'cache-group-invalidation'`
 */
export function groupTags(
  fields: FieldList,
  name: 'cache-groups' | 'cache-group-invalidation',
): readonly string[] {
  const tags = new Set<string>()
  for (const line of fieldLines(fields, name)) {
    let start = line.indexOf('"')
    while (start !== -1) {
      const end = quotedEnd(line, start)
      if (end === -1) break
      tags.add(groupTag(line.slice(start + 1, end - 1).replace(/\\(.)/g, '$1')))
      start = line.indexOf('"', end)
    }
  }
  return [...tags]
}

function groupTag(group: string): string {
  const bytes = Buffer.byteLength(group)
  if (bytes > 0 && bytes <= LONGEST_TAG) return group
  return `page-group:${createHash('sha256').update(group).digest('base64url')}`
}
