import { LogHistogram } from './log-histogram.ts'

/** Hashes are below this. */
const HASHES = 2 ** 32

interface Sampled {
  readonly hash: number
  /** When it was last read, in reads of sampled keys. */
  turn: number
  bytes: number
}

/**
 * What hit rate how much memory would give, from a sample of the keys: for each read, how many bytes of other keys were read
 * since that key's last one. A cache of at least so many bytes that drops what was used longest ago would have answered it.
 *
 * Source: C. Waldspurger et al., "Efficient MRC Construction with SHARDS", FAST '15: keys are sampled by their hash, those with
 * the largest are dropped when there are too many, and what is missing of the expected number of reads is added to the
 * shortest distance (SHARDS-adj). Memory and the time for a read do not grow with the number of keys.
 */
export class ReuseSketch {
  readonly #maxKeys: number
  readonly #keys = new Map<string, Sampled>()
  readonly #distances = new LogHistogram()
  /** Bytes of the keys by the turn of their last read, summed in a tree (P. Fenwick, 1994). */
  #tree: Float64Array
  #turn = 0
  #threshold: number = HASHES
  #reads = 0
  #coldReads = 0

  /** @param maxKeys how many keys are remembered at most: 4,096 take about a megabyte and err by a percent or two */
  constructor(maxKeys = 4096) {
    this.#maxKeys = maxKeys
    this.#tree = new Float64Array(maxKeys * 4 + 1)
  }

  /** The share of all keys that is looked at. */
  get rate(): number {
    return this.#threshold / HASHES
  }

  /** Reads counted, of all keys. */
  get reads(): number {
    return this.#reads
  }

  wants(hash: number): boolean {
    return hash < this.#threshold
  }

  /** A key is read that is not sampled: it counts towards what is expected of the sample. */
  pass(): void {
    this.#reads++
  }

  /** A sampled key is read. */
  read(key: string, hash: number, bytes: number): void {
    this.#reads++
    const known = this.#keys.get(key)
    if (known === undefined) {
      this.#coldReads += 1 / this.rate
      this.#remember(key, hash, bytes)
      return
    }
    const between = this.#sum(this.#turn) - this.#sum(known.turn)
    this.#distances.add((between + bytes) / this.rate, 1 / this.rate)
    this.#move(known, bytes)
  }

  /** The share of reads that a cache of so many bytes would answer; `undefined` before the first read. */
  hitRateAt(bytes: number): number | undefined {
    if (this.#reads === 0) return undefined
    const seen = this.#distances.total + this.#coldReads
    const missing = this.#reads - seen
    const hits = this.#distances.upTo(bytes) + missing
    return Math.min(1, Math.max(0, hits / this.#reads))
  }

  #remember(key: string, hash: number, bytes: number): void {
    const sampled = { hash, turn: 0, bytes: 0 }
    this.#keys.set(key, sampled)
    this.#move(sampled, bytes)
    if (this.#keys.size > this.#maxKeys) this.#sampleLess()
  }

  #move(sampled: Sampled, bytes: number): void {
    if (this.#turn >= this.#tree.length - 1) this.#renumber()
    if (sampled.turn > 0) this.#add(sampled.turn, -sampled.bytes)
    sampled.bytes = bytes
    sampled.turn = ++this.#turn
    this.#add(sampled.turn, bytes)
  }

  // A quarter at once, so that it is seldom done. What was counted stays: it was counted at its own rate.
  #sampleLess(): void {
    const hashes = [...this.#keys.values()].map(({ hash }) => hash).toSorted((a, b) => a - b)
    this.#threshold = hashes[Math.floor(hashes.length * 0.75)] ?? this.#threshold
    for (const [key, { hash, turn, bytes }] of this.#keys) {
      if (hash < this.#threshold) continue
      this.#add(turn, -bytes)
      this.#keys.delete(key)
    }
  }

  #renumber(): void {
    const inOrder = [...this.#keys.values()].toSorted((a, b) => a.turn - b.turn)
    this.#tree = new Float64Array(this.#tree.length)
    this.#turn = 0
    for (const sampled of inOrder) {
      if (sampled.turn === 0) continue
      sampled.turn = ++this.#turn
      this.#add(sampled.turn, sampled.bytes)
    }
  }

  #add(turn: number, bytes: number): void {
    for (let at = turn; at < this.#tree.length; at += at & -at) {
      this.#tree[at] = (this.#tree[at] ?? 0) + bytes
    }
  }

  #sum(turn: number): number {
    let sum = 0
    for (let at = turn; at > 0; at -= at & -at) sum += this.#tree[at] ?? 0
    return sum
  }
}
