/** Times beyond this, of one key, are not told apart: the oldest count. */
const MOST_OF_A_KEY = 16
/** Keys beyond this are forgotten, which only makes what is stored under them count as older. */
const MOST_KEYS = 1000

/**
 * When Next.js was told that something has to be made, by key: what it brings later began to be made no earlier. Several may
 * be on their way, and which one comes is not told, so the first to come counts as the first that was asked for.
 */
export class Asked {
  readonly #times = new Map<string, number[]>()
  readonly #since: number

  /** @param since for keys that were not asked for: when the first of those who store here began */
  constructor(since: number) {
    this.#since = since
  }

  missed(key: string, at: number): void {
    const times = this.#times.get(key) ?? []
    if (times.length >= MOST_OF_A_KEY) return
    times.push(at)
    this.#times.set(key, times)
    if (this.#times.size <= MOST_KEYS) return
    for (const oldest of this.#times.keys()) {
      this.#times.delete(oldest)
      return
    }
  }

  /** The earliest time at which what is brought now can have begun. */
  begunAt(key: string): number {
    const times = this.#times.get(key)
    const first = times?.shift()
    if (times?.length === 0) this.#times.delete(key)
    return first ?? this.#since
  }
}
