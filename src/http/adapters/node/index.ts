// breakwater/node: pages of a bare node:http server.
export { cachePage, type NodeCached, type NodeHandler } from './cache-page.ts'
