import type { ServerResponse } from 'node:http'
import type { Reply } from '../../replay.ts'

// HTTP/2 has none, and Node warns of who looks for it there.
function hasReason(response: ServerResponse): boolean {
  return response.req.httpVersionMajor < 2
}

/** The reason phrase that a view has set. */
export function reasonOf(response: ServerResponse): string | undefined {
  return hasReason(response) ? response.statusMessage : undefined
}

export function setReason(response: ServerResponse, { reason = '' }: Reply): void {
  if (reason !== '' && hasReason(response)) response.statusMessage = reason
}
