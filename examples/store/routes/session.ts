import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { findSession, startSession } from '../data/sessions.ts'
import type { Session } from '../data/sessions.ts'
import type { Database } from '../database/database.ts'
import type { Env } from '../shop.ts'

const COOKIE = 'shop_session'

/** Says who is asking. Visitors without a cookie, which is most of them, cost no query. */
export function sessions(database: Database): MiddlewareHandler<Env> {
  return async (c, next) => {
    const id = getCookie(c, COOKIE)
    c.set('session', id ? await findSession(database.query, id) : undefined)
    await next()
  }
}

/** Somebody known to us, or who says so: their pages show their name and their cart. */
export function hasSession(c: Context): boolean {
  return getCookie(c, COOKIE) !== undefined
}

/** The visitor's session, begun if need be: only an act such as adding to the cart makes somebody known. */
export async function ensureSession(c: Context<Env>, database: Database): Promise<Session> {
  const known = c.get('session')
  if (known) return known
  const session = await startSession(database.query)
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
