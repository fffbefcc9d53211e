import type { FamilyMeasures } from '../base/measures.ts'
import { combineFamily, isWithin } from './sums.ts'

const add = (a: number, b: number): number => a + b

/**
 * The families of several processes, or of one at several times, as one. What one of them has learned to be a part of
 * another family, such as `article:first` of `article:*`, is a part of it in all.
 */
export function mergedFamilies(lists: readonly (readonly FamilyMeasures[])[]): FamilyMeasures[] {
  const home = homes(lists)
  const all = new Map<string, FamilyMeasures>()
  for (const list of lists) {
    for (const measured of list) {
      const family = home.get(measured.family) ?? measured.family
      const before = all.get(family)
      const own = { ...measured, family }
      all.set(family, before === undefined ? own : combineFamily(before, own, add))
    }
  }
  return mostUsedFirst([...all.values()])
}

export function mostUsedFirst(families: readonly FamilyMeasures[]): FamilyMeasures[] {
  return [...families].toSorted(
    (a, b) => usesOf(b) - usesOf(a) || (a.family < b.family ? -1 : Number(a.family > b.family)),
  )
}

/** To which family one belongs that stands beside no such one anywhere: two that were told apart once are two. */
export function homes(lists: readonly (readonly FamilyMeasures[])[]): Map<string, string> {
  const names = lists.map((list) => new Set(list.map(({ family }) => family)))
  const all = [...new Set(names.flatMap((set) => [...set]))].toSorted()
  const wide = all.filter((name) => name.includes('*'))
  const home = new Map<string, string>()
  for (const name of all) {
    const wider = wide.filter(
      (other) => isWithin(name, other) && !names.some((set) => set.has(name) && set.has(other)),
    )
    // The widest: what that one is within, if any, stands beside it.
    const [widest] = wider.toSorted((a, b) => starsIn(b) - starsIn(a) || (a < b ? -1 : 1))
    if (widest !== undefined) home.set(name, widest)
  }
  return home
}

function starsIn(name: string): number {
  return name.split('*').length
}

function usesOf({ hits, misses, stale, stores, removes, invalidations }: FamilyMeasures): number {
  return hits + misses + stale + stores + removes + invalidations
}
