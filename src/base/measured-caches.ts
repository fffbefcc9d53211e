import { optionError } from './errors.ts'
import type { Measured, Measures } from './measures.ts'

/** What exporters take: what `createCaches` returned, some of its caches, or one. */
export type MeasuredCaches = Measured | Iterable<Measured> | { opened(): Iterable<Measured> }

/**
 * The caches, as they are when they are asked for: of `createCaches` those that are in use, so that nothing is opened by
 * looking at it.
 *
 * @throws {CacheError} `E_OPTION` for what holds no caches
 */
export function measuredCaches(caches: MeasuredCaches): () => Iterable<Measured> {
  const given: unknown = caches
  if (typeof given === 'object' && given !== null) {
    if ('opened' in given && typeof given.opened === 'function')
      return () => (caches as { opened(): Iterable<Measured> }).opened()
    if (Symbol.iterator in given) {
      const all = [...(given as Iterable<Measured>)]
      if (all.every(isMeasured)) return () => all
    } else if (isMeasured(given)) return () => [given]
  }
  throw optionError('caches', 'what createCaches returned, or caches of it', caches)
}

/** Each alias once: views of one alias measure the same. One that cannot be measured is left out, and harms no other. */
export function measuresOf(caches: Iterable<Measured>): Measures[] {
  const byAlias = new Map<string, Measures>()
  for (const cache of caches) {
    try {
      if (!byAlias.has(cache.alias)) byAlias.set(cache.alias, cache.measures())
    } catch {
      // The numbers of the others are wanted all the same.
    }
  }
  return [...byAlias.values()]
}

function isMeasured(cache: unknown): cache is Measured {
  return typeof (cache as Partial<Measured> | null | undefined)?.measures === 'function'
}
