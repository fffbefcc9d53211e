// Two voices in one Cache-Control, the view's and its route's: the stricter one counts.
import { type Directive, directivesOf } from './directive.ts'

/** Of two, the shorter. */
const LIFETIMES: ReadonlySet<string> = new Set([
  'max-age',
  's-maxage',
  'stale-if-error',
  'stale-while-revalidate',
])
/** Those that may name the fields which they speak of. */
const LISTS: ReadonlySet<string> = new Set(['no-cache', 'private'])
/** What cannot be said beside a field that nobody can read for certain. */
const PERMITS: ReadonlySet<string> = new Set([...LIFETIMES, 'immutable', 'public'])

/**
 * Cache-Control with more said in it. Of two lifetimes the shorter counts (one that cannot be read is 0), `private` and
 * `public` exclude each other and `private` stays, a bare directive wins over one with field names; all else is kept, in its
 * order. A field that breaks the grammar is kept as it is written, and only what restricts is put before it.
 *
 * Django's `patch_cache_control`, but for two cases in which that would permit what the view did not: there `public` takes
 * `private` away, and other lifetimes than `max-age` are replaced.
 *
 * @param lines of the field as it is
 * @param more what is to be said as well; well formed
 */
export function mergeCacheControl(lines: readonly string[], more: string): string {
  const added = directivesOf([more]) ?? []
  const known = directivesOf(lines)
  if (known === undefined) {
    const restricts = added.filter(({ name }) => !PERMITS.has(name)).map(text)
    return [...restricts, ...lines].join(', ')
  }
  const merged = new Map<string, Directive>()
  for (const each of [...known, ...added]) {
    merged.set(each.name, stricter(merged.get(each.name), each))
  }
  if (merged.has('private')) merged.delete('public')
  return [...merged.values()].map(text).join(', ')
}

function stricter(known: Directive | undefined, found: Directive): Directive {
  if (known === undefined) return found
  if (LIFETIMES.has(found.name)) return seconds(found) < seconds(known) ? found : known
  if (known.argument === undefined) return known
  const both = found.argument !== undefined && found.argument !== known.argument
  // Of two lists of field names neither may be forgotten, and to name none is stricter than to name some.
  return both && LISTS.has(found.name) ? { ...found, argument: undefined } : found
}

/** Either form of RFC 9111 §5.2; less than any when it is neither. */
function seconds({ argument = '' }: Directive): number {
  const digits = /^(?:\d+|"\d+")$/.test(argument) ? argument.replaceAll('"', '') : '-1'
  return Number(digits)
}

function text({ argument, name }: Directive): string {
  if (argument === undefined) return name
  return `${name}=${argument}`
}
