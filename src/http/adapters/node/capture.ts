import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import { INNER_FIELDS } from '../../../base/inner-fields.ts'
import type { Tap } from '../../exchange.ts'
import { filledChunk } from './filled-chunk.ts'
import type { Asked } from './exchange.ts'
import { reasonOf } from './reason.ts'
import type { StandIn } from './stand-in.ts'

/**
 * Lets a tap see what is written to a response, whichever way the view writes it: `write`, `end`, `writeHead` with an object
 * or a list, pipes, and everything that frameworks build on them. What the client gets is unchanged but for the tap's fields.
 *
 * @param standIn sends what the tap wants sent in its place
 * @param asked layers outside the cache, which are called from here, do not count as reading, and see nothing of it
 */
export function captureResponse(
  response: ServerResponse,
  tap: Tap,
  standIn: StandIn,
  asked?: Asked,
): void {
  const reads = asked?.reads
  const outside = <T>(act: () => T): T => (reads === undefined ? act() : reads.untracked(act))
  captureHead(response, tap, standIn, outside, asked)
  captureBody(response, tap, standIn, outside, asked)
  // Emitted once the client is gone or has everything; in the latter case the tap has had its end already.
  response.once('close', () => tap.fail('its client left'))
}

type Outside = <T>(act: () => T) => T

function captureHead(
  response: ServerResponse,
  tap: Tap,
  standIn: StandIn,
  outside: Outside,
  asked: Asked | undefined,
): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse
  let seen = false
  // Node calls this method by itself for a head that nobody wrote.
  response.writeHead = (status: number, ...rest: unknown[]): ServerResponse => {
    if (standIn.hasTaken) return response
    if (seen || response.headersSent) return writeHead(status, ...rest)
    const given = takeGiven(response, rest)
    // Node refuses it, and says so.
    if (given === 'odd') return writeHead(status, ...rest)
    const { reason } = given
    seen = true
    asked?.answered()
    const phrase = reason ?? reasonOf(response)
    const head = { status, reason: phrase, fields: fieldsOf(response) }
    const instead = tap.takes(status) ? tap.instead(head) : undefined
    if (instead !== undefined && instead !== 'again') {
      asked?.end()
      outside(() => standIn.take(instead))
      return response
    }
    const { add, drop } = tap.head(head)
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
  standIn: StandIn,
  outside: Outside,
  asked: Asked | undefined,
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
  // Node would ask for the head in the midst of sending the body: too late to send another in its place.
  const isTaken = (): boolean => {
    if (!standIn.hasTaken && !response.headersSent && tap.takes(response.statusCode)) {
      response.writeHead(response.statusCode)
    }
    return standIn.hasTaken
  }
  // Over HTTP/2 the end of a response writes its last part by the method that stands here.
  let ending = false
  const flushHeaders = response.flushHeaders.bind(response)
  response.flushHeaders = () => {
    if (!isTaken()) flushHeaders()
  }
  response.write = (...args: unknown[]): boolean => {
    if (ending || standIn.isSending) return write(...args)
    if (isTaken()) return swallowed(args, true)
    const ended = response.writableEnded
    const sent = filledChunk(response, tap, args)
    // First, so that the head has been seen and what Node refuses is not taken for a part of the page.
    const result = outside(() => write(...sent))
    if (!ended) see(args[0], args[1])
    return result
  }
  response.end = (...args: unknown[]): ServerResponse => {
    if (isTaken()) return swallowed(args, response)
    const ended = response.writableEnded
    const sent = ended ? args : filledChunk(response, tap, args, 'end')
    asked?.end()
    ending = true
    const result = outside(() => {
      try {
        return end(...sent)
      } finally {
        // After an end that Node refuses, the view may write on.
        ending = false
      }
    })
    if (ended) return result
    see(args[0], args[1])
    tap.end()
    return result
  }
}

/** What was written goes nowhere; its writer hears that it was written. */
function swallowed<T>(args: readonly unknown[], result: T): T {
  const told = args.find((each) => typeof each === 'function') as (() => void) | undefined
  if (told !== undefined) process.nextTick(told)
  return result
}

/**
 * Sets what `writeHead` was given besides the status.
 *
 * @returns the reason phrase among it, or `'odd'`, with nothing set, for a list that Node refuses
 */
export function takeGiven(
  response: ServerResponse,
  rest: readonly unknown[],
): { readonly reason: string | undefined } | 'odd' {
  const given = rest.find((each) => typeof each === 'object' && each !== null)
  if (Array.isArray(given) && !Array.isArray(given[0]) && given.length % 2 === 1) return 'odd'
  setFields(response, given)
  return { reason: typeof rest[0] === 'string' ? rest[0] : undefined }
}

/** What `writeHead` was given, as it would: it replaces what is set, and may repeat names, also in another case. */
function setFields(response: ServerResponse, given: unknown): void {
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
    // Of HTTP/2: the status, once it is sent.
    if (name.startsWith(':')) continue
    const value = response.getHeader(name)
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) fields.push(name, String(each))
    }
  }
  return fields
}

interface SentHead {
  readonly _header?: unknown
  readonly [INNER_FIELDS]?: readonly string[]
}

/** From the text of the head, where Node shows it: fields given to its own `writeHead` need not be in `getHeader`. */
export function sentFields(response: ServerResponse): string[] {
  const { _header: text, [INNER_FIELDS]: inner } = response as SentHead
  if (inner !== undefined) return [...inner]
  if (typeof text !== 'string') return fieldsOf(response)
  const fields: string[] = []
  for (const line of text.split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.push(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return fields
}
