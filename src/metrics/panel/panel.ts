import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { env } from 'node:process'
import { amendNode } from './amend-node.ts'
import { amendWeb } from './amend-web.ts'
import { type PanelOptions, resolvePanel } from './options.ts'
import type { PanelRequest } from './panel-request.ts'
import { Recorder } from './recorder.ts'
import type { RequestHead } from './recording.ts'

/** What requests ask of caches, while you develop. */
export interface RequestPanel {
  /** Whether it does anything: see option `enable`. */
  readonly enabled: boolean
  /** The last requests, newest first. Can be sent as JSON. */
  requests(): PanelRequest[]
  /** Records what `fn` does as one request: for whatever is no request of node:http, such as a job. Returns what `fn` returns. */
  run<T>(head: Partial<RequestHead>, fn: () => T): T
  /**
   * Around a server of `Request` and `Response` that does not run on node:http: `(request) => panel.handle(request, app.fetch)`.
   * It has to be outside of every cache of pages.
   */
  handle(
    request: Request,
    next: (request: Request) => Response | Promise<Response>,
  ): Promise<Response>
  /** Ends it. Idempotent. */
  close(): void
}

/** Node tells of each request on this channel before its server does. */
const REQUEST_START = 'http.server.request.start'

/**
 * Records, by request, which caches are asked for what, from where in your code, and what came of it; shows it in the page, in
 * `Server-Timing`, and by {@link RequestPanel.requests}. For every server of node:http of this process, without middleware:
 * Express, Fastify, Koa, Nest, Hono and h3 on Node. In production it does nothing, unless `enable` is `'always'`.
 *
 * A page with a panel in it goes out with `Cache-Control: private, no-store`: it is one visitor's and this moment's, and no
 * cache may keep it.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function requestPanel(options: PanelOptions = {}): RequestPanel {
  const resolved = resolvePanel(options)
  if (resolved.enable === 'development' && env['NODE_ENV'] === 'production') return IDLE
  const recorder = new Recorder(resolved)
  const started = (message: unknown): void => {
    try {
      const { request, response } = message as {
        request: IncomingMessage
        response: ServerResponse
      }
      const { method = 'GET', url = '/' } = request
      const recording = recorder.open({ method, url })
      recorder.enter(recording)
      if (recording !== undefined) amendNode(response, recording, resolved)
    } catch {
      // The request is answered without a panel.
    }
  }
  subscribe(REQUEST_START, started)
  return {
    enabled: true,
    requests: () => recorder.read(),
    run: (head, fn) => {
      const { method = 'RUN', url = '' } = head
      const recording = recorder.open({ method, url })
      const finish = (): void => recording?.finish()
      return settling(() => recorder.run(recording, fn), finish)
    },
    handle: async (request, next) => {
      // Within a server of node:http it is recorded already.
      if (recorder.current !== undefined) return await next(request)
      const recording = recorder.open(headOf(request))
      const response = await recorder.run(recording, async () => await next(request))
      return recording === undefined ? response : amendWeb(request, response, recording, resolved)
    },
    close: () => {
      unsubscribe(REQUEST_START, started)
      recorder.close()
    },
  }
}

/** In production. */
const IDLE: RequestPanel = {
  enabled: false,
  requests: () => [],
  run: (_, fn) => fn(),
  handle: async (request, next) => await next(request),
  close: () => {},
}

function headOf({ method, url }: Request): RequestHead {
  const { pathname, search } = new URL(url)
  return { method, url: pathname + search }
}

/** Calls `finish` when `act` has returned, or when the promise that it returned is settled. */
function settling<T>(act: () => T, finish: () => void): T {
  let result: T
  try {
    result = act()
  } catch (error) {
    finish()
    throw error
  }
  if (typeof result === 'object' && result !== null && 'then' in result)
    Promise.resolve(result).then(finish, finish)
  else finish()
  return result
}
