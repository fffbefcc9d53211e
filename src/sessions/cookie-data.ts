// Sessions of express-session and @fastify/session carry their cookie with them, and in it the moment at which it ends, which
// moves with every request. Kept apart from it, an unchanged session is unchanged.
import type { SessionData } from './backend.ts'
import { plainData } from './library-sessions.ts'
import type { Session } from './session.ts'

export interface CookieHolder {
  readonly cookie?: { readonly expires?: unknown } | undefined
}

/** What is stored of it. */
export function withoutExpiry(holder: CookieHolder): SessionData {
  const { cookie, ...data } = plainData(holder)
  if (typeof cookie !== 'object' || cookie === null) return data
  const kept: Record<string, unknown> = { ...cookie }
  delete kept['originalExpires']
  // Whether there is a moment is the cookie's; which one, the session's.
  kept['expires'] = typeof kept['expires'] === 'string' ? true : null
  return { ...data, cookie: kept }
}

/** The session as the library stored it, with the end that it has now. */
export function withExpiry({ data, endsAt }: Session): SessionData & CookieHolder {
  const { cookie, ...rest } = data
  if (typeof cookie !== 'object' || cookie === null) return rest
  const { expires } = cookie as Record<string, unknown>
  const moment = expires === true ? new Date(endsAt).toISOString() : null
  return { ...rest, cookie: { ...cookie, expires: moment } }
}
