import { isOutage, optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import type { SessionData } from '../../backend.ts'
import { SessionCookie, type SessionCookieOptions } from '../../cookie.ts'
import { type CookieChange, RequestSession } from '../../request-session.ts'
import type { SessionStore } from '../../session-store.ts'
import { asHttpError } from './http-error.ts'

/** What is used of Hono's `Context`, so that Hono's own types are not needed here. */
export interface HonoSessionContext {
  readonly req: { readonly raw: Request }
  readonly res: Response
  readonly error: Error | undefined
  set: (name: never, value: never) => void
  header(name: string, value: string, options?: { append?: boolean }): void
}

/** The middleware that gives each request its session. */
export type HonoSessions = (
  c: HonoSessionContext,
  next: () => Promise<void>,
) => Promise<Response | undefined>

/** `new Hono<{ Variables: SessionVariables<{ user: number }> }>()` types `c.get('session')`. */
export interface SessionVariables<Data extends SessionData = SessionData> {
  /** The session of the request, for `context.var.session`. */
  session: RequestSession<Data>
}

/** Where sessions are kept, and how their cookie is made. */
export interface HonoSessionsOptions {
  /**
   * 32 or more random letters that sign the cookie; of a list the first signs and all are accepted. `false` signs nothing, for a
   * cookie that Django reads, too.
   */
  readonly secret: string | readonly string[] | false
  /** Of the cookie that names the session. */
  readonly cookie?: SessionCookieOptions
  /**
   * When the session cannot be read because its store is away: `'refuse'` (default) answers 503; `'read-only'` goes on with an
   * empty one, which refuses to be changed, and leaves the cookie as it is.
   */
  readonly onOutage?: 'refuse' | 'read-only'
}

/**
 * Sessions for Hono: `app.use(sessions(sessionStore(caches.sessions), { secret }))`, then `c.get('session')`.
 *
 * The cookie is signed, HttpOnly, SameSite=Lax, and Secure in production. It is sent when a session begins, gets a new id, is
 * changed, or when its end is moved; an id that the store does not know is never taken over.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function sessions<Data extends SessionData = SessionData>(
  store: SessionStore<Data>,
  options: HonoSessionsOptions,
): HonoSessions {
  refuseUnknown('sessions()', options, ['secret', 'cookie', 'onOutage'])
  const { onOutage = 'refuse' } = options
  if (onOutage !== 'refuse' && onOutage !== 'read-only')
    throw optionError('onOutage', "'refuse' or 'read-only'", onOutage)
  const cookie = new SessionCookie(options.secret, options.cookie)
  const life = cookie.life === undefined ? {} : { ttl: cookie.life }

  const open = async (line: string | null): Promise<RequestSession<Data>> => {
    try {
      return new RequestSession(store, life, await store.load(cookie.read(line)))
    } catch (error) {
      if (onOutage === 'refuse' || !isOutage(error)) throw error
      return new RequestSession(store, life, undefined, error)
    }
  }

  return async (c, next) => {
    try {
      const session = await open(c.req.raw.headers.get('cookie'))
      c.set('session' as never, session as never)
      await next()
      const change = await session.conclude(c.error !== undefined || c.res.status >= 500)
      if (session.isUsed || change !== undefined) c.header('vary', 'Cookie', { append: true })
      const line = cookieLine(change, cookie, store)
      if (line !== undefined) c.header('set-cookie', line, { append: true })
      return undefined
    } catch (error) {
      throw asHttpError(error)
    }
  }
}

function cookieLine(
  change: CookieChange,
  cookie: SessionCookie,
  store: { now(): number },
): string | undefined {
  if (change === undefined) return undefined
  return change === 'ended' ? cookie.ended : cookie.write(change.id, change.endsAt - store.now())
}
