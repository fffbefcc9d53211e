import { expect, it } from 'vitest'
import { type HistoryReader, type HistoryWriter, NOTHING_WRONG, playHistory } from './history.ts'
import type { WriterProcesses } from './writer-process.ts'

/** A table of rows 1 to {@link ROWS} with their `n` at 0, and a cache of it in Redis: both are shared with other processes. */
export interface SharedTable {
  /** Cached reads in this process. */
  readonly readers: readonly HistoryReader[]
  /** Writers of this process, and programs that know nothing of any cache. */
  readonly writers: readonly HistoryWriter[]
  /** Writers of other processes, through the same library. */
  readonly processes: WriterProcesses
  /** As the database has it. */
  truth(): Promise<ReadonlyMap<number, number>>
  /** Writers at a time. Default 3. */
  readonly parallel?: number
}

export const ROWS = 5
/** Starting processes takes long where many others run. */
const BUSY_MS = 90_000
const ALL = Array.from({ length: ROWS }, (_, index) => index + 1)

async function isSeenByAll(table: SharedTable): Promise<boolean> {
  const rows = await table.truth()
  const seen = await Promise.all(table.readers.map((reader) => reader.read(ALL)))
  return seen.every((each) => ALL.every((id) => each.get(id) === rows.get(id)))
}

/** What cached reads keep when a second process writes, and when it is killed at the worst moment. */
export function processContract(tableOf: () => SharedTable): void {
  it(
    'are new when a writer in another process is told that it is done, and not before',
    { timeout: BUSY_MS },
    async () => {
      const table = tableOf()
      expect(await isSeenByAll(table)).toBe(true)

      const goOn = await table.processes.living.held(ALL)

      expect([...(await table.truth()).values()]).toEqual(ALL.map(() => 1))
      expect(await isSeenByAll(table)).toBe(false)
      await goOn()
      expect(await isSeenByAll(table)).toBe(true)
    },
  )

  it(
    'soon die although a process was killed between COMMIT and its invalidation',
    { timeout: BUSY_MS },
    async () => {
      const table = tableOf()
      expect(await isSeenByAll(table)).toBe(true)

      await table.processes.dying.killed(ALL)

      expect([...(await table.truth()).values()]).toEqual(ALL.map(() => 1))
      await expect.poll(() => isSeenByAll(table)).toBe(true)
    },
  )

  it(
    'are never older than what a writer was told is done, and never what was rolled back',
    { timeout: BUSY_MS },
    async () => {
      const table = tableOf()
      const writers = [...table.writers, ...table.processes.writers]

      const report = await playHistory({
        readers: table.readers,
        writers,
        truth: () => table.truth(),
        // What dead writers have announced is over soon.
        afterAll: () => expect.poll(() => isSeenByAll(table)).toBe(true),
        rows: ROWS,
        writes: writers.length * 2,
        readsPerWrite: 2,
        ...(table.parallel !== undefined && { parallel: table.parallel }),
      })

      expect(report).toMatchObject(NOTHING_WRONG)
      expect(report.reads).toBeGreaterThan(50)
    },
  )
}
