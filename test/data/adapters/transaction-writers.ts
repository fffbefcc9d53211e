import type { HistoryWriter } from '../history.ts'
import { undo, undone } from './undone.ts'

/** How an ORM writes in transactions. */
export interface Transactions<Trx> {
  begin(work: (trx: Trx) => Promise<void>): Promise<void>
  within(trx: Trx, work: (nested: Trx) => Promise<void>): Promise<void>
  add(trx: Trx, ids: readonly number[]): Promise<void>
  /** Done after a write that will be rolled back. */
  readonly beforeRollback?: (trx: Trx) => Promise<unknown>
}

/** Writers whose transactions are committed, rolled back, and either within one that is committed. */
export function transactionWriters<Trx>(by: Transactions<Trx>): HistoryWriter[] {
  return [
    { name: 'a transaction', write: (ids) => by.begin((trx) => by.add(trx, ids)) },
    {
      name: 'a nested transaction',
      write: (ids) => by.begin((trx) => by.within(trx, (nested) => by.add(nested, ids))),
    },
    {
      name: 'a transaction that is rolled back',
      keeps: () => [],
      write: (ids) =>
        undone(
          by.begin(async (trx) => {
            await by.add(trx, ids)
            await by.beforeRollback?.(trx)
            undo()
          }),
        ),
    },
    {
      name: 'a nested transaction that is rolled back',
      keeps: ([first]) => [first as number],
      write: ([first = 0, second = first]) =>
        by.begin(async (trx) => {
          await by.add(trx, [first])
          await undone(
            by.within(trx, async (nested) => {
              await by.add(nested, [second])
              undo()
            }),
          )
        }),
    },
  ]
}
