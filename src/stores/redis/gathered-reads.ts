// Reads of single keys that are asked for in one turn go out as one. Each of them alone pays for a command, its reply, a
// deadline and the generations, most of which is the same for all: with 64 callers that is more than half of what a hit costs.
//
// Nothing is weakened by it. A read is sent after the call that asks for it began, and the generations are read after the
// records, as for one key. Only what belongs to one connection is sent together: an outage of one server is nobody else's.
import type { Field } from '../../base/generation.ts'
import type { StoreRecord } from '../../base/record.ts'
import type { Answer } from '../../base/store.ts'
import type { Acts } from './acts.ts'
import type { Line } from './line.ts'
import type { ReadLines } from './lines.ts'
import type { RecordCoder } from './record-coder.ts'
import type { ServerTime } from './server-time.ts'

type Found = Answer<readonly (StoreRecord | undefined)[]>

export interface GatheringParts {
  readonly lines: ReadLines
  readonly acts: Acts
  readonly time: ServerTime
  readonly coder: RecordCoder
}

/** Who asked, side by side: an object for each would be made for nothing else. */
interface Batch {
  readonly keys: string[]
  readonly fields: Set<Field>
  readonly resolve: ((found: Found) => void)[]
  readonly reject: ((error: unknown) => void)[]
}

/** A server answers nobody else while it answers one command. */
const MOST_KEYS = 128

export class GatheredReads {
  readonly #parts: GatheringParts
  /** Not sent yet. */
  readonly #batches = new Map<Line, Batch>()

  constructor(parts: GatheringParts) {
    this.#parts = parts
  }

  /** @throws {CacheError} as `Line.run` */
  read(key: string, fields: readonly Field[]): Promise<Found> {
    return new Promise((resolve, reject) => {
      const { acts, lines } = this.#parts
      acts.check()
      const line = lines.of(key)
      const batch = this.#batches.get(line) ?? this.#begin(line)
      batch.keys.push(key)
      for (const field of fields) batch.fields.add(field)
      batch.resolve.push(resolve)
      batch.reject.push(reject)
      if (batch.keys.length === MOST_KEYS) this.#batches.delete(line)
    })
  }

  #begin(line: Line): Batch {
    const batch: Batch = { keys: [], fields: new Set(), resolve: [], reject: [] }
    this.#batches.set(line, batch)
    void this.#parts.acts.run(() => this.#answer(line, batch))
    return batch
  }

  /** Never rejects. */
  async #answer(line: Line, batch: Batch): Promise<void> {
    const { coder, lines, time } = this.#parts
    // After all that runs now, and before anything else does.
    await new Promise<void>((sent) => process.nextTick(sent))
    if (this.#batches.get(line) === batch) this.#batches.delete(line)
    const { keys, reject, resolve } = batch
    try {
      const unknown = time.whenKnown()
      if (unknown !== undefined) await unknown
      const { replies, generations } = await lines.readAll(line, keys, [...batch.fields])
      for (let at = 0; at < keys.length; at++) {
        const record = coder.decode(keys[at] as string, replies[at], true)
        resolve[at]?.({ result: [record], generations })
      }
    } catch (error) {
      // Those who have been answered do not hear of it.
      for (const fail of reject) fail(error)
    }
  }
}
