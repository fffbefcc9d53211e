// A bound of our own on what this prefix takes of a server that others need, too: a queue cannot live on a server that evicts,
// and a cache cannot on one that does not.
//
// The size is estimated from a sample and kept under the bound by removing the entries that were used longest ago, as Redis
// itself does: of some, not of all. Other people's keys are never touched, nor are locks and the stamps of tags.
import { isInVault } from '../../base/key.ts'
import type { Clock } from '../../base/clock.ts'
import type { StoreEvent } from '../../base/store.ts'
import type { Command, Reply } from './port.ts'
import type { Line } from './line.ts'

export interface BudgetParts {
  readonly line: Line
  readonly clock: Clock
  readonly prefix: string
  readonly processId: string
  readonly budgetBytes: number
  readonly report: (event: StoreEvent) => void
}

interface Sampled {
  readonly key: string
  readonly bytes: number
  /** The larger, the less it is needed. */
  readonly idle: number
}

/** One process at a time looks; the others' turns come soon enough. */
const EVERY_MS = 1000
const WHEN_NEARLY_FULL_MS = 200
const NEARLY = 0.8
/** Down to here, so that not every write finds it full. */
const TARGET = 0.9
/** So many keys or fewer are counted; of more, as many are looked at. */
const SAMPLE = 4000
const STEP = 500
const MAX_ROUNDS = 200

export class Budget {
  readonly #parts: BudgetParts
  #stop: () => void = () => {}
  #isClosed = false
  #countsUses = false
  /** The last estimate. */
  bytes: number | undefined
  evicted = 0

  constructor(parts: BudgetParts) {
    this.#parts = parts
    this.#later(EVERY_MS)
  }

  close(): void {
    this.#isClosed = true
    this.#stop()
  }

  #later(ms: number): void {
    if (this.#isClosed) return
    this.#stop = this.#parts.clock.after(ms, () => {
      void this.#turnAndGoOn()
    })
  }

  async #turnAndGoOn(): Promise<void> {
    this.#later(await this.#turn())
  }

  /** Never rejects. Answers when to look again. */
  async #turn(): Promise<number> {
    const { budgetBytes, line, prefix, processId, report } = this.#parts
    try {
      const lock = ['SET', `${prefix}:{g0}:budget`, processId, 'NX', 'PX', String(EVERY_MS / 2)]
      const [mine] = await line.run([lock])
      if (mine === null) return EVERY_MS
      this.bytes = await this.#estimate()
      if (this.bytes > budgetBytes) await this.#evict(this.bytes - budgetBytes * TARGET)
      return this.bytes > budgetBytes * NEARLY ? WHEN_NEARLY_FULL_MS : EVERY_MS
    } catch (error) {
      if (!this.#isClosed && line.isUp)
        report({ kind: 'error', message: 'The budget could not be kept.', error })
      return EVERY_MS
    }
  }

  async #estimate(): Promise<number> {
    const { line } = this.#parts
    const [size] = await line.run([['DBSIZE']])
    const all = Number(size)
    let seen = 0
    let bytes = 0
    const isSmall = all <= SAMPLE
    let cursor = isSmall ? '0' : randomCursor()
    do {
      const [next, keys] = await this.#scan(cursor)
      seen += keys.length
      for (const one of await this.#measure(keys.filter((key) => this.#isOurs(key))))
        bytes += one.bytes
      cursor = isSmall || next !== '0' ? next : randomCursor()
    } while (isSmall ? cursor !== '0' : seen < SAMPLE)
    return isSmall ? bytes : Math.round((bytes / Math.max(1, seen)) * all)
  }

  async #evict(surplus: number): Promise<void> {
    const { line, report } = this.#parts
    let freed = 0
    let count = 0
    for (let round = 0; round < MAX_ROUNDS && freed < surplus && !this.#isClosed; round++) {
      const [, keys] = await this.#scan(randomCursor())
      const sample = await this.#measure(keys.filter((key) => this.#isEvictable(key)))
      const idlest = sample.toSorted((a, b) => b.idle - a.idle)
      const gone: string[] = []
      for (const { key, bytes } of idlest.slice(0, Math.ceil(idlest.length / 3))) {
        if (freed >= surplus) break
        freed += bytes
        gone.push(key)
      }
      // One after the other: in a cluster that moves, each may have its own place.
      if (gone.length > 0) await line.run(gone.map((key) => ['UNLINK', key]))
      count += gone.length
    }
    this.evicted += count
    if (count === 0) return
    const message = `${count} entries were evicted to keep the budget.`
    report({ kind: 'evicted', message, bytes: Math.round(freed) })
  }

  async #scan(cursor: string): Promise<readonly [next: string, keys: readonly string[]]> {
    const [reply] = await this.#parts.line.run([['SCAN', cursor, 'COUNT', String(STEP)]])
    const [next, keys] = reply as readonly [Reply, readonly Reply[]]
    return [String(next), keys.map(String)]
  }

  async #measure(keys: readonly string[]): Promise<readonly Sampled[]> {
    if (keys.length === 0) return []
    const calls = keys.flatMap((key): Command[] => [
      ['MEMORY', 'USAGE', key],
      ['OBJECT', this.#countsUses ? 'FREQ' : 'IDLETIME', key],
    ])
    try {
      const replies = await this.#parts.line.run(calls)
      return keys.map((key, index) => {
        const use = Number(replies[index * 2 + 1] ?? 0)
        return { key, bytes: Number(replies[index * 2] ?? 0), idle: this.#countsUses ? -use : use }
      })
    } catch (error) {
      // Under an LFU policy the server counts uses instead of time.
      if (this.#countsUses || !/\bLFU\b/.test(String(error))) throw error
      this.#countsUses = true
      return await this.#measure(keys)
    }
  }

  #isOurs(key: string): boolean {
    return key.startsWith(`${this.#parts.prefix}:`)
  }

  #isEvictable(key: string): boolean {
    const { prefix } = this.#parts
    return (
      this.#isOurs(key) &&
      !key.startsWith(`${prefix}:{`) &&
      !key.startsWith(`${prefix}:~lock:`) &&
      // Sessions cannot be loaded again.
      !isInVault(key)
    )
  }
}

/** Anywhere in the table: a cursor is a place, and SCAN takes any. */
function randomCursor(): string {
  return String(Math.floor(Math.random() * 2 ** 32))
}
