import type { Entry, Lease, Mark, StoreRecord } from '../../base/record.ts'
import type { StoreContext } from '../../base/store.ts'
import type { Token } from '../../base/token.ts'
import { NONE } from './eviction.ts'

/**
 * An entry and its place, without key, value and tags. Measured on Node 20 and 24: 265 to 340, by how full the arrays are;
 * about 325 where entries come and go.
 */
const BOOKKEEPING_BYTES = 320
/** A lease with its token, and the slot that holds it. */
const LEASE_BYTES = 320
/** A process id in the set of those who wait. */
const WAITER_BYTES = 64
/** A mark with its token, without its text; or one intent. */
const MARK_BYTES = 160

/**
 * What memory holds under one wire key, opened to be changed: a value, a lease or both, and who waits for it; or a mark; or
 * intents, with or without a value. What has changed has to be kept (`Arena.keep`). A value alone lies in the arena's arrays,
 * without a slot.
 */
export class Slot {
  readonly key: string
  /** Who wrote it last, and is told when it has to go. */
  owner: StoreContext
  /** Its number in the arena; `NONE` once it is gone. */
  place: number
  /** What the slot was last weighed at; kept by the arena. */
  bytes = 0
  #entry: Entry | undefined = undefined
  #entryBytes = 0
  #shareable = false
  #lease: Lease | undefined = undefined
  #leaseDeadAt = 0
  #waiters: Set<string> | undefined = undefined
  #mark: Mark | undefined = undefined
  /** The ends of the intents by their tokens, the newest last; `undefined` when there is none. */
  #intents: Map<Token, number> | undefined = undefined
  /** What readers are given, made once: a hit then allocates nothing. */
  #record: StoreRecord | undefined = undefined

  constructor(key: string, owner: StoreContext, place: number = NONE) {
    this.key = key
    this.owner = owner
    this.place = place
  }

  /** Opens a value that lies alone. */
  reopen(entry: Entry, bytes: number, shareable: boolean): void {
    this.#entry = entry
    this.#shareable = shareable
    this.bytes = bytes
    this.#entryBytes = bytes - keyBytes(this.key)
  }

  /** Nothing is here but a value. */
  get isPlain(): boolean {
    return (
      this.#entry !== undefined &&
      this.#lease === undefined &&
      this.#mark === undefined &&
      this.#waiters === undefined
    )
  }

  /** Until then it stays as it is, if nobody changes it. */
  get unchangedUntil(): number {
    if (this.#entry !== undefined) return this.#entry.deadAt
    const leaseDeadAt = this.#lease === undefined ? -Infinity : this.#leaseDeadAt
    return Math.max(leaseDeadAt, this.#mark?.until ?? -Infinity)
  }

  /** Readers may be given the very value that lies here. */
  get isShareable(): boolean {
    return this.#entry === undefined || this.#shareable
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

  /** What a load left in the value's place, or the intents that keep it empty, as one. */
  get mark(): Mark | undefined {
    return this.#mark
  }

  /** The whole record with the value that lies here, for those who do not change it. */
  get record(): StoreRecord {
    return (this.#record ??= Object.freeze(this.#make()))
  }

  #make(): StoreRecord {
    const entry = this.#entry
    if (entry !== undefined || this.#mark === undefined)
      return {
        entry,
        lease: this.#lease,
        isShareable: entry !== undefined && this.#shareable,
        undecodable: undefined,
      }
    return { entry, lease: undefined, mark: this.#mark, undecodable: undefined }
  }

  /** Whether anything here lives. What has died beside something that lives is dropped. */
  isAlive(now: number): boolean {
    if (this.#entry !== undefined) {
      if (this.#entry.deadAt > now) return true
      this.dropEntry()
    }
    if (this.#lease !== undefined && this.#leaseDeadAt > now) return true
    return this.#mark !== undefined && this.#mark.until > now
  }

  /** What the slot weighs now: key, value, tags, lease, waiters and bookkeeping. */
  get weight(): number {
    let bytes = keyBytes(this.key) + this.#entryBytes
    if (this.#lease !== undefined) bytes += LEASE_BYTES
    if (this.#waiters !== undefined) bytes += WAITER_BYTES * this.#waiters.size
    if (this.#intents !== undefined) bytes += MARK_BYTES * this.#intents.size
    else if (this.#mark !== undefined) bytes += MARK_BYTES + 2 * this.#mark.text.length
    return bytes
  }

  /**
   * A value comes to lie here. Beside intents it ends with the first of them at the latest.
   *
   * @param bytes of the value, without tags
   */
  hold(entry: Entry, bytes: number, shareable: boolean, now: number): void {
    this.#entry = Object.freeze(this.#cut(entry, now))
    if (this.#intents === undefined) this.#mark = undefined
    this.#entryBytes = bytes + tagBytes(entry.tags)
    this.#shareable = shareable
    this.#record = undefined
  }

  /** Another value with the same times and tags: what an intent cut short when it came stays as it was. */
  exchange(value: unknown, bytes: number): void {
    if (this.#entry === undefined) return
    this.#entry = frozen(this.#entry, value, this.#entry.tags)
    this.#entryBytes = bytes + tagBytes(this.#entry.tags)
    this.#shareable = true
    this.#record = undefined
  }

  /** The same value with other times. */
  retime(freshUntil: number, deadAt: number, now: number): void {
    if (this.#entry === undefined) return
    const cut = this.#cut({ ...this.#entry, freshUntil, deadAt }, now)
    this.#entry = frozen(cut, cut.value, cut.tags)
    this.#record = undefined
  }

  /** The value goes, the lease stays. */
  dropEntry(): void {
    this.#entry = undefined
    this.#entryBytes = 0
    this.#record = undefined
  }

  lend(lease: Lease, leaseDeadAt: number): void {
    this.#mark = undefined
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

  /** A load ended that brought no value: nothing else is here. */
  leave(mark: Mark): void {
    this.#mark = Object.freeze(mark)
    this.#record = undefined
  }

  /** Whether a transaction has announced itself here and is not over. */
  hasIntents(now: number): boolean {
    return this.#intents !== undefined && (this.#mark?.until ?? 0) > now
  }

  /** Whether this very one has, and is not over. */
  hasIntent(token: Token, now: number): boolean {
    return (this.#intents?.get(token) ?? 0) > now
  }

  /** Announces a transaction, anew or for longer. */
  announce(token: Token, until: number, now: number): void {
    const intents = this.#standing(now)
    // Again at the end: the newest.
    intents.delete(token)
    intents.set(token, until)
    this.#standUnder(intents)
  }

  /** One transaction is over. */
  retract(token: Token, now: number): void {
    if (this.#intents === undefined) return
    const intents = this.#standing(now)
    intents.delete(token)
    this.#standUnder(intents)
  }

  #standing(now: number): Map<Token, number> {
    return new Map([...(this.#intents ?? [])].filter(([, until]) => until > now))
  }

  #standUnder(intents: Map<Token, number>): void {
    this.#record = undefined
    const token = [...intents.keys()].at(-1)
    if (token === undefined) {
      this.#intents = undefined
      this.#mark = undefined
      return
    }
    const until = Math.max(...intents.values())
    this.#intents = intents
    this.#mark = Object.freeze({ kind: 'intent', token, stamp: 0, until, text: '' })
  }

  #cut(entry: Entry, now: number): Entry {
    if (this.#intents === undefined) return entry
    const end = Math.min(...this.#standing(now).values())
    const { freshUntil, deadAt } = entry
    const cut = { freshUntil: Math.min(freshUntil, end), deadAt: Math.min(deadAt, end) }
    return frozen({ ...entry, ...cut }, entry.value, entry.tags)
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

/**
 * The entry as it is kept. Each property by name: of a spread, V8 makes a hash table when it is frozen (Node 20), three times
 * as large.
 */
export function frozen(
  { deadAt, family, freshUntil, loadMs, rev, stamp, storedAt }: Entry,
  value: unknown,
  tags: readonly string[],
): Entry {
  return Object.freeze({
    value,
    tags,
    stamp,
    rev,
    freshUntil,
    deadAt,
    storedAt,
    loadMs,
    family,
  })
}

/** What a value weighs that lies alone. @param bytes of the value itself */
export function weightAlone(key: string, bytes: number, tags: readonly string[]): number {
  return keyBytes(key) + bytes + tagBytes(tags)
}

function keyBytes(key: string): number {
  return BOOKKEEPING_BYTES + 2 * key.length
}

function tagBytes(tags: readonly string[]): number {
  let bytes = 0
  for (const tag of tags) bytes += 2 * tag.length + 16
  return bytes
}
