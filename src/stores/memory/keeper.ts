import type { Copied } from '../../base/codec.ts'
import type { Entry, StoreRecord } from '../../base/record.ts'
import type { StoreContext } from '../../base/store.ts'
import type { Token } from '../../base/token.ts'
import { NONE } from './eviction.ts'
import { frozen, type Slot, weightAlone } from './slot.ts'
import type { MemoryState } from './state.ts'

/** What becomes of a slot when a value comes or goes: who is told of it, and who makes room. */
export class Keeper {
  readonly #state: MemoryState
  readonly #context: StoreContext
  readonly #frozen: boolean

  constructor(state: MemoryState, context: StoreContext, frozen: boolean) {
    this.#state = state
    this.#context = context
    this.#frozen = frozen
  }

  /** @param key where the copy is to be kept */
  copy(value: unknown, key?: string): Copied {
    return this.#context.codec.copy(value, this.#frozen, key)
  }

  /** Puts a value under a key, whatever was there. */
  store(key: string, entry: Entry, copied: Copied, now: number): void {
    const { arena, gone } = this.#state
    const bytes = weightAlone(key, copied.bytes, entry.tags)
    if (arena.fits(bytes)) {
      const own = ownEntry(entry, copied.value)
      const place = arena.put(key, own, bytes, copied.shareable, this.#context, now)
      if (place !== NONE) return arena.settle(now, gone, place)
    }
    const slot = arena.find(key, now) ?? arena.add(key, this.#context)
    this.put(slot, entry, copied, now)
  }

  /** Puts a value into a slot that was found. */
  put(slot: Slot, entry: Entry, { value, bytes, shareable }: Copied, now: number): void {
    this.#state.doom(slot)
    this.#state.wake(slot)
    slot.hold(ownEntry(entry, value), bytes, shareable, now)
    this.keep(slot, now)
  }

  /** The slot has a new content: it is kept, and others make room for it, unless it would not fit even then. */
  keep(slot: Slot, now: number): void {
    const { arena, gone } = this.#state
    slot.owner = this.#context
    arena.keep(slot)
    if (arena.fits(slot.bytes)) {
      arena.settle(now, gone, slot.place)
      return
    }
    const { key, bytes } = slot
    this.#state.doom(slot)
    this.#state.wake(slot)
    this.#empty(slot, now)
    if (!arena.fits(slot.bytes)) arena.remove(slot)
    arena.settle(now, gone)
    const message = 'A value larger than the whole store was not kept.'
    this.#context.report({ kind: 'evicted', message, key, bytes })
  }

  /** @param spareLoad whoever sweeps an invalid value away has nothing against the load that replaces it */
  remove(slot: Slot, spareLoad: boolean, now: number): void {
    if (spareLoad && slot.lease !== undefined && slot.lease.until > now) {
      slot.dropEntry()
      this.#state.arena.keep(slot)
      return
    }
    this.#state.doom(slot)
    this.#state.wake(slot)
    this.#empty(slot, now)
  }

  /** A transaction announces itself under a key, anew or for longer. */
  announce(key: string, token: Token, until: number, now: number): void {
    const slot = this.#state.arena.find(key, now) ?? this.#state.arena.add(key, this.#context)
    // What was written since it was announced first lies under it already.
    if (!slot.hasIntent(token, now)) {
      this.#state.doom(slot)
      this.#state.wake(slot)
      slot.dropEntry()
    }
    slot.announce(token, until, now)
    this.keep(slot, now)
  }

  retract(key: string, token: Token, now: number): void {
    const slot = this.#state.arena.find(key, now)
    if (slot === undefined) return
    slot.retract(token, now)
    if (slot.isAlive(now)) this.#state.arena.keep(slot)
    else this.#state.arena.remove(slot)
  }

  /** What a reader is given of a place that was found. */
  recordAt(place: number, values: boolean): StoreRecord {
    const { arena } = this.#state
    const record = arena.recordAt(place)
    return values && arena.isShareable(place) ? record : this.#recordOf(record, values)
  }

  recordOf(slot: Slot, values: boolean): StoreRecord {
    return values && slot.isShareable ? slot.record : this.#recordOf(slot.record, values)
  }

  #recordOf(record: StoreRecord, values: boolean): StoreRecord {
    const { entry } = record
    if (entry === undefined) return record
    const value = values ? this.copy(entry.value).value : undefined
    return { entry: { ...entry, value }, lease: record.lease, undecodable: undefined }
  }

  /** All goes but the intents: what they announce is still to come. */
  #empty(slot: Slot, now: number): void {
    if (!slot.hasIntents(now)) return this.#state.arena.remove(slot)
    slot.dropEntry()
    this.#state.arena.keep(slot)
  }
}

/** With a list of tags of its own: the caller may go on with the other. */
function ownEntry(entry: Entry, value: unknown): Entry {
  const tags = entry.tags.length === 0 ? NO_TAGS : Object.freeze([...entry.tags])
  return frozen(entry, value, tags)
}
const NO_TAGS: readonly string[] = Object.freeze([])
