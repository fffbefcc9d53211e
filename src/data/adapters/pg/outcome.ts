import type { Settled } from '../../statement.ts'
import type { PgClient, PgResult, Submittable } from './client-shape.ts'

/** What the answer to a query means. @param trusted its rows are all there */
export function answered(client: PgClient, query: Submittable, trusted: boolean): Settled {
  const results = query._results
  const one = Array.isArray(results) ? undefined : (results as PgResult | undefined)
  // A transaction in which something failed answers its COMMIT so, without an error.
  const outcome = one?.command === 'ROLLBACK' ? 'undone' : 'done'
  const rows = trusted && query._canceledDueToError !== true ? one?.rows : undefined
  return { outcome, transaction: stateOf(client), ...(rows === undefined ? {} : { rows: [rows] }) }
}

/** What an error means: an answer of the server, or the loss of the connection. */
export function failed(error: unknown, wasSent: boolean, isCommit: boolean): Settled {
  if (!wasSent) return { outcome: 'undone' }
  if (!isAnswer(error)) return { outcome: 'unknown', transaction: 'none' }
  // A COMMIT that fails (a deferred constraint) ends its transaction; the state that the client knows is from before.
  return { outcome: 'undone', ...(isCommit ? { transaction: 'none' } : {}) }
}

function stateOf(client: PgClient): Settled['transaction'] {
  const status = client.getTransactionStatus?.()
  if (status === 'I') return 'none'
  return status === 'T' || status === 'E' ? 'open' : undefined
}

/** The server said that this statement failed, and lives. */
function isAnswer(error: unknown): boolean {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown }
  if (typeof code !== 'string' || !/^[\dA-Z]{5}$/.test(code)) return false
  // 40003: "statement completion unknown"; class 08: the connection; FATAL: the server ends it, whatever it was doing.
  return severity === 'ERROR' && code !== '40003' && !code.startsWith('08')
}
