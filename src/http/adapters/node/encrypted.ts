import type { IncomingMessage } from 'node:http'
import { untracked } from '../../tag.ts'

/** Whether the connection is; what an HTTP/2 client says of it in `:scheme` is a claim. */
export function isEncrypted(request: IncomingMessage): boolean {
  if (request.httpVersionMajor < 2) return isSecure(request)
  // Of a page around this one the way to the connection is watched.
  return untracked(() => isSecure(request))
}

/** Of a TLS socket `encrypted` is true, and of others it is not there. */
function isSecure({ socket }: { readonly socket: unknown }): boolean {
  return (socket as { readonly encrypted?: boolean } | undefined)?.encrypted === true
}
