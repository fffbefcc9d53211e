import type { IncomingMessage } from 'node:http'
import { untracked } from '../../tag.ts'

/** Whether the connection is; what an HTTP/2 client says of it in `:scheme` is a claim. */
export function isEncrypted(request: IncomingMessage): boolean {
  if (request.httpVersionMajor < 2) return isSecure(request)
  // Of a page around this one the way to the connection is watched.
  return untracked(() => isSecure(request))
}

function isSecure({ socket }: { readonly socket: object | undefined }): boolean {
  return socket?.encrypted === true
}
