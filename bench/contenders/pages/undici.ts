import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent, cacheStores, interceptors, request } from 'undici'
import { html, type PageContender } from './page.ts'

/** A cache of the client's: what a server answers is kept by its Cache-Control. As its documentation composes it. */
export const undici: PageContender = {
  packages: ['undici'],
  get read() {
    const server = origin()
    const dispatcher = new Agent().compose(
      interceptors.cache({ store: new cacheStores.MemoryCacheStore() }),
    )
    return async () => {
      const { body } = await request(`http://127.0.0.1:${await server}/`, { dispatcher })
      return await body.text()
    }
  },
}

/** Its port. */
async function origin(): Promise<number> {
  const fields = { 'Content-Type': 'text/html', 'Cache-Control': 'public, max-age=3600' }
  const server = createServer((_, response) => void response.writeHead(200, fields).end(html))
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
