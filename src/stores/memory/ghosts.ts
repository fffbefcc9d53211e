/** Cells that one print may lie in: eight of them are one line of the processor's cache. */
const WAYS = 8

/**
 * What was given up a short while ago, remembered by its print: when it is asked for again, it was given up too early. Eight
 * bytes each and no key, which may be long; nothing at all until something had to go. The prints begin with a seed of their
 * own, so that nobody can prepare keys that fall together; two that do cost a place in the order of eviction, no more.
 *
 * A full row forgets its oldest print, a little before its time.
 */
export class Ghosts {
  readonly #seed: number
  #prints = new Uint32Array(0)
  /** Of each print, how many there had been. */
  #counts = new Uint32Array(0)
  #count = 0

  constructor(seed: number = crypto.getRandomValues(new Int32Array(1))[0] as number) {
    this.#seed = seed
  }

  /** Whether anything was given up so far. */
  get isEmpty(): boolean {
    return this.#prints.length === 0
  }

  /** @param most how many it has to have room for */
  add(key: string, most: number): void {
    if (this.#prints.length < most) this.#grow(most)
    this.#put(this.#printOf(key), ++this.#count)
  }

  /** Whether the key is among the last so many; from then on it is not. */
  take(key: string, last: number): boolean {
    if (this.isEmpty) return false
    const print = this.#printOf(key)
    const row = this.#rowOf(print)
    for (let cell = row; cell < row + WAYS; cell++) {
      if (this.#prints[cell] !== print) continue
      this.#prints[cell] = 0
      return this.#ageOf(cell) < last
    }
    return false
  }

  #put(print: number, count: number): void {
    const row = this.#rowOf(print)
    let oldest = row
    for (let cell = row; cell < row + WAYS; cell++) {
      const there = this.#prints[cell]
      if (there === 0 || there === print) {
        oldest = cell
        break
      }
      if (this.#ageOf(cell) > this.#ageOf(oldest)) oldest = cell
    }
    this.#prints[oldest] = print
    this.#counts[oldest] = count
  }

  #rowOf(print: number): number {
    return (print & (this.#prints.length / WAYS - 1)) * WAYS
  }

  #ageOf(cell: number): number {
    return (this.#count - (this.#counts[cell] as number)) >>> 0
  }

  #grow(most: number): void {
    const [prints, counts] = [this.#prints, this.#counts]
    const length = Math.max(WAYS, 2 ** Math.ceil(Math.log2(most)))
    this.#prints = new Uint32Array(length)
    this.#counts = new Uint32Array(length)
    for (const [cell, print] of prints.entries())
      if (print !== 0) this.#put(print, counts[cell] as number)
  }

  /** Never 0, which is an empty cell. FNV-1a, and the last steps of MurmurHash3 so that all bits depend on all. */
  #printOf(key: string): number {
    let hash = this.#seed
    for (let at = 0; at < key.length; at++)
      hash = Math.imul(hash ^ key.charCodeAt(at), 0x01_00_01_93)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35)
    return (hash ^ (hash >>> 16)) >>> 0 || 1
  }
}
