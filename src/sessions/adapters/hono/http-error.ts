import { withStatus } from '../../library-sessions.ts'

const WORDS: Readonly<Record<number, string>> = {
  400: 'The session has ended.',
  409: 'The session was changed by another request.',
  503: 'Sessions are not available at the moment.',
}

/** Hono answers an error that knows its own answer with that one, unless `onError` of the application does. */
export function asHttpError(error: unknown): unknown {
  const told = withStatus(error) as { status?: number } | undefined
  const status = told?.status
  if (typeof told !== 'object' || status === undefined || WORDS[status] === undefined) return told
  return Object.assign(told, { getResponse: () => new Response(WORDS[status], { status }) })
}
