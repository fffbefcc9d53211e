import { env } from 'node:process'
import { CacheError, optionError } from '../base/errors.ts'
import { warnOnce } from '../base/warn-once.ts'
import type { Cache } from '../cache/cache.ts'
import { type Vault, VAULT_OF } from '../cache/vault.ts'
import type { SessionBackend, SessionData } from './backend.ts'
import { CacheBackend } from './cache-backend.ts'
import { ForeignBackend, type ForeignSessions } from './foreign-backend.ts'
import { resolveSessionOptions, type SessionStoreOptions, type SessionTerms } from './options.ts'
import { SessionStore } from './session-store.ts'
import { WriteThroughBackend } from './write-through.ts'

/**
 * Sessions on a cache: `sessionStore(caches.sessions)`. They lie in the alias's vault, which `clear()`, tags and namespaces do
 * not reach, under hashes of their ids.
 *
 * With `database` they are in a table, and the cache before it spares most reads. In place of a cache: the sessions of Django,
 * `sessionStore(djangoSessions(djangoCache(...)))`, where the later save stays whole as it does there.
 *
 * @throws {CacheError} `E_OPTION`; `E_UNSUPPORTED` on a store that keeps nothing
 */
export function sessionStore<Data extends SessionData = SessionData>(
  where: Cache | ForeignSessions,
  options: SessionStoreOptions = {},
): SessionStore<Data> {
  const terms = resolveSessionOptions(options)
  return new SessionStore<Data>(backendOf(where, terms), terms)
}

function backendOf(where: Cache | ForeignSessions, terms: SessionTerms): SessionBackend {
  const { database, tombstoneMs, cacheMs } = terms
  const vault = (where as Partial<Cache> | undefined)?.[VAULT_OF]
  if (vault !== undefined && database !== undefined)
    return new WriteThroughBackend(vault, database, { tombstoneMs, cacheMs })
  if (vault !== undefined) return new CacheBackend(checked(vault), tombstoneMs)
  if (!isForeign(where)) throw optionError('where', 'a cache, such as caches.sessions', where)
  if (database !== undefined)
    throw optionError('database', 'a cache before it, not the sessions of another program', where)
  return new ForeignBackend(where)
}

function isForeign(where: unknown): where is ForeignSessions {
  const acts = ['load', 'save', 'create', 'add', 'delete']
  return acts.every((act) => typeof (where as never)?.[act] === 'function')
}

const warn: (error: unknown) => void = warnOnce((message) =>
  process.emitWarning(message, { type: 'BreakwaterWarning', code: 'BREAKWATER_SESSIONS' }),
)

function checked(vault: Vault): Vault {
  const { alias, can } = vault
  if (!can.keeps)
    throw new CacheError(
      'E_UNSUPPORTED',
      `The store of '${alias}' keeps nothing, and so no session.`,
    )
  if (!can.durable && env['NODE_ENV'] === 'production')
    warn(
      new Error(
        `Cache '${alias}': its store forgets everything when it restarts, and removes what is used least when it is full: users are logged out. Keep sessions in Redis without eviction, in SQL, or give sessionStore() a 'database'.`,
      ),
    )
  return vault
}
