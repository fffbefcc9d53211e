import type { StoreEvent } from '../../base/store.ts'
import type { Database } from './database.ts'

/** Of so many writes one removes what has expired. */
const EVERY = 100
const BATCH = 500

/**
 * Removes what has expired, and of too many entries those that end first: in batches, after one of many writes, in the
 * background. Rows are counted once for many writes, never for each.
 */
export class Sweeper {
  readonly #database: Database
  readonly #maxEntries: number
  readonly #report: (event: StoreEvent) => void
  evictions = 0
  #writes = 0
  #untilCount = 0
  #running: Promise<void> | undefined

  constructor(database: Database, maxEntries: number, report: (event: StoreEvent) => void) {
    this.#database = database
    this.#maxEntries = maxEntries
    this.#report = report
  }

  wrote(now: number): void {
    this.#writes++
    this.#untilCount--
    const every = Math.min(EVERY, Math.max(1, Math.ceil(this.#maxEntries / 20)))
    if (this.#running !== undefined || this.#writes % every !== 0) return
    this.#running = this.#sweep(now)
      .catch((error: unknown) => {
        this.#report({ kind: 'error', message: 'Expired rows could not be removed.', error })
      })
      .finally(() => {
        this.#running = undefined
      })
  }

  async idle(): Promise<void> {
    await this.#running
  }

  async #sweep(now: number): Promise<void> {
    const { statements } = this.#database
    await this.#database.act({}, async (run) => {
      await run(statements.sweep, [Math.floor(now), BATCH])
      if (this.#maxEntries === Infinity || this.#untilCount > 0) return
      const { rows } = await run(statements.count, [])
      const surplus = Number(rows[0]?.n ?? 0) - this.#maxEntries
      this.#untilCount = Math.max(1, Math.floor(this.#maxEntries / 20))
      if (surplus <= 0) return
      for (let left = surplus; left > 0; left -= BATCH) {
        const { changed } = await run(statements.evict, [Math.min(left, BATCH)])
        this.evictions += changed
        if (changed === 0) break
      }
    })
  }
}
