import type { Clock } from '../base/clock.ts'
import { INTERVAL_MS, Series } from './series.ts'
import type { FleetMember } from '../fleet/join-fleet.ts'
import type { FleetProcess } from '../fleet/report.ts'

/** As far as it is looked at. */
export type Fleet = Pick<FleetMember, 'look'> & Partial<Pick<FleetMember, 'trouble'>>

export interface FleetSeen {
  readonly processes: readonly FleetProcess[]
  /** Why the fleet could not be seen. */
  readonly failed: string | undefined
  readonly at: number
}

/** Looks at the fleet at most once in an interval, however many look at it through this, and never when nobody does. */
export class FleetGlance {
  readonly series: Series = new Series()
  readonly #fleet: Fleet
  readonly #clock: Clock
  #seen: Promise<FleetSeen> | undefined
  #at = -Infinity

  constructor(fleet: Fleet, clock: Clock) {
    this.#fleet = fleet
    this.#clock = clock
  }

  /** Never rejects. */
  async look(): Promise<FleetSeen> {
    const now = this.#clock.now()
    // Ticks are as long as the interval: one that comes a little early would see everything twice.
    if (this.#seen !== undefined && now - this.#at < INTERVAL_MS * 0.9) return await this.#seen
    this.#at = now
    this.#seen = this.#lookNow(now)
    return await this.#seen
  }

  async #lookNow(at: number): Promise<FleetSeen> {
    try {
      const processes = await this.#fleet.look()
      const sources = processes.flatMap(({ id, measures }) =>
        measures.map((each) => ({ process: id, measures: each })),
      )
      this.series.add(at, sources, undefined)
      return { processes, failed: messageOf(this.#fleet.trouble), at }
    } catch (error) {
      return { processes: [], failed: messageOf(error), at }
    }
  }
}

function messageOf(error: unknown): string | undefined {
  if (error === undefined) return undefined
  return error instanceof Error ? error.message : 'unknown'
}
