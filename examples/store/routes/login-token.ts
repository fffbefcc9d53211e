import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

const COOKIE = 'login_token'

/** The visitor's own, which a form carries and a cookie, too: another site can make a browser send the one, and not know the other. */
export function tokenOf(c: Context): string {
  const known = getCookie(c, COOKIE)
  if (known !== undefined && /^[\w-]{32}$/.test(known)) return known
  const token = randomBytes(24).toString('base64url')
  setCookie(c, COOKIE, token, { httpOnly: true, sameSite: 'Lax', path: '/login' })
  return token
}

/** Whether a form's token is this visitor's. */
export function isToken(c: Context, token: string): boolean {
  const [own, given] = [Buffer.from(getCookie(c, COOKIE) ?? ''), Buffer.from(token)]
  return own.length > 0 && own.length === given.length && timingSafeEqual(own, given)
}
