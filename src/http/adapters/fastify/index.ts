// breakwater/fastify: pages of a Fastify application.
export { cachePage, type FastifyHook } from './cache-page.ts'
export type { FastifyReply, FastifyRequest } from './exchange.ts'
