import type { FamilyMeasures, Measures } from '../../base/measures.ts'
import type { HotKey } from './hot-keys.ts'
import type { FamilyLives } from './key-lives.ts'
import type { Finding } from './finding.ts'
import type { Limits } from './limits.ts'
import type { GenericKey } from './personal-keys.ts'
import type { ReuseSketch } from './reuse-sketch.ts'

/** What is known of one alias when it is judged. */
export interface Evidence {
  readonly alias: string
  /** What it did while it was watched. */
  readonly measures: Measures
  /** How long it was watched, in milliseconds. */
  readonly watchedMs: number
  /** Keys and values leave the process on their way to the store. */
  readonly remote: boolean
  /** Bytes that this process may hold in memory for it (its near cache, or the store itself), if there is a bound. */
  readonly memoryBytes: number | undefined
  readonly reuse: ReuseSketch
  /** Most read first. */
  readonly hot: readonly HotKey[]
  /** Reads that {@link Evidence.hot} was counted in. */
  readonly reads: number
  readonly generic: readonly GenericKey[]
  readonly lives: (family: FamilyMeasures) => FamilyLives
}

/** Looks for one thing. */
export type Rule = (evidence: Evidence, limits: Limits) => Finding[]

export function readsOf({ hits, stale, misses }: FamilyMeasures): number {
  return hits + stale + misses
}
