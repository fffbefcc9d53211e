import { type Clock, steadyNow } from '../base/clock.ts'
import { OTHERS } from '../base/family.ts'
import { type Counts, type FamilyMeasures, NO_COUNTS } from '../base/measures.ts'
import type { Entry } from '../base/record.ts'
import { Families, type FamilySettings } from './families.ts'
import type { FamilyTally } from './family-tally.ts'
import { HistogramTally } from './histogram-tally.ts'
import { newOperations, type Operations } from './operations.ts'
import type { TierCounter } from '../tiers/read-timed.ts'
import { SlowLoads } from './slow-loads.ts'

/** Reasons for refusals that are told apart. */
const MOST_REASONS = 32

/** What one alias has done in this process, while it is being counted. All views of an alias share one. */
export class Tally implements TierCounter {
  /** Milliseconds since the Unix epoch. */
  readonly since: number
  readonly families: Families
  readonly operations: Operations
  readonly loads: HistogramTally = new HistogramTally()
  readonly slowLoads: SlowLoads = new SlowLoads()
  waits = 0
  undecodable = 0
  outages = 0
  evictions = 0
  bytesRead = 0
  bytesWritten = 0
  readonly #clock: Clock
  readonly #refusals = new Map<string, number>()

  constructor(clock: Clock, families: FamilySettings) {
    this.#clock = clock
    this.since = clock.now()
    this.families = new Families(this, families)
    this.operations = newOperations(clock)
  }

  /** Milliseconds on a clock with fractions, to take differences of. */
  now(): number {
    return steadyNow(this.#clock)
  }

  familyOf(wire: string): FamilyTally {
    return this.families.of(wire)
  }

  /** The store has answered a read of these keys. */
  read(wires: readonly string[], ms: number): void {
    for (const wire of wires) this.families.of(wire).readMs += ms / wires.length
  }

  /** @param entry what was found, which knows its family if it lies in this process's memory */
  hit(wire: string, entry: Entry | undefined): void {
    if (entry === undefined) {
      this.families.of(wire).hits++
      return
    }
    const known = entry.family as FamilyTally | undefined
    // One that has become a part of another, or another process's that shares the memory, is nobody's here.
    const family = known?.owner === this ? known : this.families.of(wire)
    family.hits++
    // Whole, and seen to be: else V8 makes a number anew for each hit.
    family.savedMs += entry.loadMs | 0
  }

  stale(wire: string): void {
    this.families.of(wire).stale++
  }

  miss(wire: string): void {
    this.families.of(wire).misses++
  }

  joined(wire: string): void {
    this.families.of(wire).joined++
  }

  /** A loader begins to run. */
  load(wire: string): void {
    this.families.of(wire).loads++
  }

  /** A loader has run. @param key as the caller wrote it */
  loaded(wire: string, key: string, durationMs: number, failed: boolean): void {
    const family = this.families.of(wire)
    family.loadMs += durationMs
    if (failed) family.loadErrors++
    this.loads.took(durationMs)
    this.slowLoads.add({ key, durationMs, at: this.#clock.now(), failed })
  }

  stored(wire: string, ttlMs: number): void {
    const family = this.families.of(wire)
    family.stores++
    family.ttlMs = ttlMs === Infinity ? undefined : ttlMs
  }

  removed(wire: string): void {
    this.families.of(wire).removes++
  }

  /** @param wire of one key; without it tags, a namespace or all */
  invalidated(wire?: string): void {
    const family = wire === undefined ? this.families.others : this.families.of(wire)
    family.invalidations++
  }

  refused(wire: string, reason: string): void {
    this.families.of(wire).refusals++
    const known = this.#refusals.get(reason)
    // A loader may say a reason of its own each time.
    const name = known !== undefined || this.#refusals.size < MOST_REASONS ? reason : OTHERS
    this.#refusals.set(name, (known ?? this.#refusals.get(name) ?? 0) + 1)
  }

  /** A value was encoded to be written. */
  wrote(wire: string, bytes: number): void {
    const family = this.families.of(wire)
    this.bytesWritten += bytes
    family.bytes += bytes
    family.sized++
    if (bytes > family.largestBytes) family.largestBytes = bytes
  }

  get refusals(): Record<string, number> {
    return Object.fromEntries(this.#refusals)
  }

  /** Most used first. */
  readFamilies(): FamilyMeasures[] {
    return [...this.families.entries()]
      .map(([name, family]) => family.read(name))
      .filter((family) => SUMMED.some((name) => family[name] > 0))
      .toSorted((a, b) => usesOf(b) - usesOf(a) || (a.family < b.family ? -1 : 1))
  }

  /** All families together. */
  get counts(): Counts {
    const { outages, undecodable, waits } = this
    const sum: Counts = { ...NO_COUNTS, outages, undecodable, waits }
    for (const [, family] of this.families.entries())
      for (const name of SUMMED) sum[name] += family[name]
    return sum
  }

  get savedMs(): number {
    let sum = 0
    for (const [, family] of this.families.entries()) sum += family.savedMs
    return sum
  }
}

/** What is counted by family, and nowhere else. */
const SUMMED = [
  'hits',
  'misses',
  'stale',
  'loads',
  'loadErrors',
  'joined',
  'stores',
  'removes',
  'invalidations',
  'refusals',
] as const satisfies readonly (keyof Counts & keyof FamilyTally)[]

function usesOf({ hits, misses, stale, stores, removes, invalidations }: FamilyMeasures): number {
  return hits + misses + stale + stores + removes + invalidations
}
