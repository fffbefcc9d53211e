import { isDeepStrictEqual } from 'node:util'
import type { SessionData } from './backend.ts'

/**
 * What a save does when another request has changed the session since this one read it.
 *
 * `'merge'`: the names that this request has changed go over the others' changes; of a name that both have changed the later
 * save stays. `'merge-or-refuse'`: the same, but a name that both have changed differently refuses. `'refuse'`: any change
 * meanwhile refuses. `'overwrite'`: the later save stays whole.
 */
export type OnConflict = 'merge' | 'merge-or-refuse' | 'refuse' | 'overwrite'

export const CONFLICTS: readonly OnConflict[] = ['merge', 'merge-or-refuse', 'refuse', 'overwrite']

export function isSame(a: SessionData, b: SessionData): boolean {
  return isDeepStrictEqual(a, b)
}

/**
 * Three-way merge by the names of the top: each is one value, which is taken as a whole.
 *
 * @param base as this request has read it
 * @param mine as it has made of it
 * @param theirs as it is now
 * @returns the merged data, and the names that both have changed to something different
 */
export function merged(
  base: SessionData,
  mine: SessionData,
  theirs: SessionData,
): { readonly data: SessionData; readonly clashes: readonly string[] } {
  const entries = new Map(Object.entries(theirs))
  const clashes: string[] = []
  for (const name of new Set([...Object.keys(base), ...Object.keys(mine)])) {
    if (isSameAt(name, base, mine)) continue
    if (!isSameAt(name, base, theirs) && !isSameAt(name, mine, theirs)) clashes.push(name)
    if (Object.hasOwn(mine, name)) entries.set(name, mine[name])
    else entries.delete(name)
  }
  // Defines, and so no name can reach a prototype.
  return { data: Object.fromEntries(entries), clashes }
}

function isSameAt(name: string, a: SessionData, b: SessionData): boolean {
  const has = Object.hasOwn(a, name)
  if (has !== Object.hasOwn(b, name)) return false
  return !has || isDeepStrictEqual(a[name], b[name])
}
