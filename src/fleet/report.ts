import { OTHERS } from '../base/family.ts'
import type { FamilyMeasures, Measures } from '../base/measures.ts'
import { combineFamily } from '../metrics/sums.ts'

/** One process of a fleet, as it has told of itself. */
export interface FleetProcess {
  /** New with each start. */
  readonly id: string
  /** The name of its machine. */
  readonly host: string
  /** Its number on that machine. */
  readonly pid: number
  /** What it was given as `label`, such as `'worker'`. */
  readonly label: string | undefined
  /** When it joined. Milliseconds since the Unix epoch, by its own clock. */
  readonly startedAt: number
  /** When the process that looks last heard of it. Milliseconds since the Unix epoch, by the clock of who looks. */
  readonly seenAt: number
  /** Of each alias that it has opened. */
  readonly measures: readonly Measures[]
}

/** Who tells, without what changes. */
export type Identity = Pick<FleetProcess, 'id' | 'host' | 'pid' | 'label' | 'startedAt'>

/** Changed with the form of what is told: processes of two releases may be in one fleet during a deployment. */
const FORM = 1
/** What one process may tell, and all of them together: what a viewer reads must have a bound. */
const MOST_CHARS = 65_536
const ALL_CHARS = 2_097_152
const FEWEST_CHARS = 8_192

/** How long the text of one of so many processes may be. */
export function mostCharsOf(processes: number): number {
  return Math.min(MOST_CHARS, Math.max(FEWEST_CHARS, Math.floor(ALL_CHARS / processes)))
}

/**
 * What a process tells, as a text of no more than `mostChars`: where there is too much, the families that are used least are
 * counted together, and slow loads are left out.
 */
export function reportOf(
  identity: Identity,
  measures: readonly Measures[],
  mostChars: number,
): string {
  let most = Math.max(0, ...measures.map(({ families }) => families.length))
  for (;;) {
    const told = measures.map((each) => shortened(each, most))
    const text = JSON.stringify({ form: FORM, ...identity, measures: told })
    if (text.length <= mostChars || most === 0) return text
    most = Math.floor(most / 2)
  }
}

function shortened(measures: Measures, most: number): Measures {
  const { families, slowLoads } = measures
  if (families.length <= most && most > 0) return measures
  return {
    ...measures,
    families: most === 0 ? [] : foldedInto(families, most),
    slowLoads: slowLoads.slice(0, most),
  }
}

/** The first of them, and one for all the others together. */
function foldedInto(families: readonly FamilyMeasures[], most: number): readonly FamilyMeasures[] {
  const named = families.filter(({ family }) => family !== OTHERS)
  const kept = named.slice(0, most - 1)
  const rest = families.filter((family) => !kept.includes(family))
  const [first, ...others] = rest
  if (first === undefined) return kept
  const together = others.reduce((sum, other) => combineFamily(sum, other, add), first)
  return [...kept, { ...together, family: OTHERS, ttlMs: undefined }]
}

const add = (a: number, b: number): number => a + b

/** What a text tells, when it was read at `seenAt`; `undefined` for what no process of this release told. */
export function processOf(text: string, seenAt: number): FleetProcess | undefined {
  let told: unknown
  try {
    told = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isReport(told)) return undefined
  const { id, host, pid, label, startedAt, measures } = told
  return Object.freeze({ id, host, pid, label, startedAt, seenAt, measures })
}

function isReport(told: unknown): told is FleetProcess {
  if (!isObject(told) || told['form'] !== FORM) return false
  const { id, host, pid, label, startedAt, measures } = told
  const isNamed = typeof id === 'string' && typeof host === 'string' && typeof pid === 'number'
  const isLabelled = label === undefined || typeof label === 'string'
  if (!isNamed || !isLabelled || typeof startedAt !== 'number') return false
  return Array.isArray(measures) && measures.every(isMeasures)
}

function isMeasures(told: unknown): boolean {
  if (!isObject(told)) return false
  const { alias, store, at, families, slowLoads } = told
  const parts = [told['counts'], told['operations'], told['refusals'], told['loads']]
  if (typeof alias !== 'string' || typeof store !== 'string' || typeof at !== 'number') return false
  if (![...parts, told['health']].every(isObject)) return false
  return Array.isArray(families) && Array.isArray(slowLoads) && families.every(isObject)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
