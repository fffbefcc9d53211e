// What somebody else has written, or an older codec: a counted miss, never a crash.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AliasOptions } from '../../src/config/alias.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { RawRedis } from '../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { messagesOf } from './fresh-caches.ts'

const [ours, theirs] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]

describe('a value that cannot be decoded', () => {
  let server: RedisServer
  let raw: RawRedis
  let cache: Cache
  const opened: Cache[] = []

  const open = (options: AliasOptions = {}): Cache => {
    const { default: made } = createCaches({
      default: { store: redis(server.url), prefix: 'shop', ...options },
    })
    opened.push(made)
    return made
  }

  beforeAll(async () => {
    server = await startRedis()
    raw = await RawRedis.open(server.port)
  })
  beforeEach(async () => {
    await raw.send(['FLUSHALL'])
    cache = open()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()))
  })
  afterAll(async () => {
    raw.close()
    await server.stop()
  })

  it.each([
    ['text of another program', 'hello'],
    ['nothing at all', ''],
    ['a record that was cut off', 'V\u0001\u0000'],
    ['an unknown layout', `V\u00ff${'x'.repeat(200)}`],
  ])('%s is a miss that is loaded anew', async (_, text) => {
    await raw.send(['SET', cache.wireKey('a'), text])

    expect(await cache.get('a', 'nothing')).toBe('nothing')
    expect(await cache.stats()).toMatchObject({ misses: 1, undecodable: 1 })
    expect(await cache.has('a')).toBe(false)
    expect([...(await cache.getMany(['a', 'b'])).keys()]).toEqual([])
    expect(await cache.getOrSet('a', () => 'loaded')).toBe('loaded')
    expect(await cache.get('a')).toBe('loaded')
  })

  it('is counted, once for each read, and told to the error event', async () => {
    const other = open({ encrypt: { keys: [theirs] } })
    const mine = open({ encrypt: { keys: [ours] } })
    const told = messagesOf(mine)
    await other.set('a', 'secret')

    expect(await mine.get('a')).toBeUndefined()
    expect(await mine.getOrSet('a', () => 'mine')).toBe('mine')
    expect(await mine.get('a')).toBe('mine')

    expect(await mine.stats()).toMatchObject({ undecodable: 2, misses: 2, hits: 1, outages: 0 })
    expect(told).toEqual(Array(2).fill('A stored value could not be decoded and counts as a miss.'))
  })

  it('that is no longer what a writer says it is can be written, added, counted and removed', async () => {
    const garbage = async (): Promise<unknown> =>
      await raw.send(['SET', cache.wireKey('a'), 'junk'])
    await garbage()
    expect(await cache.add('a', 1)).toBe(true)
    await garbage()
    expect(await cache.set('a', 2)).toBe(true)
    await garbage()
    expect(await cache.incr('a', 1, { initial: 0 })).toBe(1)
    await garbage()
    expect(await cache.delete('a')).toBe(false)
    await garbage()
    expect(await cache.take('a')).toBeUndefined()
    await garbage()
    expect(await cache.invalidate('a')).toEqual({ applied: true, queued: false })
    expect(await cache.get('a')).toBeUndefined()
  })
})
