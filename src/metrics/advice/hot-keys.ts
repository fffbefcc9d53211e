/** A key and how often it was read: at most `count` times, at least `count - error`. */
export interface HotKey {
  readonly key: string
  readonly count: number
  readonly error: number
}

/**
 * The keys that are read most, however many there are: the one counted least makes room for a new one, which inherits its count.
 * A key with more than a 64th of all reads is always among them.
 *
 * Source: A. Metwally et al., "Efficient Computation of Frequent and Top-k Elements in Data Streams", ICDT 2005 (Space-Saving).
 */
export class HotKeys {
  readonly #room: number
  readonly #keys = new Map<string, { count: number; readonly error: number }>()
  #reads = 0

  constructor(room = 64) {
    this.#room = room
  }

  get reads(): number {
    return this.#reads
  }

  read(key: string): void {
    this.#reads++
    const known = this.#keys.get(key)
    if (known !== undefined) {
      known.count++
      return
    }
    if (this.#keys.size < this.#room) {
      this.#keys.set(key, { count: 1, error: 0 })
      return
    }
    let least: string | undefined
    let error = Infinity
    for (const [each, { count }] of this.#keys) {
      if (count >= error) continue
      least = each
      error = count
    }
    if (least !== undefined) this.#keys.delete(least)
    this.#keys.set(key, { count: error + 1, error })
  }

  /** Most read first. */
  top(): HotKey[] {
    return [...this.#keys]
      .map(([key, { count, error }]) => ({ key, count, error }))
      .toSorted((a, b) => b.count - a.count)
  }
}
