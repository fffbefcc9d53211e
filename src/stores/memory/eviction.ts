// S3-FIFO (Yang and others, "FIFO queues are all you need for cache eviction", SOSP 2023). What is new waits in a small queue
// and leaves it soon, unless it is used meanwhile: a scan passes through it and pushes nothing else out. What was used goes on
// to the main queue, where each use saves it from one turn. What left the small queue unused and is asked for again was given
// up too early: it comes to the main queue at once (Ghosts). A hit counts a use and moves nothing.
//
// All in arrays over the numbers of places: no object is made, and a removal from the middle is one step.

/** No place. */
export const NONE = -1
/** The ends of the two queues lie in the same arrays as the places. */
const SMALL = 0
const MAIN = 1
/** The first number of a place. */
export const FIRST_PLACE = 2

const USES = 3
const IN_MAIN = 4
const HELD = 8

/** Of all weight, what may wait in the small queue. The paper has a tenth; see decision 0135. */
const SMALL_SHARE = 1 / 8
/** Uses by which what waits in the small queue goes on to the main one. */
const USES_TO_STAY = 2
/** Nobody waits for a longer search: a main queue that was all used would have to be turned three times. */
const MOST_STEPS = 256

/** The order in which places are given up, and their weights. */
export class S3Fifo {
  #before: Int32Array
  #after: Int32Array
  #states: Uint8Array
  /** In units, as the caller has them. */
  #weights: Uint32Array
  #smallWeight = 0
  #weight = 0

  constructor(capacity: number) {
    this.#before = new Int32Array(capacity)
    this.#after = new Int32Array(capacity)
    this.#states = new Uint8Array(capacity)
    this.#weights = new Uint32Array(capacity)
    for (const end of [SMALL, MAIN]) {
      this.#before[end] = end
      this.#after[end] = end
    }
  }

  /** Of all places. */
  get weight(): number {
    return this.#weight
  }

  weightOf(place: number): number {
    return this.#weights[place] as number
  }

  isInMain(place: number): boolean {
    return ((this.#states[place] as number) & IN_MAIN) !== 0
  }

  grow(capacity: number): void {
    this.#before = grown(this.#before, new Int32Array(capacity))
    this.#after = grown(this.#after, new Int32Array(capacity))
    this.#states = grown(this.#states, new Uint8Array(capacity))
    this.#weights = grown(this.#weights, new Uint32Array(capacity))
  }

  /** Comes in without weight. @param isKnown it was given up too early */
  add(place: number, isKnown: boolean): void {
    this.#weights[place] = 0
    this.#states[place] = isKnown ? IN_MAIN : 0
    this.#link(place, isKnown ? MAIN : SMALL)
  }

  /** The hot path. */
  use(place: number): void {
    const state = this.#states[place] as number
    if ((state & USES) < USES) this.#states[place] = state + 1
  }

  weigh(place: number, weight: number): void {
    const change = weight - (this.#weights[place] as number)
    this.#weights[place] = weight
    this.#weight += change
    if (!this.isInMain(place)) this.#smallWeight += change
  }

  /** What somebody is at work on does not leave from the small queue. */
  hold(place: number, isHeld: boolean): void {
    const state = this.#states[place] as number
    this.#states[place] = isHeld ? state | HELD : state & ~HELD
  }

  remove(place: number): void {
    this.weigh(place, 0)
    this.#unlink(place)
  }

  /**
   * The place to give up next; `NONE` when there is none. It stays until it is removed.
   *
   * @param spared has just been written, and goes last
   */
  victim(spared: number = NONE): number {
    for (let step = 0; ; step++) {
      const [small, main] = [this.#after[SMALL] as number, this.#after[MAIN] as number]
      const fromSmall = small !== SMALL && small !== spared
      const fromMain = main !== MAIN && main !== spared
      if (!fromSmall && !fromMain) return small !== SMALL ? small : main !== MAIN ? main : NONE
      if (fromSmall && (!fromMain || this.#smallWeight > this.#weight * SMALL_SHARE)) {
        if (!this.#stays(small) || step > MOST_STEPS) return small
        this.#promote(small)
      } else {
        if (((this.#states[main] as number) & USES) === 0 || step > MOST_STEPS) return main
        this.#states[main] = (this.#states[main] as number) - 1
        this.#unlink(main)
        this.#link(main, MAIN)
      }
    }
  }

  #stays(place: number): boolean {
    const state = this.#states[place] as number
    return (state & USES) >= USES_TO_STAY || (state & HELD) !== 0
  }

  #promote(place: number): void {
    this.#smallWeight -= this.#weights[place] as number
    this.#states[place] = ((this.#states[place] as number) & HELD) | IN_MAIN
    this.#unlink(place)
    this.#link(place, MAIN)
  }

  /** Behind all others of the queue. */
  #link(place: number, end: number): void {
    const last = this.#before[end] as number
    this.#after[last] = place
    this.#before[place] = last
    this.#after[place] = end
    this.#before[end] = place
  }

  #unlink(place: number): void {
    const [before, after] = [this.#before[place] as number, this.#after[place] as number]
    this.#after[before] = after
    this.#before[after] = before
  }
}

/** The longer list, with what the other holds. */
export function grown<List extends Int32Array | Uint8Array | Uint32Array | Float64Array>(
  from: List,
  to: List,
): List {
  to.set(from)
  return to
}
