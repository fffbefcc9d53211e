import type { Counts } from '../base/measures.ts'

/**
 * `(hits + stale) / (hits + stale + misses)`, from 0 to 1; `undefined` where nothing was read.
 *
 * @param counts of an alias, of a family, or the difference of two
 */
export function hitRateOf({
  hits,
  misses,
  stale,
}: Pick<Counts, 'hits' | 'misses' | 'stale'>): number | undefined {
  const served = hits + stale
  const reads = served + misses
  return reads === 0 ? undefined : served / reads
}
