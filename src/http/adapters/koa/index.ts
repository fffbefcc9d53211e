// breakwater/koa: pages of a Koa application.
export { cachePage, type KoaContext, type KoaMiddleware, siteCache } from './cache-page.ts'
export { cacheControl, conditional, neverCache, varyOnCookie, varyOnHeaders } from './words.ts'
