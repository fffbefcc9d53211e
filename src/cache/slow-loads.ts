import type { SlowLoad } from '../base/measures.ts'

const MOST = 20
const FOR_MS = 3_600_000

/** The slowest loads of the last hour, slowest first. */
export class SlowLoads {
  #loads: SlowLoad[] = []

  add(load: SlowLoad): void {
    const last = this.#loads.at(-1)
    // Nearly always: many were slower, and lately.
    if (this.#loads.length === MOST && last !== undefined && last.durationMs >= load.durationMs) {
      if (this.#loads.every(({ at }) => at > load.at - FOR_MS)) return
    }
    this.#loads = [...this.read(load.at), load]
      .toSorted((a, b) => b.durationMs - a.durationMs)
      .slice(0, MOST)
  }

  read(now: number): SlowLoad[] {
    return this.#loads.filter(({ at }) => at > now - FOR_MS)
  }
}
