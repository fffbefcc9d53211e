import type { StoreContext } from '../../base/store.ts'
import { type EvictionPolicy, LeastRecentlyUsed } from './eviction.ts'
import { Slot } from './slot.ts'

/** Slots looked at per write in search of expired ones: what is never read again goes after one round of the map. */
const SWEPT_PER_WRITE = 2

/** Who is told when something had to go for want of room. */
export type OnEvicted = (slot: Slot) => void

/** The slots of one memory store, bounded in bytes and in number. */
export class Arena {
  readonly maxBytes: number
  readonly maxEntries: number
  readonly #slots = new Map<string, Slot>()
  readonly #policy: EvictionPolicy<Slot>
  #slotBytes = 0
  #otherBytes = 0
  #evictions = 0
  #sweep: IterableIterator<Slot>

  constructor(
    maxBytes: number,
    maxEntries: number,
    policy: EvictionPolicy<Slot> = new LeastRecentlyUsed(),
  ) {
    this.maxBytes = maxBytes
    this.maxEntries = maxEntries
    this.#policy = policy
    this.#sweep = this.#slots.values()
  }

  get size(): number {
    return this.#slots.size
  }

  get bytes(): number {
    return this.#slotBytes + this.#otherBytes
  }

  get evictions(): number {
    return this.#evictions
  }

  slots(): IterableIterator<Slot> {
    return this.#slots.values()
  }

  /** Counts what lives beside the slots and takes room from them: `settle` comes next. */
  weighOther(change: number): void {
    this.#otherBytes += change
  }

  /** What is there and alive. A value whose time has passed is dropped here, so that nobody can read it. */
  find(key: string, now: number): Slot | undefined {
    const slot = this.#slots.get(key)
    return slot === undefined || this.#dropDead(slot, now) ? undefined : slot
  }

  /** Whether a slot that was met in `slots()` is still there and alive. */
  isAlive(slot: Slot, now: number): boolean {
    return !this.#dropDead(slot, now)
  }

  /** Counts as a use for the order of eviction. */
  use(slot: Slot): void {
    this.#policy.used(slot)
  }

  /** For a slot that `find` did not find. */
  add(key: string, owner: StoreContext): Slot {
    const slot = new Slot(key, owner)
    this.#slots.set(key, slot)
    this.#policy.added(slot)
    this.reweigh(slot)
    return slot
  }

  /** To be called when what the slot holds has changed. */
  reweigh(slot: Slot): void {
    const { weight } = slot
    this.#slotBytes += weight - slot.bytes
    slot.bytes = weight
  }

  /** Whether the slot could stay if everything else went. */
  fits(slot: Slot): boolean {
    return slot.bytes + this.#otherBytes <= this.maxBytes
  }

  remove(slot: Slot): void {
    if (!this.#slots.delete(slot.key)) return
    this.#policy.removed(slot)
    this.#slotBytes -= slot.bytes
  }

  /** Brings the arena back within its bounds; called after every act that may have made it grow. */
  settle(now: number, onEvicted: OnEvicted): void {
    this.#sweepSome(now)
    while (this.bytes > this.maxBytes || this.#slots.size > this.maxEntries) {
      const victim = this.#policy.victim()
      if (victim === undefined) return
      this.remove(victim)
      this.#evictions++
      onEvicted(victim)
    }
  }

  // One iterator for good, so that no sweep begins with what an earlier one has seen: a map's iterator goes on over what is
  // added and removed meanwhile.
  #sweepSome(now: number): void {
    for (let count = 0; count < SWEPT_PER_WRITE; count++) {
      const { value, done } = this.#sweep.next()
      if (done === true) {
        this.#sweep = this.#slots.values()
        return
      }
      this.#dropDead(value, now)
    }
  }

  #dropDead(slot: Slot, now: number): boolean {
    // The hot path: a value that lives.
    if (slot.entry !== undefined && slot.entry.deadAt > now) return false
    // Its refresh may be under way and may still be stored, or intents outlive it.
    const changed = slot.entry !== undefined
    if (!slot.isAlive(now)) {
      this.remove(slot)
      return true
    }
    if (changed) this.reweigh(slot)
    return false
  }
}
