import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Reads } from '../../reads.ts'
import { isEncrypted } from './encrypted.ts'
import { memberOf, replace } from './members.ts'

/** Ways to the connection, on a request and on its response. */
const WAYS = ['socket', 'connection', 'stream'] as const

/**
 * Lets the page know what its view reads of an HTTP/2 request that one of HTTP/1 does not have. A connection is there for all
 * requests of a client and cannot be watched, so whoever takes it is taken to read the client's address.
 *
 * @returns tells of a pseudo-header that is looked at: all but the scheme are in the key as they are
 */
export function trackStream(
  request: IncomingMessage,
  response: ServerResponse,
  reads: Reads,
): (name: string) => void {
  const scheme = request.headers[':scheme']
  // What a client says of its connection is not what the key has.
  const claims = scheme !== (isEncrypted(request) ? 'https' : 'http')
  const look = (name: string): void => {
    if (name === ':scheme' && claims) reads.all('the scheme that its client claims')
  }
  replace(request, 'scheme', () => {
    look(':scheme')
    return scheme
  })
  for (const on of [request, response]) {
    for (const name of WAYS) {
      const found = memberOf(on, name)
      replace(on, name, () => {
        reads.all('the client’s address')
        return found.get()
      })
    }
  }
  return look
}
