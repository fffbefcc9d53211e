/** Prints of one row, each with its count: one line of the processor's cache. */
const WAYS = 8
const ROW = 2 * WAYS
const ROW_BITS = 4

/**
 * What was given up a short while ago, remembered by its print: when it is asked for again, it was given up too early. Eight
 * bytes each and no key, which may be long; nothing at all until something had to go. The prints begin with a seed of their
 * own, so that nobody can prepare keys that fall together; two that do cost a place in the order of eviction, no more.
 *
 * A full row forgets its oldest print, a little before its time.
 */
export class Ghosts {
  readonly #seed: number
  /** Each print, and after it how many there had been. Signed, as the processor counts: no number is ever made of them. */
  #cells = new Int32Array(0)
  #count = 0

  constructor(seed: number = crypto.getRandomValues(new Int32Array(1))[0] as number) {
    this.#seed = seed
  }

  /** Whether anything was given up so far. */
  get isEmpty(): boolean {
    return this.#cells.length === 0
  }

  /** @param most how many it has to have room for */
  add(print: number, most: number): void {
    if (this.#cells.length < 2 * most) this.#grow(most)
    this.#count = (this.#count + 1) | 0
    this.#put(print, this.#count)
  }

  /** Whether it is among the last so many; from then on it is not. */
  take(print: number, last: number): boolean {
    const cells = this.#cells
    if (cells.length === 0) return false
    const row = rowOf(print, cells.length)
    for (let cell = row; cell < row + ROW; cell += 2) {
      if (cells[cell] !== print) continue
      cells[cell] = 0
      return ((this.#count - (cells[cell + 1] as number)) | 0) < last
    }
    return false
  }

  /** Never 0, which is an empty cell. FNV-1a, and the last steps of MurmurHash3 so that all bits depend on all. */
  printOf(key: string): number {
    let hash = this.#seed
    for (let at = 0; at < key.length; at++)
      hash = Math.imul(hash ^ key.charCodeAt(at), 0x01_00_01_93)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35)
    return hash ^ (hash >>> 16) || 1
  }

  #put(print: number, count: number): void {
    const cells = this.#cells
    const row = rowOf(print, cells.length)
    let oldest = row
    let age = -1
    for (let cell = row; cell < row + ROW; cell += 2) {
      const there = cells[cell]
      if (there === 0 || there === print) {
        oldest = cell
        break
      }
      const itsAge = (count - (cells[cell + 1] as number)) | 0
      if (itsAge <= age) continue
      oldest = cell
      age = itsAge
    }
    cells[oldest] = print
    cells[oldest + 1] = count
  }

  #grow(most: number): void {
    const cells = this.#cells
    this.#cells = new Int32Array(2 * Math.max(WAYS, 2 ** Math.ceil(Math.log2(most))))
    for (let cell = 0; cell < cells.length; cell += 2) {
      const print = cells[cell] as number
      if (print !== 0) this.#put(print, cells[cell + 1] as number)
    }
  }
}

/** @param length of all cells: a power of two */
function rowOf(print: number, length: number): number {
  return (print << ROW_BITS) & (length - 1)
}
