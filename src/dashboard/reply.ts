import type { Html } from './markup.ts'

/** What every answer carries. Nothing is loaded from elsewhere, nothing runs that is not a file of ours, nobody frames it. */
const ALWAYS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-robots-tag': 'noindex',
}

/** What a page shows is of this moment and for this person. */
const FOR_NOW = 'no-store'
/** The name changes with the content. Not for caches between us: it was sent to somebody who may see it. */
const FOR_GOOD = 'private, max-age=31536000, immutable'

export function page(markup: Html, status = 200): Response {
  return reply(markup.toString(), status, 'text/html; charset=utf-8')
}

export function json(
  value: unknown,
  status = 200,
  fields: Readonly<Record<string, string>> = {},
): Response {
  return reply(JSON.stringify(value), status, 'application/json; charset=utf-8', fields)
}

export function plain(
  text: string,
  status: number,
  fields: Readonly<Record<string, string>> = {},
): Response {
  return reply(`${text}\n`, status, 'text/plain; charset=utf-8', fields)
}

export function asset(bytes: Buffer, type: string): Response {
  const headers = { ...ALWAYS, 'content-type': type, 'cache-control': FOR_GOOD }
  return new Response(new Uint8Array(bytes), { headers })
}

/** @param to relative to the page that is asked for: nobody here knows what a proxy calls it */
export function redirect(to: string, status: 303 | 308): Response {
  return new Response(null, {
    status,
    headers: { ...ALWAYS, location: to, 'cache-control': FOR_NOW },
  })
}

export function stream(body: ReadableStream<Uint8Array>): Response {
  const fields = {
    'content-type': 'text/event-stream; charset=utf-8',
    // nginx holds streams back otherwise, and compressing layers do.
    'x-accel-buffering': 'no',
    'cache-control': `${FOR_NOW}, no-transform`,
  }
  return new Response(body, { headers: { ...ALWAYS, ...fields } })
}

/** What the application's own gate answers goes out as it is, but never into a cache. */
export function asGiven(response: Response): Response {
  const headers = new Headers(response.headers)
  headers.set('cache-control', FOR_NOW)
  return new Response(response.body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  })
}

function reply(
  body: string,
  status: number,
  type: string,
  fields: Readonly<Record<string, string>> = {},
): Response {
  const headers = { ...ALWAYS, 'content-type': type, 'cache-control': FOR_NOW, ...fields }
  return new Response(body, { status, headers })
}
