// Which states have been met. Of each only a 64-bit hash is kept: a million states at 16 bytes instead of several hundred.
// Two states with one hash would be taken for one; with three million states that has odds of one in four million.

const MIN_SLOTS = 1 << 12

/** A set of byte strings by their hash; the order of arrival numbers them from 0. */
export class Visited {
  #slots = new Int32Array(MIN_SLOTS).fill(-1)
  #low = new Int32Array(MIN_SLOTS)
  #high = new Int32Array(MIN_SLOTS)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The number of these bytes. New ones get the next number: compare with {@link size} as it was before. */
  add(bytes: Uint8Array, length: number): number {
    let low = 0x811c9dc5 | 0
    let high = 0x27d4eb2f | 0
    for (let at = 0; at < length; at++) {
      const byte = bytes[at] as number
      low = Math.imul(low ^ byte, 0x01000193)
      high = Math.imul(high ^ (byte + at), 0x85ebca6b)
      high ^= high >>> 13
    }
    low = mixed(low ^ length)
    high = mixed(high)
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & (this.#slots.length - 1)
    for (;;) {
      const number = this.#slots[slot] as number
      if (number < 0) break
      if (this.#low[number] === low && this.#high[number] === high) return number
      slot = (slot + 1) & (this.#slots.length - 1)
    }
    return this.#append(slot, low, high)
  }

  #append(slot: number, low: number, high: number): number {
    const number = this.#size++
    if (number === this.#low.length) {
      this.#low = grown(this.#low)
      this.#high = grown(this.#high)
    }
    this.#low[number] = low
    this.#high[number] = high
    this.#slots[slot] = number
    if (this.#size * 2 > this.#slots.length) this.#rehash()
    return number
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1)
    const mask = slots.length - 1
    for (let number = 0; number < this.#size; number++) {
      const low = this.#low[number] as number
      const high = this.#high[number] as number
      let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask
      slots[slot] = number
    }
    this.#slots = slots
  }
}

/** A list of integers that grows. */
export class Integers {
  #items = new Int32Array(MIN_SLOTS)
  length = 0

  push(item: number): void {
    if (this.length === this.#items.length) this.#items = grown(this.#items)
    this.#items[this.length++] = item
  }

  at(index: number): number {
    return this.#items[index] as number
  }
}

function grown(items: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(items.length * 2)
  larger.set(items)
  return larger
}

/** Spreads every bit over all others (the finaliser of MurmurHash3). */
function mixed(value: number): number {
  let hash = value ^ (value >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
