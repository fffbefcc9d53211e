import { LogHistogram } from './log-histogram.ts'

interface Life {
  readonly family: string
  /** Of the value that is stored now; `undefined` before the first. */
  storedAt: number | undefined
  reads: number
}

/** What was seen of the sampled keys of one family. */
export interface FamilyLives {
  /** How old values were when they were read, in milliseconds. */
  readonly hitAges: LogHistogram
  /** Of reads that missed though a value had been stored: how long ago, in milliseconds. */
  readonly missAges: LogHistogram
  /** Values that ended (replaced, or gone when they were next asked for), and those of them that nobody had read. */
  readonly ended: number
  readonly unread: number
}

interface Tally {
  readonly hitAges: LogHistogram
  readonly missAges: LogHistogram
  ended: number
  unread: number
}

/** Follows the values of sampled keys from when they are stored until they are read, replaced or gone. Bounded. */
export class KeyLives {
  readonly #maxKeys: number
  readonly #maxFamilies: number
  readonly #lives = new Map<string, Life>()
  readonly #families = new Map<string, Tally>()

  constructor(maxKeys = 4096, maxFamilies = 200) {
    this.#maxKeys = maxKeys
    this.#maxFamilies = maxFamilies
  }

  hit(key: string, family: string, ageMs: number | undefined): void {
    const life = this.#lives.get(key)
    if (life !== undefined) life.reads++
    if (ageMs !== undefined) this.#tally(family)?.hitAges.add(ageMs)
  }

  miss(key: string, family: string, now: number): void {
    const life = this.#lives.get(key)
    if (life?.storedAt === undefined) return
    this.#tally(family)?.missAges.add(now - life.storedAt)
    this.#end(life)
  }

  stored(key: string, family: string, now: number): void {
    const life = this.#lives.get(key)
    if (life !== undefined) {
      if (life.storedAt !== undefined) this.#end(life)
      life.storedAt = now
      life.reads = 0
      return
    }
    if (this.#lives.size >= this.#maxKeys) {
      const [oldest] = this.#lives.keys()
      if (oldest !== undefined) this.#lives.delete(oldest)
    }
    this.#lives.set(key, { family, storedAt: now, reads: 0 })
  }

  /**
   * @param ttlMs how long the family's values live: those stored longer ago than that have ended, too
   */
  of(family: string, ttlMs: number | undefined, now: number): FamilyLives | undefined {
    const tally = this.#families.get(family)
    let { ended, unread } = tally ?? { ended: 0, unread: 0 }
    for (const life of this.#lives.values()) {
      if (life.family !== family || life.storedAt === undefined || ttlMs === undefined) continue
      if (now - life.storedAt <= ttlMs) continue
      ended++
      if (life.reads === 0) unread++
    }
    if (tally === undefined && ended === 0) return undefined
    const { hitAges, missAges } = tally ?? newTally()
    return { hitAges, missAges, ended, unread }
  }

  #end(life: Life): void {
    const tally = this.#tally(life.family)
    life.storedAt = undefined
    if (tally === undefined) return
    tally.ended++
    if (life.reads === 0) tally.unread++
  }

  #tally(family: string): Tally | undefined {
    const known = this.#families.get(family)
    if (known !== undefined) return known
    if (this.#families.size >= this.#maxFamilies) return undefined
    const tally = newTally()
    this.#families.set(family, tally)
    return tally
  }
}

function newTally(): Tally {
  return { hitAges: new LogHistogram(), missAges: new LogHistogram(), ended: 0, unread: 0 }
}
