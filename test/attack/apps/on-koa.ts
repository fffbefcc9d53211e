// Koa, where a view leaves its answer in the context.
import { cachePage, siteCache } from 'breakwater/koa'
import Koa from 'koa'
import type { Call } from '../attack.ts'
import { freshCookie, PROFILE_NAMES, profileOf, signedIn } from '../profiles.ts'
import { type App, cachesOf, fieldsOf, onServer, sendable, type Setup } from './app.ts'

export function openKoa(setup: Setup): App {
  const { view } = setup
  const app = new Koa()
  app.silent = true
  app.use(async (ctx, next) => {
    const { cookie } = ctx.req.headers
    Object.assign(ctx.state, signedIn(cookie))
    // A logger, as there is one in most applications, has looked before anybody else.
    void ctx.ip
    const profile = profileOf(ctx.originalUrl)
    if (profile === 'early') ctx.append('Set-Cookie', freshCookie(cookie))
    await next()
    if (profile === 'rolling') ctx.append('Set-Cookie', freshCookie(cookie))
  })
  const layers = new Map(
    PROFILE_NAMES.map((name) => [name, cachesOf(name, setup, cachePage, siteCache)] as const),
  )
  app.use(async (ctx, next) => {
    const { page, site } = layers.get(profileOf(ctx.originalUrl)) ?? {}
    const within = page ? () => page(ctx, next) : next
    await (site ? site(ctx, within) : within())
  })
  app.use(async (ctx) => {
    const made = await view(callOf(ctx))
    ctx.status = made.status ?? 200
    for (const [name, value] of made.fields ?? []) ctx.append(name, value)
    ctx.body = sendable(made.body)
  })
  return onServer(app.callback())
}

function callOf(ctx: Koa.Context): Call {
  return {
    method: ctx.method,
    url: ctx.originalUrl,
    header: (name) => {
      const value = ctx.req.headers[name.toLowerCase()]
      return value === undefined ? undefined : ctx.get(name)
    },
    headers: () => fieldsOf(ctx.headers),
    cookie: (name) => ctx.cookies.get(name),
    query: (name) => {
      const value = ctx.query[name]
      return value === undefined ? undefined : JSON.stringify(value)
    },
    host: () => ctx.host,
    scheme: () => ctx.protocol,
    address: () => ctx.ip,
    user: () => ctx.state['user'] as string | undefined,
    login: (user) => void Object.assign(ctx.state, { user }),
    session: () => ctx.state['session'] as { basket: string } | undefined,
  }
}
