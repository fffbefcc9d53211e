// What happened lately, kept as running totals and looked at as differences. A ring of frames: what it holds does not grow.
import type { Measures } from '../base/measures.ts'
import { add, difference, noTotals, type Totals, totalsOf } from './totals.ts'

/** How far back charts reach. */
export const SPAN_MS = 900_000
/** How often the measures are looked at. */
export const INTERVAL_MS = 2000
/** What one point of a chart stands for: 90 of them make a line that is smooth, and that 50 viewers can be sent. */
const STEP_MS = 10_000
/** One more than the span, as the first point is a difference, too. */
const MOST_FRAMES = SPAN_MS / INTERVAL_MS + STEP_MS / INTERVAL_MS
/** Of families, points of half a minute will do: their lines are small. */
const FAMILY_STEP_MS = 30_000
const FAMILY_POINTS = SPAN_MS / FAMILY_STEP_MS
const MOST_FAMILIES = 200

/** Measures of one alias in one process. */
export interface Source {
  /** Of the process, where several are looked at. */
  readonly process: string
  readonly measures: Measures
}

interface Counted {
  readonly alias: string
  readonly since: number
  readonly totals: Totals
}

interface Frame {
  readonly at: number
  /** By process and alias. */
  readonly counted: ReadonlyMap<string, Counted>
  /** A running total of the application's, if it tells one. */
  readonly queries: number | undefined
}

/** What happened between two moments. */
export interface Point {
  /** When it ended. */
  readonly at: number
  readonly seconds: number
  readonly totals: Totals
  readonly queries: number | undefined
}

interface FamilyLine {
  reads: number
  readonly points: number[]
}

export class Series {
  readonly #frames: Frame[] = []
  readonly #families = new Map<string, FamilyLine>()
  #familiesAt = 0

  add(at: number, sources: readonly Source[], queries: number | undefined): void {
    const counted = new Map<string, Counted>()
    for (const { measures, process } of sources) {
      const { alias, since } = measures
      counted.set(`${process} ${alias}`, { alias, since, totals: totalsOf(measures) })
    }
    this.#frames.push({ at, counted, queries })
    if (this.#frames.length > MOST_FRAMES) this.#frames.shift()
    if (at - this.#familiesAt < FAMILY_STEP_MS) return
    this.#familiesAt = at
    for (const { measures } of sources)
      for (const family of measures.families) this.#see(measures.alias, family)
  }

  #see(alias: string, { family, hits, misses, stale }: Measures['families'][number]): void {
    const name = `${alias} ${family}`
    const reads = hits + misses + stale
    const line = this.#families.get(name) ?? { reads, points: [] }
    line.points.push(Math.max(0, reads - line.reads))
    line.reads = reads
    if (line.points.length > FAMILY_POINTS) line.points.shift()
    // The one that was not seen for longest goes.
    this.#families.delete(name)
    this.#families.set(name, line)
    if (this.#families.size <= MOST_FAMILIES) return
    const [oldest] = this.#families.keys()
    this.#families.delete(oldest as string)
  }

  /** Reads in each half minute, oldest first. */
  familyLine(alias: string, family: string): readonly number[] {
    return this.#families.get(`${alias} ${family}`)?.points ?? []
  }

  /** Oldest first, one for each {@link STEP_MS}. @param alias default: all together */
  points(alias?: string): readonly Point[] {
    const points: Point[] = []
    let [from] = this.#frames
    for (const [index, frame] of this.#frames.entries()) {
      if (from === undefined || frame === from) continue
      const next = this.#frames[index + 1]
      // By the clock, not by how many there are: a line must not tremble when it moves on.
      if (next !== undefined && stepOf(next.at) === stepOf(frame.at)) continue
      points.push(between(from, frame, alias))
      from = frame
    }
    return points
  }

  /** All that happened in the last `ms`, or since the first frame. */
  last(
    ms: number,
    alias?: string,
    until: number = this.#frames.at(-1)?.at ?? 0,
  ): Point | undefined {
    const end = this.#frames.findLast((frame) => frame.at <= until)
    const from = this.#frames.find((frame) => frame.at >= until - ms)
    if (end === undefined || from === undefined || from.at >= end.at) return undefined
    return between(from, end, alias)
  }
}

function stepOf(at: number): number {
  return Math.floor(at / STEP_MS)
}

function between(from: Frame, to: Frame, alias: string | undefined): Point {
  const totals = noTotals()
  for (const [name, after] of to.counted) {
    if (alias !== undefined && after.alias !== alias) continue
    const before = from.counted.get(name)
    // A process that was not seen before may have counted for days: only what is younger than the frame fell into it.
    if (before === undefined && after.since < from.at) continue
    add(totals, difference(before?.totals, after.totals))
  }
  const { queries: before } = from
  const { queries: after } = to
  const queries =
    before === undefined || after === undefined ? undefined : Math.max(0, after - before)
  return { at: to.at, seconds: (to.at - from.at) / 1000, totals, queries }
}
