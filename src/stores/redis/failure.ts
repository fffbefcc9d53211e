import { CacheError, isCacheError } from '../../base/errors.ts'

// Every error reply of a server begins with a code in capitals; what a client says of its connection does not.
const SERVER_REPLY = /^[A-Z][A-Z0-9]+\b/

/** Whether the server said it, in answer to a command; otherwise the connection failed. */
export function isServerReply(error: Error): boolean {
  return SERVER_REPLY.test(error.message)
}

/** The server has no such script (any more). */
export function isNoScript(error: Error): boolean {
  return error.message.startsWith('NOSCRIPT')
}

/** A write that a replica refused, by itself or in a script. */
export function isReadOnly(error: Error): boolean {
  return isServerReply(error) && /\bREADONLY\b/.test(error.message)
}

/** Something that is no string lies under the key. */
export function isWrongType(error: Error): boolean {
  return error.message.startsWith('WRONGTYPE')
}

// Since Redis 7 an error raised inside a script begins with its own code; before, the code stands within the text.
const AUTH = /\b(WRONGPASS|NOAUTH|NOPERM|invalid password|no password is set)\b/i
const REFUSAL =
  /\b(OOM|READONLY|LOADING|MISCONF|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|BUSY|WRONGTYPE|TRYAGAIN|MOVED|ASK)\b/

const REMEDY: Readonly<Record<string, string>> = {
  OOM: "Its memory is full and nothing may be evicted. Raise 'maxmemory' or set 'maxmemory-policy allkeys-lru'.",
  READONLY: 'It is a replica. Give the address of the primary.',
  LOADING: 'It is still loading its data.',
  MISCONF: 'It cannot save its snapshots and therefore takes no writes. Its log says why.',
  CLUSTERDOWN: 'Its cluster has no owner for this key.',
  MASTERDOWN: "It is a replica that has lost its primary ('replica-serve-stale-data no').",
  NOREPLICAS: "Fewer replicas follow it than 'min-replicas-to-write' asks for.",
  BUSY: 'A script of somebody blocks it.',
  WRONGTYPE: 'Somebody else uses this key. Choose another prefix.',
}

/** Turns an error reply of the server, or a refused handshake, into ours. `where` names the server without its password. */
export function refusal(error: Error, where: string): CacheError {
  if (AUTH.test(error.message)) {
    return new CacheError(
      'E_STORE_AUTH',
      `Redis at ${where} refused our user: ${authRemedy(error)}`,
      {
        cause: error,
      },
    )
  }
  const code = REFUSAL.exec(error.message)?.[1]
  const remedy = code === undefined ? '' : (REMEDY[code] ?? '')
  return new CacheError(
    'E_STORE_REFUSED',
    `Redis at ${where} refused a command: ${error.message}${remedy === '' ? '' : `. ${remedy}`}`,
    { cause: error },
  )
}

function authRemedy(error: Error): string {
  // What the server says of itself names commands and channels, never passwords.
  if (/NOPERM/.test(error.message)) {
    return (
      `${error.message}. Allow it: ACL SETUSER <user> ~<prefix>:* &<prefix>:* +@read +@write +@scripting ` +
      '+@connection +@pubsub +info +scan +time'
    )
  }
  if (/NOAUTH/.test(error.message))
    return 'it asks for a password. Give one, as in redis://user:password@host.'
  return 'user name or password is wrong.'
}

/** Whether an error means that the server looked at our credentials and did not like them. */
function isAuthError(error: unknown): error is Error {
  return error instanceof Error && AUTH.test(error.message)
}

/** Why acts are refused while there is no connection. */
export function outage(reason: unknown, where: string): CacheError {
  // Missing clients and wrong credentials say more than that nothing answers.
  if (isCacheError(reason)) return new CacheError(reason.code, reason.message, { cause: reason })
  if (isAuthError(reason)) return refusal(reason, where)
  if (reason instanceof Error && isReadOnly(reason)) return refusal(reason, where)
  const detail = reason instanceof Error ? `: ${describe(reason)}` : ''
  return new CacheError('E_STORE_DOWN', `No connection to Redis at ${where}${detail}.`, {
    cause: reason,
  })
}

export function timeout(where: string, ms: number): CacheError {
  return new CacheError(
    'E_STORE_TIMEOUT',
    `Redis at ${where} did not answer within ${ms}ms (option 'commandTimeout'). Whether it acted is unknown.`,
  )
}

export function closed(): CacheError {
  return new CacheError(
    'E_CLOSED',
    'The Redis store was closed. Nothing can be asked of it any more.',
  )
}

export function tooMany(where: string, limit: number): CacheError {
  return new CacheError(
    'E_STORE_REFUSED',
    `More than ${limit} commands wait for Redis at ${where} (option 'maxQueued'); this one was not sent.`,
  )
}

// Node's AggregateError for a host with several addresses has an empty message; its code says it.
function describe(error: Error): string {
  if (error.message !== '') return error.message.replace(/\.$/, '')
  const { code } = error as NodeJS.ErrnoException
  return code ?? error.name
}
