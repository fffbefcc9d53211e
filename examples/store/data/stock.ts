import type { Query } from '../database/database.ts'

export type StockReader = (productId: number) => Promise<number>

/** Long enough that a rush shares its reads, short enough that nobody notices. */
const GATHER_MS = 20

/**
 * Reads how many of a product are left. Never cached: every answer was read after it was asked for. But visitors who
 * ask within the same twenty milliseconds share one statement.
 */
export function stockReader(query: Query): StockReader {
  let gathering:
    | { readonly ids: Set<number>; readonly answer: Promise<Map<number, number>> }
    | undefined

  const gather = (): { ids: Set<number>; answer: Promise<Map<number, number>> } => {
    const ids = new Set<number>()
    const answer = new Promise<void>((resolve) => setTimeout(resolve, GATHER_MS)).then(async () => {
      // Closed before the read starts: whoever asks from now on must not get this answer.
      gathering = undefined
      const rows = await query<{ id: number; quantity: number }>(
        `select product_id as id, quantity from stock where product_id = any($1)`,
        [[...ids]],
      )
      return new Map(rows.map((row) => [row.id, row.quantity]))
    })
    return { ids, answer }
  }

  return async (productId) => {
    gathering ??= gather()
    gathering.ids.add(productId)
    return (await gathering.answer).get(productId) ?? 0
  }
}
