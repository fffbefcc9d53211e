import type { H3Event, H3EventResponse } from './event.ts'

interface Application {
  config?: { readonly debug?: boolean }
  handler: (event: H3Event) => unknown
  fetch(request: Request): Response | Promise<Response>
}
type ApplicationClass = new (config: object) => Application

/**
 * What h3 sends for a value that a view returns, with what is prepared on `event.res`, which is empty afterwards. Only h3
 * knows, so an application of the event's own class is asked for it, with a handler that returns the value.
 *
 * @param request as the server gave it
 * @returns `undefined` when it cannot be told, and `event.res` is as it was
 */
export async function toResponse(
  value: unknown,
  event: H3Event,
  request: Request,
): Promise<Response | undefined> {
  const app = event.app as Application | undefined
  if (app === undefined) return undefined
  try {
    const response = await ask(app, value, event, request)
    // h3 would add it to the page a second time.
    if (response !== undefined) clear(event.res)
    return response
  } catch {
    // A version of h3 that we do not know: it answers by itself.
    return undefined
  }
}

async function ask(
  app: Application,
  value: unknown,
  event: H3Event,
  request: Request,
): Promise<Response | undefined> {
  let failed = false
  const maker = new (app.constructor as ApplicationClass)({
    debug: app.config?.debug === true,
    silent: true,
    allowMalformedURL: true,
    onError: () => {
      failed = true
    },
  })
  maker.handler = (made) => {
    copy(event.res, made.res)
    return value
  }
  const response = await maker.fetch(request)
  return failed ? undefined : response
}

function copy(from: H3EventResponse, to: H3EventResponse): void {
  to.status = from.status
  to.statusText = from.statusText
  for (const which of ['headers', 'errHeaders'] as const) {
    for (const [name, line] of from[which] ?? []) to[which]?.append(name, line)
  }
}

function clear(prepared: H3EventResponse): void {
  prepared.status = undefined
  prepared.statusText = undefined
  for (const headers of [prepared.headers, prepared.errHeaders]) {
    for (const name of Array.from(headers?.keys() ?? [])) headers?.delete(name)
  }
}
