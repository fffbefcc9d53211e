/** Doubly linked lists over the keys of one trace: each key lies in one of them at most. */
export class Lists {
  readonly #before: Int32Array
  readonly #after: Int32Array
  readonly #of: Uint8Array
  readonly #lengths: Int32Array
  readonly #distinct: number

  /** @param count lists 1 to so many; 0 is none */
  constructor(distinct: number, count: number) {
    this.#distinct = distinct
    const length = distinct + count + 1
    // Each is a ring around its own end.
    this.#before = Int32Array.from({ length }, (_, index) => index)
    this.#after = Int32Array.from({ length }, (_, index) => index)
    this.#of = new Uint8Array(distinct)
    this.#lengths = new Int32Array(count + 1)
  }

  /** In which list a key lies. */
  of(key: number): number {
    return this.#of[key] as number
  }

  lengthOf(list: number): number {
    return this.#lengths[list] as number
  }

  /** The key that came first, of a list that is not empty. */
  oldest(list: number): number {
    return this.#after[this.#distinct + list] as number
  }

  /** The next younger one; the oldest after the youngest. */
  younger(list: number, key: number): number {
    const next = this.#after[key] as number
    return next === this.#distinct + list ? this.oldest(list) : next
  }

  /** To the young end of a list, from wherever the key lies; 0 takes it out. */
  move(key: number, list: number): void {
    const from = this.#of[key] as number
    if (from !== 0) {
      const [before, after] = [this.#before[key] as number, this.#after[key] as number]
      this.#after[before] = after
      this.#before[after] = before
      this.#lengths[from] = this.lengthOf(from) - 1
    }
    this.#of[key] = list
    if (list === 0) return
    const end = this.#distinct + list
    const last = this.#before[end] as number
    this.#after[last] = key
    this.#before[key] = last
    this.#after[key] = end
    this.#before[end] = key
    this.#lengths[list] = this.lengthOf(list) + 1
  }
}
