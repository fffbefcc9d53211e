// breakwater/express: pages of an Express application.
export { cachePage, type ExpressMiddleware, type ExpressRequest } from './cache-page.ts'
