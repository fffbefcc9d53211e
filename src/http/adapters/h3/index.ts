// breakwater/h3: pages of an h3 application, or of Nitro, which is one.
export { cachePage, type H3Middleware, siteCache } from './cache-page.ts'
export type { H3Event, H3EventResponse, H3Request } from './event.ts'
export { cacheControl, conditional, neverCache, varyOnCookie, varyOnHeaders } from './words.ts'
