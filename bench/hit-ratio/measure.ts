import { arc } from './policies/arc.ts'
import { belady } from './policies/belady.ts'
import { lru } from './policies/lru.ts'
import { ours } from './policies/ours.ts'
import type { Policy } from './policies/policy.ts'
import { sieve } from './policies/sieve.ts'
import { tinyLfu } from './policies/tiny-lfu.ts'
import type { Trace } from './trace.ts'

export const POLICIES = { lru, sieve, arc, tinyLfu, ours, belady } as const satisfies Record<
  string,
  Policy
>
export type PolicyName = keyof typeof POLICIES

/** Of a trace's distinct keys, how many are kept. */
export const SHARES: readonly number[] = [0.01, 0.05, 0.1, 0.25]

/** What became of one trace with room for one share of its keys. */
export interface Cell {
  readonly trace: string
  readonly share: number
  readonly requests: number
  readonly misses: Readonly<Record<PolicyName, number>>
}

export function measure(
  trace: Trace,
  share: number,
  names = Object.keys(POLICIES) as readonly PolicyName[],
): Cell {
  const capacity = Math.max(1, Math.round(trace.distinct * share))
  const misses = Object.fromEntries(
    names.map((name) => [name, POLICIES[name](trace, capacity)]),
  ) as Record<PolicyName, number>
  return { trace: trace.name, share, requests: trace.keys.length, misses }
}

/** What a policy does over several cells; each counts the same. */
export interface Summary {
  /** Misses for each of LRU's: the mean, and the worst. */
  readonly againstLru: number
  readonly worst: number
  readonly worstCell: Cell
  /** Of the hits that were possible. */
  readonly shareOfBelady: number
}

export function summarize(cells: readonly Cell[], name: PolicyName): Summary {
  const ratio = ({ misses }: Cell): number => misses[name] / misses.lru
  const worstCell = cells.reduce((worst, cell) => (ratio(cell) > ratio(worst) ? cell : worst))
  return {
    againstLru: mean(cells.map(ratio)),
    worst: ratio(worstCell),
    worstCell,
    shareOfBelady: mean(
      cells.map(({ requests, misses }) => (requests - misses[name]) / (requests - misses.belady)),
    ),
  }
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length
}
