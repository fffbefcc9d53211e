// Targeted fields such as CDN-Cache-Control. RFC 9213: a dictionary of RFC 9651 §3.2, which replaces Cache-Control, Expires
// and Pragma for the caches that it speaks to, and leaves those to all others.
import { type CacheControl, parseCacheControl } from './cache-control.ts'
import { fieldLines, type FieldList } from './fields.ts'
import { dictionaryMembers } from './structured.ts'

/** What caches of a site listen to, whoever made them. RFC 9213 §3 */
export const OF_ALL_CDNS = 'cdn-cache-control'

/**
 * What the first field of the list says that is there, neither empty nor broken; `undefined` when none is, and Cache-Control
 * counts (RFC 9213 §2.2). One which seems to restrict is read as such a Cache-Control would be. Never throws; linear.
 *
 * @param targets names in lower case, the first to be heard first
 */
export function targetedControl(
  fields: FieldList,
  targets: readonly string[] = [OF_ALL_CDNS],
): CacheControl | undefined {
  for (const name of targets) {
    const control = controlOf(fieldLines(fields, name))
    if (control !== undefined) return control
  }
  return undefined
}

function controlOf(lines: readonly string[]): CacheControl | undefined {
  if (lines.length === 0) return undefined
  // Also of a dictionary: in `public;no-store` the word is a parameter, which has no meaning, and it was meant.
  const strict = parseCacheControl(lines)
  if (isRestrictive(strict)) return strict
  const members = dictionaryMembers(lines.join(', ')) ?? []
  return members.length === 0
    ? undefined
    : parseCacheControl(members.map(([...each]) => member(...each)))
}

function isRestrictive({ noCache, noStore, odd, private: own }: CacheControl): boolean {
  return noCache || noStore || odd || own
}

// As Cache-Control would write it. What is no whole number has no meaning for a lifetime, and counts as one that is over; `no-store=?0` is a word that
// nobody means, and counts as said.
function member(key: string, value: string): string {
  if (value === '' || value === '?1') return key
  return `${key}=${/^\d+$/.test(value) ? value : 'x'}`
}
