/** Keys whose tags are remembered: about 2 MB at the most. */
const CAPACITY = 10_000

/**
 * Remembers which tags a key had, so that the next read asks for their stamps at once instead of in a second round trip.
 * Only a hint: what it forgets costs a round trip, what it has wrong costs nothing.
 */
export class TagMemory {
  readonly #tags = new Map<string, readonly string[]>()

  of(key: string): readonly string[] | undefined {
    return this.#tags.get(key)
  }

  remember(key: string, tags: readonly string[]): void {
    if (tags.length === 0) {
      if (this.#tags.size > 0) this.#tags.delete(key)
      return
    }
    if (this.#tags.size >= CAPACITY && !this.#tags.has(key)) this.#tags.clear()
    this.#tags.set(key, tags)
  }
}
