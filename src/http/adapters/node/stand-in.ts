import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Reply } from '../../replay.ts'
import { fieldsByName } from './fields-by-name.ts'
import { hasReason } from './reason.ts'

type Method = (...args: unknown[]) => unknown

/**
 * Sends a page in the place of what a view writes: the response is as it was before the view ran, plus the page, and what the
 * view still writes goes nowhere. To be made before the view runs.
 */
export class StandIn {
  readonly #response: ServerResponse
  readonly #writeHead: Method
  readonly #end: Method
  readonly #before: OutgoingHttpHeaders
  readonly #status: number
  #hasTaken = false
  #isSending = false

  /** @param more fields that a framework keeps elsewhere until it writes its head */
  constructor(response: ServerResponse, more: OutgoingHttpHeaders = {}) {
    this.#response = response
    // As layers outside have left them.
    this.#writeHead = response.writeHead.bind(response) as Method
    this.#end = response.end.bind(response) as Method
    this.#before = { ...response.getHeaders(), ...more }
    this.#status = response.statusCode
  }

  /** Whether the view's writes go nowhere. */
  get hasTaken(): boolean {
    return this.#hasTaken
  }

  /** Whether what is written now is the page. */
  get isSending(): boolean {
    return this.#isSending
  }

  /** Nothing happens where the client has a head already, or has left. */
  take(reply: Reply): void {
    const response = this.#response
    if (this.#hasTaken || response.headersSent || response.destroyed) return
    this.#hasTaken = true
    restoreFields(response, this.#before)
    response.statusCode = this.#status
    // The view's own phrase goes with it.
    if (hasReason(response)) response.statusMessage = reply.reason ?? ''
    for (const [name, value] of fieldsByName(reply)) response.setHeader(name, value)
    // `pipeline` destroys what it could not write to the end; this response has ended.
    response.destroy = () => response
    this.#writeHead(reply.status)
    this.#isSending = true
    try {
      if (reply.body === null) this.#end()
      else this.#end(reply.body)
    } finally {
      this.#isSending = false
    }
  }
}

/** Gives a response the fields that it had, and no others. */
export function restoreFields(response: ServerResponse, before: OutgoingHttpHeaders): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  for (const [name, value] of Object.entries(before)) {
    if (value !== undefined) response.setHeader(name, value)
  }
}
