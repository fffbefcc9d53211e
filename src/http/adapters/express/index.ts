// breakwater/express: pages of an Express application.
export { cachePage, type ExpressMiddleware, type ExpressRequest, siteCache } from './cache-page.ts'
export { cacheControl, conditional, neverCache, varyOnCookie, varyOnHeaders } from './words.ts'
