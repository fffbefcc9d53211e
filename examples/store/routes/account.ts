import type { Context, Hono } from 'hono'
import { checkPassword } from '../data/users.ts'
import { sendPage } from '../shop.ts'
import type { Env, Shop } from '../shop.ts'
import { isToken, tokenOf } from './login-token.ts'
import { forgetSession, rememberSession } from './session.ts'

export function addAccounts(app: Hono<Env>, shop: Shop): void {
  const { sessions } = shop
  const { query } = shop.database

  const sendLogin = async (c: Context<Env>, view: { next: string; failed: boolean }) =>
    await sendPage(c, shop, { title: 'Log in', main: await shop.parts.login(view, tokenOf(c)) })

  app.get('/login', async (c) => {
    return await sendLogin(c, { next: localPath(c.req.query('next')), failed: false })
  })

  app.post('/login', async (c) => {
    const form = await c.req.parseBody()
    const next = localPath(form.next)
    if (!isToken(c, textOf(form.token))) {
      c.status(403)
      return await sendLogin(c, { next, failed: true })
    }
    const user = await checkPassword(query, textOf(form.email), textOf(form.password))
    if (!user) {
      c.status(401)
      return await sendLogin(c, { next, failed: true })
    }
    rememberSession(c, await sessions.logIn(c.get('session'), user))
    return c.redirect(next, 303)
  })

  app.post('/logout', async (c) => {
    const session = c.get('session')
    if (session) await sessions.end(session.id)
    forgetSession(c)
    return c.redirect('/', 303)
  })
}

/** Only ways within the shop: a link from elsewhere must not send people who log in to somebody else's page. */
function localPath(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])[\w\-/?=&.]*$/.test(value) ? value : '/'
}

/** A field may also be a file, or be missing. */
function textOf(field: unknown): string {
  return typeof field === 'string' ? field : ''
}
