// A commit sends a small record along with the wakes, so that those who wait need not ask for it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { StoreRecord } from '../../src/base/record.ts'
import type { Store } from '../../src/base/store.ts'
import { TokenSource } from '../../src/base/token.ts'
import { json } from '../../src/codec/json.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

interface Woken {
  readonly key: string
  readonly committed: StoreRecord | undefined
}

describe('a commit on Redis', () => {
  let server: RedisServer
  const stores: Store[] = []

  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()))
    await server.stop()
  })

  function open(prefix: string): { store: Store; tokens: TokenSource; woken: Woken[] } {
    const tokens = new TokenSource()
    const { processId } = tokens
    const codec = json()
    const context = { alias: 'a', prefix, processId, clock: systemClock, codec, report: () => {} }
    const store = redis(server.url).open(context)
    const woken: Woken[] = []
    store.listen({
      wake: (key, committed) => woken.push({ key, committed }),
      doom: () => {},
      lost: () => {},
    })
    stores.push(store)
    return { store, tokens, woken }
  }

  async function commit(
    prefix: string,
    value: unknown,
  ): Promise<{ token: string; woken: Woken[] }> {
    const holder = open(prefix)
    const waiter = open(prefix)
    const key = `${prefix}:1:a`
    const token = holder.tokens.next()
    const request = { leaseMs: 5000, seen: undefined, stamp: 1, need: 0 }
    await holder.store.acquire(key, { ...request, token })
    await waiter.store.acquire(key, { ...request, token: waiter.tokens.next() })
    const freshUntil = Date.now() + 60_000
    const entry = {
      value,
      tags: ['t'],
      stamp: 7,
      rev: token,
      freshUntil,
      deadAt: freshUntil,
      storedAt: freshUntil - 60_000,
      loadMs: 3,
    }
    expect(await holder.store.commit(key, token, entry)).toBe(true)
    await expect.poll(() => waiter.woken.length).toBe(1)
    return { token, woken: waiter.woken }
  }

  it('brings a small record whole to those who wait: value, tags, stamp, and the token that wrote it', async () => {
    const { token, woken } = await commit('small', { name: 'ключ ü☃', at: new Date(0) })

    expect(woken[0]?.key).toBe('small:1:a')
    expect(woken[0]?.committed?.entry).toMatchObject({
      value: { name: 'ключ ü☃', at: new Date(0) },
      tags: ['t'],
      stamp: 7,
      rev: token,
      loadMs: 3,
    })
  })

  it('only wakes for a large one', async () => {
    const { woken } = await commit('large', 'x'.repeat(10_000))

    expect(woken).toEqual([{ key: 'large:1:a', committed: undefined }])
  })
})
