// breakwater/hono: pages of a Hono application.
export { cachePage, type HonoContext, type HonoMiddleware, siteCache } from './cache-page.ts'
export { cacheControl, conditional, neverCache, varyOnCookie, varyOnHeaders } from './words.ts'
