import { type Duration, toMs } from '../base/duration.ts'
import type { Caches } from '../config/create-caches.ts'
import { type FleetMember, type FleetProcess, joinFleet } from '../fleet/index.ts'
import { between, type Difference, merged, type Measures } from '../metrics/index.ts'
import type { Call, CommandOptions } from './command.ts'
import { pause } from './pause.ts'
import { reach } from './reach.ts'

export const FLEET: CommandOptions = {
  through: {
    value: '<alias>',
    summary: 'the cache through which the processes tell, as in joinFleet()',
  },
  every: { value: '<duration>', summary: "how often they tell, as in joinFleet(); default '2s'" },
}

/** No process has joined a fleet, or none runs. */
export const NOBODY =
  "No process tells of itself. Let them join a fleet: joinFleet(caches) of 'breakwater/fleet'; it must have the store and prefix that are configured here."

/** So many intervals after somebody began to look, all have told: they ask every second one, a tenth early or late. */
const SETTLED_AFTER = 2.5

/** What all processes of a fleet have told at one moment. */
export interface Snapshot {
  readonly at: number
  readonly processes: readonly FleetProcess[]
}

/** The fleet, seen by one who is no part of it. */
export class FleetView {
  readonly everyMs: number
  readonly #member: FleetMember

  /** @throws {CacheError} `E_OPTION`, `E_ALIAS`, outages */
  static async open(call: Call, caches: Caches<string>): Promise<FleetView> {
    const view = new FleetView(call, caches)
    for (const cache of caches.opened()) await reach(cache, call.signal)
    return view
  }

  private constructor({ values }: Call, caches: Caches<string>) {
    const through = values.get('through')
    const every = (values.get('every') ?? '2s') as Duration
    this.everyMs = toMs(every, 'every')
    this.#member = joinFleet(caches, {
      tells: false,
      every,
      ...(through === undefined ? {} : { through }),
    })
  }

  /** @throws what kept it from reading: a command must not take an outage for an empty fleet */
  async look(): Promise<Snapshot> {
    const processes = await this.#member.look()
    if (this.#member.trouble !== undefined) throw this.#member.trouble
    return { at: Date.now(), processes }
  }

  /** The first snapshot with all processes in it: where nobody has looked before, they must notice first. */
  async settled({ signal, terminal }: Call): Promise<Snapshot> {
    const began = performance.now()
    let snapshot = await this.look()
    // Somebody else looks already.
    if (snapshot.processes.length > 0) return snapshot
    while (performance.now() - began < SETTLED_AFTER * this.everyMs) {
      terminal.progress('Waiting for the processes to tell')
      await pause(this.everyMs / 2, signal)
      snapshot = await this.look()
    }
    terminal.endProgress()
    return snapshot
  }

  /** Another snapshot, `ms` later. */
  async after(ms: number, { signal }: Call): Promise<Snapshot> {
    await pause(ms, signal)
    return await this.look()
  }

  async leave(): Promise<void> {
    await this.#member.leave()
  }
}

/** Of each alias what all processes have done since they started, as one. In the order of their names. */
export function totals({ processes }: Snapshot): Measures[] {
  const byAlias = new Map<string, Measures[]>()
  for (const { measures } of processes) {
    for (const each of measures) {
      const all = byAlias.get(each.alias) ?? []
      byAlias.set(each.alias, all)
      all.push(each)
    }
  }
  const inOrder = [...byAlias].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return inOrder.flatMap(([, all]) => merged(all) ?? [])
}

/** What a process, and in it an alias, has done between two snapshots. */
export interface Step {
  readonly process: FleetProcess
  readonly difference: Difference
}

/** Of each process and alias what happened in between. One that is new is left out, unless it was started in between. */
export function steps(before: Snapshot, after: Snapshot): Step[] {
  const known = new Map(before.processes.map((process) => [process.id, process]))
  return after.processes.flatMap((process) => {
    return process.measures.flatMap((measures) => {
      const earlier = known.get(process.id)?.measures.find(({ alias }) => alias === measures.alias)
      if (earlier !== undefined) return [{ process, difference: between(earlier, measures) }]
      if (measures.since < before.at) return []
      const durationMs = measures.at - measures.since
      return [{ process, difference: { ...measures, durationMs, restarted: true } }]
    })
  })
}

/** The steps of all processes as one, by alias. `durationMs` is the longest of theirs. */
export function together(all: readonly Step[]): Difference[] {
  const byAlias = new Map<string, Difference[]>()
  for (const { difference } of all) {
    const list = byAlias.get(difference.alias) ?? []
    byAlias.set(difference.alias, list)
    list.push(difference)
  }
  return [...byAlias.values()].flatMap((list) => {
    const sum = merged(list)
    if (sum === undefined) return []
    const durationMs = Math.max(...list.map((each) => each.durationMs))
    return [{ ...sum, durationMs, restarted: list.some((each) => each.restarted) }]
  })
}
