import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { areAway } from '../sessions.ts'
import type { Session, Sessions } from '../sessions.ts'
import { sendSessionsAway } from '../shop.ts'
import type { Env, Shop } from '../shop.ts'

const COOKIE = 'shop_session'

/** Says who is asking. Visitors without a cookie, which is most of them, cost no query. */
export function identify(sessions: Sessions): MiddlewareHandler<Env> {
  return async (c, next) => {
    const id = getCookie(c, COOKIE)
    c.set('session', undefined)
    c.set('sessionsAway', false)
    try {
      if (id) c.set('session', await sessions.find(id))
    } catch (error) {
      if (!areAway(error)) throw error
      // The shelves are open to everybody; see `needsSessions` for what is not.
      c.set('sessionsAway', true)
    }
    await next()
  }
}

/** For carts and whatever else would be wrong, not just anonymous, without knowing who asks. */
export function needsSessions(shop: Shop): MiddlewareHandler<Env> {
  return async (c, next) => (c.get('sessionsAway') ? await sendSessionsAway(c, shop) : await next())
}

/** Somebody known to us, or who says so: their pages show their name and their cart. */
export function hasSession(c: Context): boolean {
  return getCookie(c, COOKIE) !== undefined
}

/** The visitor's session, begun if need be: only an act such as adding to the cart makes somebody known. */
export async function ensureSession(c: Context<Env>, sessions: Sessions): Promise<Session> {
  const known = c.get('session')
  if (known) return known
  const session = await sessions.start()
  rememberSession(c, session)
  return session
}

export function rememberSession(c: Context<Env>, session: Session): void {
  c.set('session', session)
  setCookie(c, COOKIE, session.id, {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    maxAge: 30 * 86_400,
  })
}

export function forgetSession(c: Context<Env>): void {
  c.set('session', undefined)
  deleteCookie(c, COOKIE, { path: '/' })
}
