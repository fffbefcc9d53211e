// h3, where a view returns its answer, as a value of any kind.
import { cachePage, siteCache } from 'breakwater/h3'
import { getCookie, getQuery, getRequestIP, H3, type H3Event, toNodeHandler } from 'h3'
import type { Call } from '../attack.ts'
import { freshCookie, PROFILE_NAMES, profileOf, signedIn } from '../profiles.ts'
import { type App, cachesOf, onServer, sendable, type Setup } from './app.ts'

export function openH3(setup: Setup): App {
  const { view } = setup
  const app = new H3({ silent: true })
  app.use(async (event, next) => {
    const cookie = event.req.headers.get('cookie') ?? undefined
    Object.assign(event.context, signedIn(cookie))
    const profile = profileOf(event.url.pathname)
    if (profile === 'early') event.res.headers.append('Set-Cookie', freshCookie(cookie))
    const made = await next()
    if (profile === 'rolling') event.res.headers.append('Set-Cookie', freshCookie(cookie))
    return made
  })
  const layers = new Map(
    PROFILE_NAMES.map((name) => [name, cachesOf(name, setup, cachePage, siteCache)] as const),
  )
  app.use(async (event, next) => {
    const { page, site } = layers.get(profileOf(event.url.pathname)) ?? {}
    const within = page ? () => page(event, next) : next
    return await (site ? site(event, within) : within())
  })
  app.all('/**', async (event) => {
    const made = await view(callOf(event))
    event.res.status = made.status ?? 200
    for (const [name, value] of made.fields ?? []) event.res.headers.append(name, value)
    return sendable(made.body)
  })
  const answer = toNodeHandler(app)
  return onServer((request, response) => answer(request, response))
}

function callOf(event: H3Event): Call {
  const { url } = event
  return {
    method: event.req.method,
    url: url.pathname + url.search,
    header: (name) => event.req.headers.get(name) ?? undefined,
    headers: () => [...event.req.headers],
    cookie: (name) => getCookie(event, name),
    query: (name) => {
      const value = getQuery(event)[name]
      return value === undefined ? undefined : JSON.stringify(value)
    },
    host: () => event.url.host,
    scheme: () => event.url.protocol,
    address: () => String(getRequestIP(event)),
    user: () => event.context['user'] as string | undefined,
    login: (user) => void Object.assign(event.context, { user }),
    session: () => event.context['session'] as { basket: string } | undefined,
  }
}
