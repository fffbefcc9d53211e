import fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { createCaches } from '../../../src/config/create-caches.ts'
import { cachePage } from '../../../src/http/adapters/fastify/index.ts'
import { memory } from '../../../src/stores/memory/memory.ts'

describe('a page of Fastify that is cached as onRequest', () => {
  let cache: Cache

  beforeEach(() => {
    cache = createCaches({ default: { store: memory() } }).default
  })
  afterEach(async () => {
    await cache.close()
  })

  it('is never another user\u2019s, although the hook that finds out who asks is a part of it', async () => {
    const app = fastify()
    app.addHook('preHandler', async (request) => {
      Object.assign(request, { user: request.headers['x-session'] })
    })
    const hook = cachePage(cache, '1h', { cacheStatus: true })
    app.get('/', { onRequest: hook }, (request, reply) => {
      void reply.type('text/plain').send(`page of ${String(Reflect.get(request, 'user'))}`)
    })
    const ask = async (session: string): Promise<string> => {
      const { body } = await app.inject({ url: '/', headers: { 'x-session': session } })
      return body
    }

    const got = [await ask('anna'), await ask('anna'), await ask('bert'), await ask('anna')]

    expect(got).toEqual(['page of anna', 'page of anna', 'page of bert', 'page of anna'])
    await app.close()
  })

  it('is answered before the hooks that come after it', async () => {
    const app = fastify()
    let ran = 0
    app.addHook('preHandler', async () => void ran++)
    const hook = cachePage(cache, '1h', { cacheStatus: true })
    app.get('/', { onRequest: hook }, (_, reply) => void reply.send('page'))
    const ask = async (): Promise<unknown> => (await app.inject('/')).headers['cache-status']

    const statuses = [await ask(), await ask(), await ask()]

    expect(statuses[2]).toContain('; hit')
    expect(ran).toBe(statuses.filter((status) => !String(status).includes('; hit')).length)
    await app.close()
  })
})
