// h3, where a view returns its answer, as a value of any kind.
import { cachePage } from 'breakwater/h3'
import { getCookie, getQuery, getRequestIP, H3, type H3Event, toNodeHandler } from 'h3'
import type { Call } from '../attack.ts'
import { freshCookie, PROFILE_NAMES, profileOf, signedIn } from '../profiles.ts'
import { type App, onServer, optionsOf, sendable, type Setup } from './app.ts'

export function openH3(setup: Setup): App {
  const { store, view } = setup
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
    PROFILE_NAMES.map((name) => {
      return [name, store && cachePage(store, '60s', optionsOf(name, setup))]
    }),
  )
  app.use(async (event, next) => {
    const layer = layers.get(profileOf(event.url.pathname))
    return layer ? await layer(event, next) : await next()
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
    session: () => event.context['session'] as { basket: string } | undefined,
  }
}
