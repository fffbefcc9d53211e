import type { Advice } from '../../base/advice.ts'
import type { FlushOperation, Operation, StoreStats } from '../../base/store.ts'
import type { Budget } from './budget.ts'
import { gatherFacts } from './checkup/facts.ts'
import { refuseIfShared } from './checkup/foreign.ts'
import { judgeServer } from './checkup/verdict.ts'
import type { CommandLines } from './lines.ts'
import type { BudgetBytes } from './options.ts'
import { flushAll, readStats } from './stats.ts'

/** What a store does for the server beside the acts: looks whether it suits a cache, and keeps to a budget. */
export class Upkeep {
  readonly #lines: CommandLines
  readonly #prefix: string
  readonly #bound: BudgetBytes
  readonly #budget: Budget | undefined

  constructor(lines: CommandLines, prefix: string, bound: BudgetBytes, budget: Budget | undefined) {
    this.#prefix = prefix
    this.#lines = lines
    this.#bound = bound
    this.#budget = budget
  }

  async examine(operation: Operation): Promise<readonly Advice[]> {
    return judgeServer(await gatherFacts(this.#lines.all, operation), this.#bound)
  }

  async flush(operation: FlushOperation): Promise<void> {
    if (operation.reallyEverything !== true)
      await refuseIfShared(this.#lines.all, this.#prefix, operation)
    await flushAll(this.#lines.all, operation)
  }

  async stats(operation: Operation): Promise<StoreStats> {
    const stats = await readStats(this.#lines.all, operation)
    if (this.#budget === undefined || typeof this.#bound !== 'number') return stats
    const { bytes = 0, evicted } = this.#budget
    const budget = { budgetBytes: this.#bound, budgetUsed: bytes, budgetEvicted: evicted }
    return { ...stats, detail: { ...stats.detail, ...budget } }
  }

  close(): void {
    this.#budget?.close()
  }
}
