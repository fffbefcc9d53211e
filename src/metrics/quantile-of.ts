import { optionError } from '../base/errors.ts'
import type { Histogram } from '../base/measures.ts'

/**
 * What a share of all took at most, in milliseconds: `quantileOf(latency, 0.99)`. Estimated within its bucket, so never
 * more off than the bucket is wide; of what took longer than all bounds, the last bound. `undefined` where nothing was measured.
 *
 * @param q from 0 to 1
 * @throws {CacheError} `E_OPTION` for a `q` that is none
 */
export function quantileOf({ bounds, counts }: Histogram, q: number): number | undefined {
  if (!(q >= 0 && q <= 1)) throw optionError('q', 'a share from 0 to 1', q)
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  const rank = Math.max(1, Math.ceil(q * total))
  let before = 0
  for (const [at, count] of counts.entries()) {
    const upper = bounds[at]
    if (upper === undefined) break
    if (before + count >= rank) {
      const lower = at === 0 ? 0 : (bounds[at - 1] as number)
      return lower + ((upper - lower) * (rank - before)) / count
    }
    before += count
  }
  return bounds.at(-1)
}
