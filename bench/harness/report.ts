import type { Machine } from './machine.ts'
import type { Question } from './question.ts'
import type { Results } from './rounds.ts'
import type { Spread } from './statistics.ts'

/** What has become of one question. */
export interface Report {
  readonly question: string
  /** As in 2026-11-28. */
  readonly date: string
  readonly machine: Machine
  /** Of the packages that took part. */
  readonly versions: Readonly<Record<string, string>>
  readonly rounds: number
  /** The newest Node first. */
  readonly runs: readonly NodeRun[]
}

export interface NodeRun {
  /** Its version. */
  readonly node: string
  readonly results: Readonly<Record<string, Results>>
}

export function medianOf(run: NodeRun | undefined, label: string, measure: string): number {
  const found = run?.results[label]?.[measure]
  return found === undefined || typeof found === 'string' ? NaN : found.median
}

/** Three digits, and k or M where there are many: `0.069`, `12.3`, `189k`. */
export function short(number: number): string {
  if (!Number.isFinite(number)) return '–'
  for (const [unit, size] of [
    ['M', 1e6],
    ['k', 1e4],
  ] as const)
    if (number >= size) return `${rounded(number / (unit === 'k' ? 1000 : size))}${unit}`
  return rounded(number)
}

function rounded(number: number): string {
  return number.toLocaleString('en-US', { maximumSignificantDigits: 3, useGrouping: false })
}

export function shortSpread({ lower, median, upper }: Spread): string {
  return `${short(median)} (${short(lower)}–${short(upper)})`
}

/** How many times as much as another, in the first measure. */
export function ratio(question: Question, run: NodeRun, label: string, to: string): string {
  const measure = question.measures[0]?.name ?? ''
  const times = medianOf(run, label, measure) / medianOf(run, to, measure)
  return Number.isFinite(times) ? `${rounded(times)}×` : ''
}
