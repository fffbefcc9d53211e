import type { Clock } from '../base/clock.ts'
import type { Codec } from '../base/codec.ts'
import { CacheError, isCacheError } from '../base/errors.ts'
import type { Entry, Lease, Mark, StoreRecord } from '../base/record.ts'
import type { Held } from './held.ts'

/** Records between what the cache speaks (values, this process's clock) and what lies in a store (bytes, the store's clock). */
export class Views {
  readonly #codec: Codec
  readonly #clock: Clock
  readonly #shiftMs: () => number

  constructor(codec: Codec, clock: Clock, shiftMs: () => number) {
    this.#codec = codec
    this.#clock = clock
    this.#shiftMs = shiftMs
  }

  /** With the times of the store. */
  theirs({ value: _value, ...entry }: Entry): Omit<Entry, 'value'> {
    return shifted(entry, this.#shiftMs())
  }

  /** `undefined` for a value whose time is over, unless a lease lies beside it. */
  living(key: string, record: Held, values: boolean): StoreRecord | undefined {
    const view = this.#view(key, record, values)
    const { entry, lease, mark } = view
    const now = this.#clock.now()
    if (mark !== undefined) return mark.until > now ? view : undefined
    if (record.foreign || (entry !== undefined && entry.deadAt > now)) return view
    const announced = this.#announced(record, this.#shiftMs())
    if (announced !== undefined && announced.until > now)
      return { entry: undefined, lease: undefined, mark: announced, undecodable: undefined }
    return lease === undefined ? undefined : { entry: undefined, lease, undecodable: undefined }
  }

  /** Whatever our clock says of it by now. */
  whole(key: string, record: Held): StoreRecord {
    return this.#view(key, record, true)
  }

  /** All intents as one: the newest, until the last is over. */
  #announced({ intents }: Held, shiftMs: number): Mark | undefined {
    const newest = intents.at(-1)
    if (newest === undefined) return undefined
    const until = Math.max(...intents.map((intent) => intent.until)) - shiftMs
    return { kind: 'intent', token: newest.token, stamp: 0, until, text: '' }
  }

  #view(key: string, record: Held, values: boolean): StoreRecord {
    if (record.foreign) return { entry: undefined, lease: undefined, undecodable: foreign(key) }
    const shiftMs = this.#shiftMs()
    const lease: Lease | undefined = record.lease && {
      ...record.lease,
      until: record.lease.until - shiftMs,
    }
    if (record.mark !== undefined) {
      const mark = { ...record.mark, until: record.mark.until - shiftMs }
      return { entry: undefined, lease, mark, undecodable: undefined }
    }
    if (record.entry === undefined) {
      const mark = this.#announced(record, shiftMs)
      return { entry: undefined, lease, ...(mark && { mark }), undecodable: undefined }
    }
    let value: unknown
    let undecodable: CacheError | undefined
    try {
      if (values) value = this.#codec.decode(record.payload, key)
    } catch (error) {
      undecodable = isCacheError(error)
        ? error
        : new CacheError('E_DECODE', `Cannot decode a payload: ${String(error)}.`, { cause: error })
    }
    return { entry: shifted({ ...record.entry, value }, -shiftMs), lease, undecodable }
  }
}

function shifted<T extends Omit<Entry, 'value'>>(entry: T, ms: number): T {
  const { freshUntil, deadAt, storedAt } = entry
  return {
    ...entry,
    freshUntil: freshUntil + ms,
    deadAt: deadAt + ms,
    storedAt: storedAt + ms,
  }
}

function foreign(key: string): CacheError {
  return new CacheError(
    'E_DECODE',
    `Under ${key} lies something that is no entry of ours, or one of a later version. It counts as a miss.`,
  )
}
