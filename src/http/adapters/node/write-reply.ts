import { ServerResponse } from 'node:http'
import type { Reply } from '../../replay.ts'
import { fieldsByName } from './fields-by-name.ts'
import { setReason } from './reason.ts'

/** Writes a page from the cache. What layers outside have set stays, unless the page has a field of that name. */
export function writeReply(response: ServerResponse, reply: Reply): void {
  // The client may have left while we looked.
  if (response.headersSent || response.destroyed) return
  if (response.writeHead === ServerResponse.prototype.writeHead && !hasFields(response)) {
    // Nobody outside has set a field or wants to see the head, so Node may take the list as it is, without a look at each name.
    writeList(response, reply)
  } else {
    response.statusCode = reply.status
    setReason(response, reply)
    for (const field of fieldsByName(reply)) response.setHeader(field[0], field[1])
  }
  if (reply.body === null) response.end()
  else response.end(reply.body)
}

function hasFields(response: ServerResponse): boolean {
  return response.getHeaderNames().length > 0
}

function writeList(response: ServerResponse, { fields, reason = '', status }: Reply): void {
  const list = fields as string[]
  if (reason === '') response.writeHead(status, list)
  else response.writeHead(status, reason, list)
}
