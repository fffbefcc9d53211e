// Records between what the cache speaks (its values, this process's clock) and what lies in Redis (bytes, the server's).
import type { Clock } from '../../base/clock.ts'
import type { Codec } from '../../base/codec.ts'
import { CacheError } from '../../base/errors.ts'
import type { Entry, Mark, StoreRecord } from '../../base/record.ts'
import { decodeRecord, encodeRecord } from '../../codec/record.ts'
import type { Reply } from './port.ts'
import type { ServerTime } from './server-time.ts'

export class RecordCoder {
  readonly #codec: Codec
  readonly #clock: Clock
  readonly #time: ServerTime

  constructor(codec: Codec, clock: Clock, time: ServerTime) {
    this.#codec = codec
    this.#clock = clock
    this.#time = time
  }

  /** @throws {CacheError} `E_ENCODE` for a value that the codec refuses */
  payload(key: string, value: unknown): Buffer {
    return this.#codec.encode(value, key)
  }

  encode(entry: Entry, payload: Buffer): Buffer {
    return encodeRecord({ entry, payload, shiftMs: this.#time.shiftMs })
  }

  /** A mark that stands for `forMs` from now. */
  encodeMark(mark: Omit<Mark, 'until'>, forMs: number): Buffer {
    const until = this.#clock.now() + forMs
    return encodeRecord({ mark: { ...mark, until }, shiftMs: this.#time.shiftMs })
  }

  /** A time of ours as the server's, in decimal text that Lua reads (`inf` included). */
  moment(ms: number): string {
    return ms === Infinity ? 'inf' : String(ms + this.#time.shiftMs)
  }

  /** `undefined` for nothing, and for what is over: a value unless a lease or intents lie beside it, a mark. */
  decode(key: string, reply: Reply | undefined, values: boolean): StoreRecord | undefined {
    if (reply == null) return undefined
    const record = this.#decode(key, reply, values)
    const now = this.#clock.now()
    const { entry, lease, mark } = record
    if (entry !== undefined && entry.deadAt > now) return withoutMark(record)
    if (mark !== undefined) {
      if (mark.until <= now) return undefined
      return { entry: undefined, lease: undefined, mark, undecodable: undefined }
    }
    if (entry === undefined) return record
    return lease === undefined ? undefined : { entry: undefined, lease, undecodable: undefined }
  }

  /** A record that the server has just found alive, also when our clock says that it has died since. */
  decodeAlive(key: string, reply: Reply): StoreRecord {
    return withoutMark(this.#decode(key, reply, true))
  }

  #decode(key: string, reply: Reply, values: boolean): StoreRecord {
    // What is no string answers WRONGTYPE.
    if (!Buffer.isBuffer(reply)) return foreign(key)
    const { shiftMs } = this.#time
    const decodeValue = (payload: Buffer): unknown => this.#codec.decode(payload, key)
    return decodeRecord(reply, { shiftMs, values, decodeValue }) ?? foreign(key)
  }
}

/** Whoever reads a value need not know that a transaction has announced itself beside it. */
function withoutMark(record: StoreRecord): StoreRecord {
  if (record.entry === undefined || record.mark === undefined) return record
  const { entry, lease, undecodable } = record
  return { entry, lease, undecodable }
}

function foreign(key: string): StoreRecord {
  const undecodable = new CacheError(
    'E_DECODE',
    `Under ${key} lies something that is no entry of ours, or one of a later version. It counts as a miss.`,
  )
  return { entry: undefined, lease: undefined, undecodable }
}
