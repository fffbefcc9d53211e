import type { ServerResponse } from 'node:http'
import type { Tap } from '../../exchange.ts'
import { sentFields } from './capture.ts'

/**
 * For pages that are seen before layers outside are done with them: ends the tap once the body was whole and the head that
 * went out was fit to be kept, and fails it when the client is gone before that.
 */
export function watchSending(response: ServerResponse, tap: Tap): { bodyEnded(): void } {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse
  let sent = false
  let ended = false
  response.writeHead = (...args: unknown[]): ServerResponse => {
    const result = writeHead(...args)
    if (sent) return result
    sent = true
    tap.sent({ status: response.statusCode, fields: sentFields(response) })
    if (ended) tap.end()
    return result
  }
  response.once('close', () => tap.fail('its client left'))
  return {
    bodyEnded() {
      ended = true
      if (sent) tap.end()
    },
  }
}
