// breakwater/nest: pages of a NestJS application, on Express or on Fastify.
export {
  cachePage,
  type NestContext,
  type NestInterceptor,
  type NestRequest,
  siteCache,
} from './cache-page.ts'
export { cacheControl, conditional, neverCache, varyOnCookie, varyOnHeaders } from './words.ts'
