// Fastify, where a view answers through its reply.
import { cachePage, siteCache } from 'breakwater/fastify'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import type { Call, Made } from '../attack.ts'
import { cookiesOf } from '../cookies-of.ts'
import { freshCookie, PROFILE_NAMES, profileOf, signedIn } from '../profiles.ts'
import { type App, cachesOf, fieldOf, fieldsOf, grouped, sendable, type Setup } from './app.ts'

/** What the layers outside put on Fastify's request. */
type Ambient = FastifyRequest & {
  user?: string
  session?: { readonly basket: string }
  cookies?: Record<string, string>
}

export async function openFastify(setup: Setup): Promise<App> {
  const { view } = setup
  const app = fastify()
  app.addHook('onRequest', async (request, reply) => outerLayers(request, reply))
  app.addHook('onSend', async (request, reply) => rollingSession(request, reply))
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const made = await view(callOf(request))
    reply.code(made.status ?? 200)
    setFields(reply, made)
    return reply.send(sendable(made.body))
  }
  for (const [path, name] of [
    ...PROFILE_NAMES.map((each) => [`/${each}/*`, each] as const),
    ['*', 'plain'] as const,
  ]) {
    const { page, site } = cachesOf(name, setup, cachePage, siteCache)
    await app.register(async (scope) => {
      if (site) await scope.register(site)
      scope.all(path, page ? { preHandler: page } : {}, answer)
    })
  }
  await app.ready()
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { server: app.server, close: () => app.close() }
}

export function setFields(reply: FastifyReply, made: Made): void {
  for (const [name, value] of grouped(made.fields)) reply.header(name, value)
}

/** A login, a parser of cookies and a session that sets its cookie at once. */
export function outerLayers(request: FastifyRequest, reply: FastifyReply): void {
  const { cookie } = request.headers
  Object.assign(request, signedIn(cookie), { cookies: cookiesOf(cookie) })
  if (profileOf(request.originalUrl) === 'early') reply.header('Set-Cookie', freshCookie(cookie))
}

/** A session that sets its cookie on the way out. */
export function rollingSession(request: FastifyRequest, reply: FastifyReply): void {
  if (profileOf(request.originalUrl) !== 'rolling') return
  reply.header('Set-Cookie', freshCookie(request.headers.cookie))
}

export function callOf(given: FastifyRequest): Call {
  const request = given as Ambient
  return {
    method: request.method,
    url: request.originalUrl,
    header: (name) => fieldOf(request.headers, name),
    headers: () => fieldsOf(request.headers),
    cookie: (name) => request.cookies?.[name],
    query: (name) => {
      const value = (request.query as Record<string, unknown>)[name]
      return value === undefined ? undefined : JSON.stringify(value)
    },
    host: () => request.host,
    scheme: () => request.protocol,
    address: () => request.ip,
    user: () => request.user,
    login: (user) => void Object.assign(request, { user }),
    session: () => request.session,
  }
}
