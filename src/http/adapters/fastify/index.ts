// breakwater/fastify: pages of a Fastify application.
export {
  cachePage,
  type FastifyHook,
  type FastifyInstance,
  type FastifyPlugin,
  siteCache,
} from './cache-page.ts'
export type { FastifyReply, FastifyRequest } from './exchange.ts'
export { cacheControl, conditional, neverCache, varyOnCookie, varyOnHeaders } from './words.ts'
