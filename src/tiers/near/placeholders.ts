/** What reads of the store put down before they ask, so that an invalidation that overtakes one of them is noticed. */
export class Placeholders {
  /** By key, those of all reads on their way. */
  readonly #placed = new Map<string, Set<object>>()

  /** @returns what belongs to this read alone, for `has` and `unplace` */
  place(keys: readonly string[]): object {
    const mine = {}
    for (const key of keys) {
      const all = this.#placed.get(key)
      if (all === undefined) this.#placed.set(key, new Set([mine]))
      else all.add(mine)
    }
    return mine
  }

  unplace(keys: readonly string[], mine: object): void {
    for (const key of keys) {
      const all = this.#placed.get(key)
      all?.delete(mine)
      if (all?.size === 0) this.#placed.delete(key)
    }
  }

  /** Nothing has overtaken this read of `key`. */
  has(key: string, mine: object): boolean {
    return this.#placed.get(key)?.has(mine) === true
  }

  /** @param spared one whose owner knows better */
  overtake(keys: readonly string[], spared?: object): void {
    for (const key of keys) {
      const all = this.#placed.get(key)
      if (all === undefined) continue
      if (spared !== undefined && all.has(spared)) this.#placed.set(key, new Set([spared]))
      else this.#placed.delete(key)
    }
  }

  clear(): void {
    this.#placed.clear()
  }
}
