// The reason phrase of a status line. RFC 9112 §4.
import { STATUS_CODES } from 'node:http'

const REASON = /^[\t\x20-\x7e\x80-\xff]*$/

/** What may stand in a status line, or nothing. */
export function isReason(value: unknown): value is string {
  return typeof value === 'string' && REASON.test(value)
}

/** The phrase that is the view's own; empty for the one that the status has anyway, and for what no status line can hold. */
export function ownReason(status: number, reason: string | undefined): string {
  if (reason === undefined || reason === STATUS_CODES[status] || !isReason(reason)) return ''
  return reason
}
