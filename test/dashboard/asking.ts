// A browser of few words: asks pages, answers questions.
import type { Dashboard } from '../../src/dashboard/index.ts'

export const ORIGIN = 'http://localhost:3000'

export async function ask(
  board: Dashboard,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await board.fetch(
    new Request(`${ORIGIN}${path}`, { headers: { host: 'localhost:3000', ...headers } }),
  )
}

export async function text(board: Dashboard, path: string): Promise<string> {
  return await (await ask(board, path)).text()
}

export const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin', origin: ORIGIN }

/** Sends a form. */
export async function post(
  board: Dashboard,
  fields: Record<string, string>,
  headers: Record<string, string> = SAME_ORIGIN,
  path = '/act',
): Promise<Response> {
  const request = new Request(`${ORIGIN}${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { host: 'localhost:3000', ...headers },
  })
  return await board.fetch(request)
}

/** The hidden fields of the question, as they would be sent. */
export async function question(
  board: Dashboard,
  fields: Record<string, string>,
): Promise<Record<string, string>> {
  const page = await text(board, `/confirm?${new URLSearchParams(fields).toString()}`)
  const hidden = [...page.matchAll(/<input\s+type="hidden"\s+name="(\w+)"\s+value="([^"]*)"/g)]
  return Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, unescaped(value)]))
}

/** Asks and answers yes. */
export async function doAct(
  board: Dashboard,
  fields: Record<string, string>,
  more: Record<string, string> = {},
): Promise<Response> {
  return await post(board, { ...(await question(board, fields)), ...more })
}

function unescaped(value: string): string {
  return value
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
