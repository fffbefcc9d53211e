import type { Entry, Lease, Mark } from '../base/record.ts'
import { decodeRecord, encodeRecord, intentsOf, waitersOf } from '../codec/record.ts'
import type { Intent } from '../codec/record-layout.ts'

/** A record as it lies in a store: times are the store's, the value is still bytes. */
export interface Held {
  readonly entry: Omit<Entry, 'value'> | undefined
  readonly payload: Buffer
  readonly lease: Lease | undefined
  /** Left by a load that brought no value; nothing is beside it. */
  readonly mark: Mark | undefined
  /** Transactions that have announced themselves here, the newest last; then there is neither lease nor waiter. */
  readonly intents: readonly Intent[]
  /** Ids of the processes to wake. */
  readonly waiters: readonly string[]
  /** Bytes that are no record of ours, or one of a later version: in nobody's way, and nobody's value. */
  readonly foreign: boolean
}

const NOTHING = Buffer.alloc(0)

/** Nothing but what is given. */
export function held(parts: Partial<Held>): Held {
  return {
    entry: undefined,
    payload: NOTHING,
    lease: undefined,
    mark: undefined,
    intents: [],
    waiters: [],
    foreign: false,
    ...parts,
  }
}

export function decodeHeld(bytes: Buffer): Held {
  const record = decodeRecord(bytes, {
    shiftMs: 0,
    values: true,
    decodeValue: (payload) => payload,
  })
  if (record === undefined || record.undecodable !== undefined) return held({ foreign: true })
  const { entry, lease, mark } = record
  const intents = intentsOf(bytes, 0)
  if (mark !== undefined && mark.kind !== 'intent') return held({ mark })
  const waiters = waitersOf(bytes)
  if (entry === undefined) return held({ lease, intents, waiters })
  const { value, ...rest } = entry
  return held({ entry: rest, payload: value as Buffer, lease, intents, waiters })
}

export function encodeHeld({ entry, payload, lease, mark, intents, waiters }: Held): Buffer {
  return encodeRecord({ entry, payload, lease, mark, intents, waiters })
}
