import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { storeContract } from '../../src/testing/store-contract.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { asValkey } from '../servers/valkey-identity.ts'
import { inRealTime } from '../testing/harness.ts'

describe('a server that says that it is Valkey', () => {
  let server: RedisServer
  let valkey: Awaited<ReturnType<typeof asValkey>>

  beforeAll(async () => {
    server = await startRedis({ args: ['--maxmemory', '50mb'] })
    valkey = await asValkey(server.port)
  })
  afterAll(async () => {
    await valkey.stop()
    await server.stop()
  })

  it('is used, checked and shown as what it is', async () => {
    const cache = createCaches({ default: { store: redis(valkey.url) } }).default
    await cache.set('a', 1)

    expect(await cache.get('a')).toBe(1)
    expect(await cache.stats()).toMatchObject({ detail: { valkey_version: '8.1.100' } })
    expect((await cache.examine()).map(({ code }) => code)).toEqual(['noeviction'])
    await cache.close()
  })

  storeContract('valkey', () => inRealTime(() => redis(valkey.url)), { describe, it })
})
