// breakwater/hono: pages of a Hono application.
export { cachePage, type HonoContext, type HonoMiddleware } from './cache-page.ts'
