import { type EvictionPolicy, LeastRecentlyUsed } from './eviction.ts'
import { newSlot, type Slot } from './slot.ts'

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
  #bytes = 0
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
    return this.#bytes
  }

  get evictions(): number {
    return this.#evictions
  }

  keys(): IterableIterator<string> {
    return this.#slots.keys()
  }

  /** What is there and alive. A value whose time has passed is dropped here, so that nobody can read it. */
  find(key: string, now: number): Slot | undefined {
    const slot = this.#slots.get(key)
    return slot === undefined || this.#dropDead(slot, now) ? undefined : slot
  }

  /** Counts as a use for the order of eviction. */
  use(slot: Slot): void {
    this.#policy.used(slot)
  }

  findOrAdd(key: string, now: number): Slot {
    const found = this.find(key, now)
    if (found !== undefined) return found
    const slot = newSlot(key)
    this.#slots.set(key, slot)
    this.#policy.added(slot)
    this.#bytes += slot.bytes
    return slot
  }

  /** Gives a slot its new weight. */
  reweigh(slot: Slot, bytes: number): void {
    this.#bytes += bytes - slot.bytes
    slot.bytes = bytes
    this.#policy.used(slot)
  }

  remove(slot: Slot): void {
    if (!this.#slots.delete(slot.key)) return
    this.#policy.removed(slot)
    this.#bytes -= slot.bytes
  }

  clear(): void {
    for (const slot of this.#slots.values()) this.remove(slot)
  }

  /** Brings the arena back within its bounds; called after every act that may have made it grow. */
  settle(now: number, onEvicted: OnEvicted): void {
    this.#sweepSome(now)
    while (this.#bytes > this.maxBytes || this.#slots.size > this.maxEntries) {
      const victim = this.#policy.victim()
      if (victim === undefined) return
      this.remove(victim)
      this.#evictions++
      onEvicted(victim)
    }
  }

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

  // A map's iterator goes on over what is added and removed meanwhile.
  #dropDead(slot: Slot, now: number): boolean {
    if (slot.entry !== undefined) {
      if (slot.entry.deadAt > now) return false
      if (slot.lease !== undefined && slot.leaseDeadAt > now) {
        // Its refresh is under way and may still be stored.
        slot.entry = undefined
        return false
      }
    } else if (slot.leaseDeadAt > now) return false
    this.remove(slot)
    return true
  }
}
