// CDN-Cache-Control. RFC 9213: a dictionary of RFC 9651 §3.2, which replaces Cache-Control, Expires and Pragma for caches
// that serve a site, such as this one, and leaves those to browsers.
import { type CacheControl, parseCacheControl } from './cache-control.ts'
import { fieldLines, type FieldList } from './fields.ts'
import { dictionaryMembers } from './structured.ts'

/**
 * What CDN-Cache-Control says; `undefined` when it is missing, empty or no dictionary, and Cache-Control counts (RFC 9213
 * §2.1). A broken one which seems to restrict is read as a broken Cache-Control would be. Never throws; linear.
 */
export function targetedControl(fields: FieldList): CacheControl | undefined {
  const lines = fieldLines(fields, 'cdn-cache-control')
  if (lines.length === 0) return undefined
  const members = dictionaryMembers(lines.join(', '))
  if (members?.length === 0) return undefined
  if (members !== undefined) return parseCacheControl(members.map(([...each]) => member(...each)))
  const broken = parseCacheControl(lines)
  return isRestrictive(broken) ? broken : undefined
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
