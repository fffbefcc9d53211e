import type { ReadRecord } from './messages.ts'

/** A confirmed invalidation: whoever begins to read after `from` must be given this version or a later one. */
export interface Confirmed {
  readonly key: string
  readonly version: number
  readonly from: number
}

export interface StaleRead {
  readonly key: string
  readonly given: number
  readonly owed: number
  /** Milliseconds between the moment from which it was owed and the beginning of the read. */
  readonly lateBy: number
}

/** A span of time; a read that touches it may be stale. */
export interface Amnesty {
  readonly from: number
  readonly until: number
}

/**
 * The whole rule: a read that began after an invalidation was confirmed is given what the source held then, or something
 * newer.
 */
export function judge(
  reads: readonly ReadRecord[],
  confirmed: readonly Confirmed[],
  amnesties: readonly Amnesty[] = [],
): StaleRead[] {
  const owedBy = new Map<string, { from: number; version: number }[]>()
  for (const { key, from, version } of confirmed.toSorted((a, b) => a.from - b.from)) {
    const owed = owedBy.get(key) ?? []
    owedBy.set(key, owed)
    owed.push({ from, version: Math.max(version, owed.at(-1)?.version ?? 0) })
  }
  const stale: StaleRead[] = []
  for (const [key, start, end, given] of reads) {
    const owed = lastBefore(owedBy.get(key) ?? [], start)
    if (owed === undefined || given >= owed.version) continue
    if (amnesties.some(({ from, until }) => from <= end && start <= until)) continue
    stale.push({ key, given, owed: owed.version, lateBy: start - owed.from })
  }
  return stale
}

function lastBefore(
  owed: readonly { from: number; version: number }[],
  start: number,
): { from: number; version: number } | undefined {
  let low = 0
  let high = owed.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((owed[middle]?.from ?? Infinity) < start) low = middle + 1
    else high = middle
  }
  return owed[low - 1]
}
