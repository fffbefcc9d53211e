import { CacheError, isCacheError } from '../../base/errors.ts'
import { type Reply, replyText } from './reply.ts'

/** Turns an error that a server answered into ours. */
export function refusal(reply: Reply, where: string): CacheError {
  const text = replyText(reply)
  if (/authenti|unauth/i.test(text)) {
    return new CacheError(
      'E_STORE_AUTH',
      `Memcached at ${where} refused our user: ${text}. Give 'username' and 'password', as in its file of option -Y.`,
    )
  }
  if (/too large/i.test(text)) {
    return new CacheError(
      'E_TOO_LARGE',
      `Memcached at ${where} takes no value of this size. Start it with a larger -I (default 1m), or cache less under one key.`,
    )
  }
  const remedy = /out of memory/i.test(text)
    ? '. Nothing of this size could be evicted: start it with a larger -m.'
    : ''
  return new CacheError('E_STORE_REFUSED', `Memcached at ${where} refused: ${text}${remedy}`)
}

/** Why acts are refused while there is no connection. */
export function outage(reason: unknown, where: string): CacheError {
  if (isCacheError(reason)) return new CacheError(reason.code, reason.message, { cause: reason })
  const error = reason instanceof Error ? reason : undefined
  // Node's AggregateError for a host with several addresses has an empty message.
  const text = error && (error.message || (error as NodeJS.ErrnoException).code || error.name)
  return new CacheError(
    'E_STORE_DOWN',
    `No connection to Memcached at ${where}${text === undefined ? '' : `: ${text}`}.`,
    { cause: reason },
  )
}

export function timeout(where: string, ms: number): CacheError {
  return new CacheError(
    'E_STORE_TIMEOUT',
    `Memcached at ${where} did not answer within ${ms}ms (option 'commandTimeout'). Whether it acted is unknown.`,
  )
}

export function closed(): CacheError {
  return new CacheError('E_CLOSED', 'The Memcached store was closed.')
}

export function tooMany(where: string, limit: number): CacheError {
  return new CacheError(
    'E_STORE_REFUSED',
    `More than ${limit} commands wait for Memcached at ${where} (option 'maxQueued'); this one was not sent.`,
  )
}
