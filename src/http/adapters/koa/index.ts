// breakwater/koa: pages of a Koa application.
export { cachePage, type KoaContext, type KoaMiddleware } from './cache-page.ts'
