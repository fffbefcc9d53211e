import type { IncomingMessage, ServerResponse } from 'node:http'

/** 20 KiB, as a list of products has. */
export const html: string =
  `<!doctype html><ul>${'<li>One of many products, with its price</li>'.repeat(460)}</ul>`.slice(
    0,
    20_480,
  )

export type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** What answers with the page, over HTTP or in this process. */
export interface PageContender {
  readonly packages: readonly string[]
  /** What answers requests on a server. `undefined`: it answers none. */
  readonly listen?: () => Promise<Listener> | Listener
  /** Reads the page in this process, where it has been kept. */
  readonly read?: (url: string) => Promise<string>
}
