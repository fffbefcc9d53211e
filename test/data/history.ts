// A history of readers and writers on one table, and its judge. Every adapter plays it on its own database:
//
//   const report = await playHistory({ readers, writers, rows: 5, rounds: 200 })
//   expect(report.stale).toEqual([])
//
// The table has rows with ids from 1 and a number `n` that begins at 0; a writer adds 1 to `n` of some rows, in a way of its
// own: through an ORM, raw SQL, another connection, another process, in a transaction that is rolled back. Since numbers only
// grow, what a reader may see is known without a clock: at least what was confirmed to writers before it began to read, and at
// most what writers had begun to commit when it ended.

/** Reads through cached queries. */
export interface HistoryReader {
  readonly name: string
  /** `n` by id, of these rows at least. */
  read(ids: readonly number[]): Promise<ReadonlyMap<number, number>>
}

/** Adds 1 to `n` of rows; resolves when that is committed and said to the cache, or rolled back. */
export interface HistoryWriter {
  readonly name: string
  write(ids: readonly number[]): Promise<void>
  /** Which of them it commits. Default: all. */
  keeps?(ids: readonly number[]): readonly number[]
  /** It rejects after it may have committed: what it wrote may be seen, and need not. */
  readonly mayFail?: boolean
}

export interface History {
  readonly readers: readonly HistoryReader[]
  readonly writers: readonly HistoryWriter[]
  /** The table as the database has it. */
  truth(): Promise<ReadonlyMap<number, number>>
  /** Called when nothing runs any more, before the end is judged: waits for what dead writers have announced. */
  readonly afterAll?: () => Promise<void>
  /** How many rows the table has, ids from 1. */
  readonly rows: number
  /** Writes in all. */
  readonly writes: number
  /** Reads of each reader while a write runs. Default 3. */
  readonly readsPerWrite?: number
  /** Writers at a time. Default 3. */
  readonly parallel?: number
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number
}

/** One read that no order of events explains. */
interface Finding {
  readonly reader: string
  readonly id: number
  readonly saw: number
  readonly allowed: readonly [least: number, most: number]
  /** The writer of that row that had ended last before the read began. */
  readonly after: string
}

export interface HistoryReport {
  readonly reads: number
  readonly writes: number
  /** Older than what had been confirmed. */
  readonly stale: readonly Finding[]
  /** Never committed. */
  readonly dirty: readonly Finding[]
  /** After the last write, with nothing running: readers that do not see what the database has. */
  readonly wrongAtTheEnd: readonly Finding[]
}

/** Judges reads by what writers were told. */
class Judge {
  readonly #confirmed = new Map<number, number>()
  readonly #begun = new Map<number, number>()
  readonly #lastWriter = new Map<number, string>()
  readonly stale: Finding[] = []
  readonly dirty: Finding[] = []
  reads = 0

  begins(ids: readonly number[]): void {
    for (const id of ids) this.#begun.set(id, (this.#begun.get(id) ?? 0) + 1)
  }

  confirms(ids: readonly number[], writer: string): void {
    for (const id of ids) {
      this.#confirmed.set(id, (this.#confirmed.get(id) ?? 0) + 1)
      this.#lastWriter.set(id, writer)
    }
  }

  /** Call it when the read begins, and what it returns when it has ended. */
  reading(reader: string): (seen: ReadonlyMap<number, number>) => void {
    const least = new Map(this.#confirmed)
    const writers = new Map(this.#lastWriter)
    return (seen) => {
      this.reads++
      for (const [id, saw] of seen) {
        const allowed = [least.get(id) ?? 0, this.#begun.get(id) ?? 0] as const
        const finding = { reader, id, saw, allowed, after: writers.get(id) ?? 'nobody' }
        if (saw < allowed[0]) this.stale.push(finding)
        if (saw > allowed[1]) this.dirty.push(finding)
      }
    }
  }
}

/** Plays writers in parallel, each row with one writer at a time, while readers read all the time. */
export async function playHistory(history: History): Promise<HistoryReport> {
  const {
    readers,
    writers,
    rows,
    writes,
    readsPerWrite = 3,
    parallel = 3,
    random = Math.random,
  } = history
  const judge = new Judge()
  const ids = Array.from({ length: rows }, (_, index) => index + 1)
  const free = new Set(ids)
  let left = writes

  const read = async (reader: HistoryReader, of: readonly number[]): Promise<void> => {
    const judged = judge.reading(reader.name)
    judged(await reader.read(of))
  }
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T

  const oneWrite = async (writer: HistoryWriter): Promise<void> => {
    // Rows of which nobody else is a writer now: `n` is then the count of writers.
    const first = pick([...free])
    free.delete(first)
    const second = random() < 0.3 && free.size > 0 ? pick([...free]) : undefined
    if (second !== undefined) free.delete(second)
    const own = second === undefined ? [first] : [first, second]
    const kept = writer.keeps?.(own) ?? own
    judge.begins(kept)
    const reading = readers.map(async (reader) => {
      for (let turn = 0; turn < readsPerWrite; turn++) await read(reader, [first, pick(ids)])
    })
    try {
      await writer.write(own)
      judge.confirms(kept, writer.name)
    } catch (error) {
      if (writer.mayFail !== true) throw error
    }
    // What was confirmed must be seen from now on, by everybody.
    await Promise.all([...reading, ...readers.map((reader) => read(reader, own))])
    for (const id of own) free.add(id)
  }

  const lane = async (): Promise<void> => {
    while (left > 0) {
      // Each writer in turn, so that all of them write however few writes there are.
      await oneWrite(writers[--left % writers.length] as HistoryWriter)
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, rows) }, lane))

  await history.afterAll?.()
  const truth = await history.truth()
  const wrongAtTheEnd: Finding[] = []
  for (const reader of readers) {
    const seen = await reader.read(ids)
    for (const id of ids) {
      const saw = seen.get(id) ?? Number.NaN
      const n = truth.get(id) ?? Number.NaN
      if (saw !== n)
        wrongAtTheEnd.push({ reader: reader.name, id, saw, allowed: [n, n], after: 'the end' })
    }
  }
  const { stale, dirty, reads } = judge
  return { reads, writes, stale, dirty, wrongAtTheEnd }
}

/** Nothing wrong: what a report is compared with. */
export const NOTHING_WRONG = { stale: [], dirty: [], wrongAtTheEnd: [] } as const
