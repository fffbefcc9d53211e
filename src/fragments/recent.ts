/** As much as is remembered. */
export interface Most {
  readonly entries: number
  /** Of all entries together. Default: no limit. */
  readonly weight?: number
}

/** What was used last, up to a number of entries and a weight in all: whoever makes endless templates does not fill the memory. */
export class Recent<V> {
  readonly #known = new Map<string, { readonly value: V; readonly weight: number }>()
  readonly #most: Required<Most>
  readonly #dropped: (value: V) => void
  #weight = 0

  /** @param dropped hears of each value that is forgotten */
  constructor(most: Most, dropped: (value: V) => void = () => {}) {
    this.#most = { weight: Infinity, ...most }
    this.#dropped = dropped
  }

  get(key: string): V | undefined {
    const known = this.#known.get(key)
    if (known === undefined) return undefined
    this.#known.delete(key)
    this.#known.set(key, known)
    return known.value
  }

  /** @param weight default 1 */
  set(key: string, value: V, weight = 1): void {
    this.delete(key)
    this.#known.set(key, { value, weight })
    this.#weight += weight
    for (const [oldest, known] of this.#known) {
      const fits = this.#known.size <= this.#most.entries && this.#weight <= this.#most.weight
      // The one that is needed now is kept, however much it weighs.
      if (fits || oldest === key) return
      this.delete(oldest)
      this.#dropped(known.value)
    }
  }

  delete(key: string): void {
    const known = this.#known.get(key)
    if (known === undefined) return
    this.#weight -= known.weight
    this.#known.delete(key)
  }
}

/** Of sources of templates: their number, and their characters in all. */
export const MOST_SOURCES: Required<Most> = {
  entries: 1000,
  weight: 32 * 1024 * 1024,
}
