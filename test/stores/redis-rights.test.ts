// What docs/stores/redis.md says that a user must be allowed: the very line of the document, on a real server.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AliasOptions } from '../../src/config/alias.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { messagesOf } from '../cache/fresh-caches.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/stores/redis.md'), 'utf8')
const RULES = (/^~<prefix>:\*.*$/m.exec(PAGE)?.[0] ?? '').replaceAll('<prefix>', 'shop')

describe('a user who may do what the documentation says, and nothing else', () => {
  let server: RedisServer
  const opened: Cache[] = []

  beforeAll(async () => {
    server = await startRedis({ user: { name: 'shop', password: 'pw', rules: RULES } })
  })
  afterAll(async () => {
    await Promise.all(opened.map((cache) => cache.close()))
    await server.stop()
  })

  function open(options: AliasOptions): Cache {
    const { default: cache } = createCaches({
      default: { store: redis(server.url), prefix: 'shop', onOutage: 'throw', ...options },
    })
    opened.push(cache)
    return cache
  }

  it.each([false, true])('can do everything (near: %s)', async (near) => {
    const cache = open({ near })
    const other = open({ near })
    const errors = [messagesOf(cache), messagesOf(other)]

    expect(RULES).toContain('+hmget')
    await cache.getOrSet('a', () => 1, { tags: ['t'] })
    await other.getOrSetMany(['a', 'b'], (keys) => keys.map((key) => [key, 1]), { tags: ['t'] })
    await cache.set('n', 1)
    expect(await other.incr('n')).toBe(2)
    expect(await cache.add('new', 1)).toBe(true)
    expect(await cache.touch('n', '1h')).toBe(true)
    expect(await cache.persist('n')).toBe(true)
    expect(await cache.incrVersion('n')).toBe(2)
    expect(await other.take('new')).toBe(1)
    expect(await cache.setMany({ x: 1, y: 2 })).toEqual([])
    expect(await cache.deleteMany(['x'])).toBe(1)
    await cache.getOrSet('skipped', ({ skip }) => (skip(), 1))
    await cache.getOrSet('failed', () => Promise.reject(new Error('no'))).catch(() => {})
    await cache.invalidate('a', { reach: 'everywhere' })
    await other.invalidateTags(['t'], { reach: 'everywhere' })
    for await (const key of cache.keys()) expect(key).toBe('y')
    expect(await cache.deletePattern('y*')).toBe(1)
    await cache.transaction(
      async (work: (trx: unknown) => Promise<unknown>) => await work(undefined),
      async (_, changes) => {
        await changes.invalidate('a')
        await changes.invalidateTags(['t'])
      },
    )
    const lock = await cache.lock('job')
    await lock.release()
    expect((await cache.stats()).reachable).toBe(true)
    await cache.namespace('tenant').clear()
    expect(await cache.clear()).toEqual({ applied: true, queued: false })

    expect(errors).toEqual([[], []])
  })

  it('is told what is missing when more is asked of it', async () => {
    await expect(open({}).flushServer()).rejects.toMatchObject({
      code: 'E_STORE_AUTH',
      message: expect.stringContaining('flushall'),
    })
  })
})
