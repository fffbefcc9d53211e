// breakwater/node: pages of a bare node:http server.
export { cachePage, type HandlerWrapper, type NodeHandler, siteCache } from './cache-page.ts'
export { cacheControl, conditional, neverCache, varyOnCookie, varyOnHeaders } from './words.ts'
