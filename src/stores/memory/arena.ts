import type { Entry, StoreRecord } from '../../base/record.ts'
import type { StoreContext } from '../../base/store.ts'
import { FIRST_PLACE, grown, NONE, S3Fifo } from './eviction.ts'
import { Ghosts } from './ghosts.ts'
import { Slot } from './slot.ts'

/** Places looked at per write in search of dead ones: one line of the processor's cache. */
const SWEPT_PER_WRITE = 8
/** Weights are counted in so many bytes: 32 bits then reach to 32 GB for one entry. */
const UNIT = 8
const LARGEST_WEIGHT = 2 ** 32 - 1
const FIRST_CAPACITY = 64

/** What had to go for want of room. */
export interface Evicted {
  readonly key: string
  readonly bytes: number
  readonly owner: StoreContext
  /** Where more than a value lay there. */
  readonly slot: Slot | undefined
}

/**
 * What one memory store holds, bounded in bytes and in number: one Map from keys to places, and arrays over the places. A
 * value that lies alone, as nearly all do, is one record there. Only where there is more (a lease, waiters, a mark, intents)
 * a slot stays beside it.
 */
export class Arena {
  readonly maxBytes: number
  readonly maxEntries: number
  readonly #places = new Map<string, number>()
  /** Of the places where a value does not lie alone. */
  readonly #slots = new Map<number, Slot>()
  readonly #order = new S3Fifo(FIRST_CAPACITY)
  readonly #ghosts: Ghosts
  readonly #owners: StoreContext[] = []
  readonly #free: number[] = []
  #capacity = FIRST_CAPACITY
  /** No place from here on was ever used. */
  #end = FIRST_PLACE
  #keys: (string | undefined)[] = Array.from({ length: FIRST_CAPACITY })
  /** The values that lie alone; where there is more, the slot has it. */
  #entries: (Entry | undefined)[] = Array.from({ length: FIRST_CAPACITY })
  /** Until then, in milliseconds, a place needs no second look; in the past where nothing lies. */
  #until = new Float64Array(FIRST_CAPACITY)
  #ownerNumbers = new Uint32Array(FIRST_CAPACITY)
  /** 1 where each reader needs a copy of the value. */
  #copied = new Uint8Array(FIRST_CAPACITY)
  #otherBytes = 0
  #evictions = 0
  #swept = FIRST_PLACE
  /** What the keys will leave behind; 0 where it was not needed yet. None before something had to go. */
  #prints = new Int32Array(0)

  constructor(maxBytes: number, maxEntries: number, ghosts: Ghosts = new Ghosts()) {
    this.maxBytes = maxBytes
    this.maxEntries = maxEntries
    this.#ghosts = ghosts
  }

  get size(): number {
    return this.#places.size
  }

  get bytes(): number {
    return this.#order.weight * UNIT + this.#otherBytes
  }

  get evictions(): number {
    return this.#evictions
  }

  keys(): IterableIterator<string> {
    return this.#places.keys()
  }

  /** Counts what lives beside the slots and takes room from them: `settle` comes next. */
  weighOther(change: number): void {
    this.#otherBytes += change
  }

  /** Where something lies that is alive, or `NONE`. What has died is dropped here, so that nobody can read it. The hot path. */
  look(key: string, now: number): number {
    const place = this.#places.get(key)
    if (place === undefined) return NONE
    return (this.#until[place] as number) > now || this.#isAlive(place, now) ? place : NONE
  }

  /**
   * What readers are given of a place that was found. Of a value that lies alone it is made anew each time: kept, it would cost
   * each entry 48 bytes, and each write more than many reads save.
   */
  recordAt(place: number): StoreRecord {
    const entry = this.#entries[place]
    if (entry !== undefined) {
      const isShareable = this.isShareable(place)
      return { entry, lease: undefined, isShareable, undecodable: undefined }
    }
    return (this.#slots.get(place) as Slot).record
  }

  /** Whether its value may be handed out as it is. */
  isShareable(place: number): boolean {
    return this.#copied[place] === 0
  }

  /** Counts a use, for the order of eviction: who was given the value. */
  use(place: number): void {
    this.#order.use(place)
  }

  /** What lies there and is alive, opened to be changed. */
  find(key: string, now: number): Slot | undefined {
    const place = this.look(key, now)
    return place === NONE ? undefined : this.#open(place)
  }

  /** For a slot that `find` did not find. It has to be kept. */
  add(key: string, owner: StoreContext): Slot {
    return new Slot(key, owner, this.#insert(key))
  }

  /**
   * Puts a value where none lies, or one alone: straight into the arrays. Answers its place; `NONE`, with nothing done, where
   * more lies: a slot has to be opened.
   *
   * @param bytes all that it weighs
   */
  put(
    key: string,
    entry: Entry,
    bytes: number,
    isShareable: boolean,
    owner: StoreContext,
    now: number,
  ): number {
    let place = this.look(key, now)
    if (place === NONE) place = this.#insert(key)
    else if (this.#slots.size > 0 && this.#slots.has(place)) return NONE
    this.#entries[place] = entry
    this.#until[place] = entry.deadAt
    this.#copied[place] = isShareable ? 0 : 1
    this.#ownerNumbers[place] = this.#numberOf(owner)
    this.#order.weigh(place, unitsOf(bytes))
    return place
  }

  /** What the slot holds has changed: it is written back, and weighed. */
  keep(slot: Slot): void {
    const { place } = slot
    if (place === NONE) return
    const { isPlain } = slot
    this.#entries[place] = isPlain ? slot.entry : undefined
    this.#until[place] = slot.unchangedUntil
    this.#copied[place] = slot.isShareable ? 0 : 1
    this.#ownerNumbers[place] = this.#numberOf(slot.owner)
    const weight = unitsOf(slot.weight)
    slot.bytes = weight * UNIT
    this.#order.weigh(place, weight)
    if (isPlain) {
      if (this.#slots.size === 0 || !this.#slots.delete(place)) return
    } else this.#slots.set(place, slot)
    this.#order.hold(place, !isPlain)
  }

  /** Whether so much could stay if everything else went. */
  fits(bytes: number): boolean {
    return unitsOf(bytes) * UNIT + this.#otherBytes <= this.maxBytes
  }

  remove(slot: Slot): void {
    if (slot.place === NONE) return
    this.#drop(slot.place)
    slot.place = NONE
  }

  /**
   * Brings the arena back within its bounds; called after every act that may have made it grow.
   *
   * @param written what made it grow goes last
   */
  settle(now: number, onEvicted: (evicted: Evicted) => void, written: number = NONE): void {
    this.#sweepSome(now)
    while (this.bytes > this.maxBytes || this.#places.size > this.maxEntries) {
      const place = this.#order.victim(written)
      if (place === NONE) return
      const key = this.#keys[place] as string
      const bytes = this.#order.weightOf(place) * UNIT
      const owner = this.#owners[this.#ownerNumbers[place] as number] as StoreContext
      const slot = this.#slots.size === 0 ? undefined : this.#slots.get(place)
      if (!this.#order.isInMain(place)) this.#ghosts.add(this.#printOf(place, key), this.size)
      this.#drop(place)
      if (slot !== undefined) slot.place = NONE
      this.#evictions++
      onEvicted({ key, bytes, owner, slot })
    }
  }

  /** Everything goes, the dead as well. @param onRemoved told of each before it does */
  clear(onRemoved: (slot: Slot) => void): void {
    for (const place of this.#places.values()) {
      const slot = this.#open(place)
      onRemoved(slot)
      this.remove(slot)
    }
  }

  #open(place: number): Slot {
    const open = this.#slots.size === 0 ? undefined : this.#slots.get(place)
    if (open !== undefined) return open
    const owner = this.#owners[this.#ownerNumbers[place] as number] as StoreContext
    const slot = new Slot(this.#keys[place] as string, owner, place)
    slot.reopen(
      this.#entries[place] as Entry,
      this.#order.weightOf(place) * UNIT,
      this.isShareable(place),
    )
    return slot
  }

  #insert(key: string): number {
    const place = this.#free.pop() ?? this.#append()
    this.#places.set(key, place)
    this.#keys[place] = key
    this.#order.add(place, !this.#ghosts.isEmpty && this.#wasGivenUp(place, key))
    return place
  }

  #wasGivenUp(place: number, key: string): boolean {
    if (this.#prints.length < this.#capacity)
      this.#prints = grown(this.#prints, new Int32Array(this.#capacity))
    const print = this.#ghosts.printOf(key)
    this.#prints[place] = print
    return this.#ghosts.take(print, this.size)
  }

  // Made once, as the key comes in: when it goes, its text has long left the processor's cache.
  #printOf(place: number, key: string): number {
    return this.#prints[place] || this.#ghosts.printOf(key)
  }

  #append(): number {
    if (this.#end === this.#capacity) this.#grow()
    return this.#end++
  }

  #grow(): void {
    // One more than may stay: what is new comes in before something else goes.
    this.#capacity = Math.min(2 * this.#capacity, Math.max(this.maxEntries, FIRST_CAPACITY) + 3)
    this.#order.grow(this.#capacity)
    // To the full length at once: an array that grows by itself takes half as much again.
    this.#keys = lengthened(this.#keys, this.#capacity)
    this.#entries = lengthened(this.#entries, this.#capacity)
    this.#until = grown(this.#until, new Float64Array(this.#capacity))
    this.#ownerNumbers = grown(this.#ownerNumbers, new Uint32Array(this.#capacity))
    this.#copied = grown(this.#copied, new Uint8Array(this.#capacity))
  }

  // Few: the stores that were opened from one definition.
  #numberOf(owner: StoreContext): number {
    if (this.#owners[0] === owner) return 0
    const known = this.#owners.indexOf(owner)
    return known === -1 ? this.#owners.push(owner) - 1 : known
  }

  // On and on over the places. What has died goes after one round of it, if nobody meets it before.
  #sweepSome(now: number): void {
    for (let count = 0; count < SWEPT_PER_WRITE; count++) {
      if (this.#swept >= this.#end) {
        this.#swept = FIRST_PLACE
        return
      }
      const place = this.#swept++
      if ((this.#until[place] as number) <= now && this.#keys[place] !== undefined)
        this.#isAlive(place, now)
    }
  }

  /** Of a place whose time has come: something else may live there, a refresh under way or intents. */
  #isAlive(place: number, now: number): boolean {
    const slot = this.#slots.get(place)
    if (slot?.isAlive(now) === true) {
      this.keep(slot)
      return true
    }
    this.#drop(place)
    if (slot !== undefined) slot.place = NONE
    return false
  }

  #drop(place: number): void {
    this.#places.delete(this.#keys[place] as string)
    if (this.#slots.size > 0) this.#slots.delete(place)
    this.#order.remove(place)
    this.#keys[place] = undefined
    this.#entries[place] = undefined
    this.#until[place] = -Infinity
    this.#free.push(place)
  }
}

function unitsOf(bytes: number): number {
  return Math.min(Math.ceil(bytes / UNIT), LARGEST_WEIGHT)
}

function lengthened<Part>(
  list: readonly (Part | undefined)[],
  length: number,
): (Part | undefined)[] {
  const longer: (Part | undefined)[] = Array.from({ length })
  for (let at = 0; at < list.length; at++) longer[at] = list[at]
  return longer
}
