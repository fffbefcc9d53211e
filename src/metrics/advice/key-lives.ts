import { isWithin } from '../sums.ts'
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
  /** Values that ended (replaced, or gone when they were next asked for), and those of them that nobody asked for. */
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
    // It was asked for again, if too late.
    life.reads++
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
   * @param family as it is counted: it may be wider than what a single key looks like
   * @param ttlMs how long its values live: those stored longer ago than that have ended, too
   */
  of(family: string, ttlMs: number | undefined, now: number): FamilyLives {
    // Events say keys as the caller wrote them: without the namespace that a family begins with.
    const name = family.slice(family.lastIndexOf('>') + 1)
    const isOf = (each: string): boolean => each === name || isWithin(each, name)
    const sum = newTally()
    for (const [each, tally] of this.#families) {
      if (!isOf(each)) continue
      sum.hitAges.merge(tally.hitAges)
      sum.missAges.merge(tally.missAges)
      sum.ended += tally.ended
      sum.unread += tally.unread
    }
    for (const life of this.#lives.values()) {
      if (life.storedAt === undefined || ttlMs === undefined || now - life.storedAt <= ttlMs)
        continue
      if (!isOf(life.family)) continue
      sum.ended++
      if (life.reads === 0) sum.unread++
    }
    return sum
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
