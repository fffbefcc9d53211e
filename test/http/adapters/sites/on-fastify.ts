// Fastify, where a view answers through its reply.
import compress from '@fastify/compress'
import fastify from 'fastify'
import { cachePage } from '../../../../src/http/adapters/fastify/index.ts'
import { type App, grouped, sendable, type Setup } from './site.ts'

export async function openFastify({ compressed, options, store, view }: Setup): Promise<App> {
  const app = fastify()
  if (compressed) await app.register(compress, { threshold: 0 })
  const pages = cachePage(store, '60s', options)
  app.all('*', { preHandler: pages }, async (request, reply) => {
    const header = (name: string): string | undefined => request.headers[name] as string
    const made = await view({
      method: request.method,
      header,
      explain: () => pages.explain(request),
    })
    reply.code(made.status ?? 200)
    for (const [name, value] of grouped(made.fields)) reply.header(name, value)
    return reply.send(sendable(made.body))
  })
  await app.ready()
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { server: app.server, close: () => app.close() }
}
