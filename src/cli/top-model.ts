import type { FleetProcess } from '../fleet/index.ts'
import { type Difference, type FamilyMeasures, hitRateOf, merged } from '../metrics/index.ts'
import { type Snapshot, type Step, steps, together } from './fleet-view.ts'
import { readsOf } from './stats-report.ts'

export const SORTS = ['reads', 'misses', 'load time', 'saved', 'hit rate'] as const
export type Sort = (typeof SORTS)[number]

/** Points of a line that shows how something went. */
const HISTORY = 60

/** A family, or a process: what it did in the last interval. */
export interface Row {
  readonly id: string
  readonly name: string
  /** Of a family. */
  readonly alias: string | undefined
  readonly reads: number
  readonly misses: number
  readonly loads: number
  readonly loadErrors: number
  readonly loadMs: number
  readonly savedMs: number
  readonly hitRate: number | undefined
  /** Mean size of its values, where known. */
  readonly bytes: number | undefined
  /** Reads of each interval. */
  readonly history: readonly number[]
  readonly process: FleetProcess | undefined
  readonly state: string | undefined
}

/** The last interval of a fleet, in the order in which it is to be shown. */
export interface Frame {
  readonly at: number
  readonly durationMs: number
  readonly processes: readonly FleetProcess[]
  readonly total: Difference | undefined
  readonly history: readonly number[]
  readonly hasSeveralAliases: boolean
  readonly rows: readonly Row[]
}

/** What `breakwater top` shows, and how the user wants to see it. */
export class TopModel {
  sort: Sort = 'reads'
  isReversed = false
  byProcess = false
  #last: Snapshot | undefined
  #steps: readonly Step[] = []
  readonly #histories = new Map<string, number[]>()

  /** A new interval is over. */
  add(snapshot: Snapshot): void {
    if (this.#last !== undefined) {
      this.#steps = steps(this.#last, snapshot)
      const rows = [...this.#families(), ...this.#processes()]
      const seen = new Set(rows.map(({ id }) => id))
      for (const { id, reads } of rows) this.#remember(id, reads)
      this.#remember(
        TOTAL,
        this.#total() === undefined ? 0 : readsOf(this.#total()?.counts ?? NO_READS),
      )
      for (const [id, history] of this.#histories) {
        if (seen.has(id) || id === TOTAL) continue
        this.#remember(id, 0)
        if (history.every((reads) => reads === 0)) this.#histories.delete(id)
      }
    }
    this.#last = snapshot
  }

  nextSort(): void {
    this.sort = SORTS[(SORTS.indexOf(this.sort) + 1) % SORTS.length] as Sort
  }

  frame(): Frame {
    const total = this.#total()
    const rows = this.byProcess ? this.#processes() : this.#families()
    return {
      at: this.#last?.at ?? 0,
      durationMs: total?.durationMs ?? 0,
      processes: this.#last?.processes ?? [],
      total,
      history: this.#histories.get(TOTAL) ?? [],
      hasSeveralAliases: new Set(this.#steps.map(({ difference }) => difference.alias)).size > 1,
      rows: this.#sorted(rows),
    }
  }

  #sorted(rows: readonly Row[]): Row[] {
    const value = (row: Row): number => {
      if (this.sort === 'reads') return row.reads
      if (this.sort === 'misses') return row.misses
      if (this.sort === 'load time') return row.loadMs
      if (this.sort === 'saved') return row.savedMs
      // The worst first, since that is what one looks for.
      return row.hitRate === undefined ? -1 : 1 - row.hitRate
    }
    const sign = this.isReversed ? -1 : 1
    return rows.toSorted((a, b) => sign * (value(b) - value(a)) || (a.name < b.name ? -1 : 1))
  }

  #total(): Difference | undefined {
    const all = together(this.#steps)
    const sum = merged(all)
    if (sum === undefined) return undefined
    const durationMs = Math.max(...all.map((each) => each.durationMs))
    return { ...sum, durationMs, restarted: false }
  }

  #families(): Row[] {
    const all = together(this.#steps)
    return all.flatMap(({ alias, families }) => {
      return families.map((family) => {
        return { ...this.#row(`f ${alias} ${family.family}`, family.family, family), alias }
      })
    })
  }

  #processes(): Row[] {
    const processes = this.#last?.processes ?? []
    return processes.map((process) => {
      const own = this.#steps.filter((step) => step.process.id === process.id)
      const sum = merged(own.map(({ difference }) => difference))
      const counts = { ...(sum?.counts ?? NO_COUNTS), loadMs: sum?.loads.sumMs ?? 0 }
      const name = `${process.label ?? 'process'} ${process.host} ${process.pid}`
      const measured = { ...counts, savedMs: sum?.savedMs ?? 0, bytes: 0, sized: 0 }
      return { ...this.#row(`p ${process.id}`, name, measured), process, state: sum?.health.state }
    })
  }

  #row(
    id: string,
    name: string,
    measured: Pick<
      FamilyMeasures,
      | 'hits'
      | 'misses'
      | 'stale'
      | 'loads'
      | 'loadErrors'
      | 'loadMs'
      | 'savedMs'
      | 'bytes'
      | 'sized'
    >,
  ): Row {
    const { bytes, loadErrors, loadMs, loads, misses, savedMs, sized } = measured
    return {
      id,
      name,
      alias: undefined,
      reads: readsOf(measured),
      misses,
      loads,
      loadErrors,
      loadMs,
      savedMs,
      hitRate: hitRateOf(measured),
      bytes: sized === 0 ? undefined : bytes / sized,
      history: this.#histories.get(id) ?? [],
      process: undefined,
      state: undefined,
    }
  }

  #remember(id: string, reads: number): void {
    const history = this.#histories.get(id) ?? []
    this.#histories.set(id, history)
    history.push(reads)
    if (history.length > HISTORY) history.shift()
  }
}

const TOTAL = ''
const NO_READS = { hits: 0, misses: 0, stale: 0 }
const NO_COUNTS = { ...NO_READS, loads: 0, loadErrors: 0 }
