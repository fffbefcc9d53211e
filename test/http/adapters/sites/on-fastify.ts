// Fastify, where a view answers through its reply.
import compress from '@fastify/compress'
import fastify from 'fastify'
import * as words from '../../../../src/http/adapters/fastify/index.ts'
import { type App, grouped, explainWith, layersOf, sendable, type Setup, siteOf } from './site.ts'

export async function openFastify(setup: Setup): Promise<App> {
  const { compressed, view } = setup
  const site = siteOf(words, setup)
  const app = fastify()
  if (compressed) await app.register(compress, { threshold: 0 })
  if (site !== undefined) await app.register(site)
  const layers = layersOf(words, setup)
  app.all('*', { preHandler: layers }, async (request, reply) => {
    const header = (name: string): string | undefined => request.headers[name] as string
    const made = await view({
      method: request.method,
      header,
      explain: explainWith(layers, request),
    })
    reply.code(made.status ?? 200)
    if (made.reason !== undefined) reply.raw.statusMessage = made.reason
    for (const [name, value] of grouped(made.fields)) reply.header(name, value)
    return reply.send(sendable(made.body))
  })
  await app.ready()
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { server: app.server, close: () => app.close() }
}
