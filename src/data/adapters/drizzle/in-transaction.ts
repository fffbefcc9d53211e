import { sessionOf } from '../../session-of.ts'
import { kindOf, type Session } from './drizzle.ts'

/**
 * Whether what this session reads may be uncommitted. A transaction of Drizzle is a session whose client is one connection, so
 * a session reads outside only if it is known to: its client is a pool, or a connection that says that it is idle.
 */
export function inTransaction(session: Session): boolean {
  const client = session.client as Client | undefined
  switch (kindOf(session)) {
    case 'NodePgSession':
      return !isPool(client) && isOpen(client)
    case 'MySql2Session':
      // What it can take connections from.
      return typeof client?.getConnection !== 'function'
    case 'PgliteSession':
      // Its transactions hand out an object that is closed afterwards.
      return client?.closed !== false || 'rollback' in client
    case 'BetterSQLiteSession':
      return client?.inTransaction !== false
    case 'LibSQLSession':
      return session.tx !== undefined
    default:
      return true
  }
}

interface Client {
  readonly totalCount?: number
  readonly getTransactionStatus?: () => string
  readonly getConnection?: unknown
  readonly closed?: boolean
  readonly inTransaction?: boolean
}

function isOpen(client: Client | undefined): boolean {
  return sessionOf(client)?.inTransaction ?? client?.getTransactionStatus?.() !== 'I'
}

function isPool(client: Client | undefined): boolean {
  return typeof client?.totalCount === 'number'
}
