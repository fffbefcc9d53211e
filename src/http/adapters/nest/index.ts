// breakwater/nest: pages of a NestJS application, on Express or on Fastify.
export {
  cachePage,
  type NestContext,
  type NestInterceptor,
  type NestRequest,
} from './cache-page.ts'
