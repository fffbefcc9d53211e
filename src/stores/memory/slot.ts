import type { Entry, Lease, StoreRecord } from '../../base/record.ts'
import type { StoreContext } from '../../base/store.ts'
import type { Linked } from './eviction.ts'

/** A slot, an entry and a place in the Map, measured on Node 20 and 24 (240 to 310 bytes), without key, value and tags. */
const BOOKKEEPING_BYTES = 320
/** A lease with its token. */
const LEASE_BYTES = 160
/** A process id in the set of those who wait. */
const WAITER_BYTES = 64

/** What memory holds under one wire key: a value, a lease, or both, and who waits for it. */
export class Slot implements Linked<Slot> {
  readonly key: string
  /** Who wrote it last, and is told when it has to go. */
  owner: StoreContext
  /** What the slot was last weighed at; kept by the arena. */
  bytes = 0
  before: Slot | undefined = undefined
  after: Slot | undefined = undefined
  #entry: Entry | undefined = undefined
  #entryBytes = 0
  #shareable = false
  #lease: Lease | undefined = undefined
  #leaseDeadAt = 0
  #waiters: Set<string> | undefined = undefined
  /** What readers are given, made once: a hit then allocates nothing. */
  #record: StoreRecord | undefined = undefined

  constructor(key: string, owner: StoreContext) {
    this.key = key
    this.owner = owner
  }

  get entry(): Entry | undefined {
    return this.#entry
  }

  get lease(): Lease | undefined {
    return this.#lease
  }

  /** Until then a lease may still be renewed or committed; without a value the slot is forgotten after it. */
  get leaseDeadAt(): number {
    return this.#leaseDeadAt
  }

  /** The whole record with its value, if that may be handed out as it is; `undefined` when each reader needs a copy. */
  get shared(): StoreRecord | undefined {
    if (this.#entry !== undefined && !this.#shareable) return undefined
    return (this.#record ??= Object.freeze({
      entry: this.#entry,
      lease: this.#lease,
      undecodable: undefined,
    }))
  }

  /** What the slot weighs now: key, value, tags, lease, waiters and bookkeeping. */
  get weight(): number {
    let bytes = BOOKKEEPING_BYTES + 2 * this.key.length + this.#entryBytes
    if (this.#lease !== undefined) bytes += LEASE_BYTES
    if (this.#waiters !== undefined) bytes += WAITER_BYTES * this.#waiters.size
    return bytes
  }

  /** @param bytes of the value, without tags */
  hold(entry: Entry, bytes: number, shareable: boolean): void {
    this.#entry = Object.freeze(entry)
    this.#entryBytes = bytes
    for (const tag of entry.tags) this.#entryBytes += 2 * tag.length + 16
    this.#shareable = shareable
    this.#record = undefined
  }

  /** The same value with other times. */
  retime(freshUntil: number, deadAt: number): void {
    if (this.#entry === undefined) return
    this.#entry = Object.freeze({ ...this.#entry, freshUntil, deadAt })
    this.#record = undefined
  }

  /** The value goes, the lease stays. */
  dropEntry(): void {
    this.#entry = undefined
    this.#entryBytes = 0
    this.#record = undefined
  }

  lend(lease: Lease, leaseDeadAt: number): void {
    this.#lease = Object.freeze(lease)
    this.#leaseDeadAt = leaseDeadAt
    this.#record = undefined
  }

  /** Answers the lease that ended, if there was one. */
  endLease(): Lease | undefined {
    const lease = this.#lease
    this.#lease = undefined
    this.#record = undefined
    return lease
  }

  addWaiter(processId: string): void {
    ;(this.#waiters ??= new Set()).add(processId)
  }

  /** Answers who waits; from then on nobody does. */
  takeWaiters(): ReadonlySet<string> | undefined {
    const waiters = this.#waiters
    this.#waiters = undefined
    return waiters
  }
}
