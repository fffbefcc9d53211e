import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { Tap } from '../../exchange.ts'
import type { Reads } from '../../reads.ts'
import { reasonOf } from './reason.ts'

/**
 * Lets a tap see what is written to a response, whichever way the view writes it: `write`, `end`, `writeHead` with an object
 * or a list, pipes, and everything that frameworks build on them. What the client gets is unchanged but for the tap's fields.
 *
 * @param reads what the view reads; layers outside the cache, which are called from here, do not count
 * @param onEnd called before the view's end reaches them
 */
export function captureResponse(
  response: ServerResponse,
  tap: Tap,
  reads?: Reads,
  onEnd?: () => void,
): void {
  const outside = <T>(act: () => T): T => (reads === undefined ? act() : reads.untracked(act))
  captureHead(response, tap, outside)
  captureBody(response, tap, outside, onEnd)
  // Emitted once the client is gone or has everything; in the latter case the tap has had its end already.
  response.once('close', () => tap.fail('its client left'))
}

type Outside = <T>(act: () => T) => T

function captureHead(response: ServerResponse, tap: Tap, outside: Outside): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse
  let seen = false
  // Node calls this method by itself for a head that nobody wrote.
  response.writeHead = (status: number, ...rest: unknown[]): ServerResponse => {
    if (seen || response.headersSent) return writeHead(status, ...rest)
    const reason = typeof rest[0] === 'string' ? rest[0] : undefined
    const given = rest.find((each) => typeof each === 'object' && each !== null)
    if (Array.isArray(given) && !Array.isArray(given[0]) && given.length % 2 === 1) {
      // Node refuses it, and says so.
      return writeHead(status, ...rest)
    }
    setFields(response, given)
    seen = true
    const phrase = reason ?? reasonOf(response)
    const { add, drop } = tap.head({ status, reason: phrase, fields: fieldsOf(response) })
    for (const name of drop) response.removeHeader(name)
    for (let index = 0; index + 1 < add.length; index += 2) {
      response.appendHeader(add[index] as string, add[index + 1] as string)
    }
    const result = outside(() => {
      return reason === undefined ? writeHead(status) : writeHead(status, reason)
    })
    // Sessions and the like set their fields in a writeHead of their own, which has just run.
    tap.sent({ status: response.statusCode, fields: sentFields(response) })
    return result
  }
}

function captureBody(
  response: ServerResponse,
  tap: Tap,
  outside: Outside,
  onEnd?: () => void,
): void {
  const write = response.write.bind(response) as (...args: unknown[]) => boolean
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse
  const see = (chunk: unknown, encoding: unknown): void => {
    if (!tap.collecting || chunk === undefined || chunk === null) return
    if (typeof chunk === 'string') {
      tap.chunk(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as 'utf8') : 'utf8'))
    } else if (chunk instanceof Uint8Array) tap.chunk(chunk)
    else if (typeof chunk !== 'function') tap.fail('its body is not bytes')
  }
  response.write = (...args: unknown[]): boolean => {
    const ended = response.writableEnded
    // First, so that the head has been seen and what Node refuses is not taken for a part of the page.
    const result = outside(() => write(...args))
    if (!ended) see(args[0], args[1])
    return result
  }
  response.end = (...args: unknown[]): ServerResponse => {
    const ended = response.writableEnded
    onEnd?.()
    const result = outside(() => end(...args))
    if (ended) return result
    see(args[0], args[1])
    tap.end()
    return result
  }
}

/** What `writeHead` was given, as it would: it replaces what is set, and may repeat names, also in another case. */
export function setFields(response: ServerResponse, given: unknown): void {
  if (given === undefined) return
  if (!Array.isArray(given)) {
    const seen = new Set<string>()
    for (const [name, value] of Object.entries(given as Record<string, OutgoingHttpHeader>)) {
      // Both may be sent, and the one that forbids to keep the page must not be lost.
      if (seen.has(name.toLowerCase())) response.appendHeader(name, value as string)
      else response.setHeader(name, value)
      seen.add(name.toLowerCase())
    }
    return
  }
  const flat: string[] = Array.isArray(given[0]) ? given.flat() : given
  for (let index = 0; index < flat.length; index += 2) response.removeHeader(flat[index] as string)
  for (let index = 0; index + 1 < flat.length; index += 2) {
    response.appendHeader(flat[index] as string, flat[index + 1] as string)
  }
}

/** As they are set, names as they were written. */
export function fieldsOf(response: ServerResponse): string[] {
  const fields: string[] = []
  // Node has it on every outgoing message since 15.4; its types know only the client's.
  const { getRawHeaderNames } = response as { getRawHeaderNames?: () => string[] }
  const names = getRawHeaderNames?.call(response) ?? response.getHeaderNames()
  for (const name of names) {
    const value = response.getHeader(name)
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) fields.push(name, String(each))
    }
  }
  return fields
}

/** From the text of the head, where Node shows it: fields given to its own `writeHead` need not be in `getHeader`. */
export function sentFields(response: ServerResponse): string[] {
  const { _header: text } = response as { _header?: unknown }
  if (typeof text !== 'string') return fieldsOf(response)
  const fields: string[] = []
  for (const line of text.split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.push(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return fields
}
