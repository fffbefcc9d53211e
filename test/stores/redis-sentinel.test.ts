import { afterEach, describe, expect, it } from 'vitest'
import type { CacheError } from '../../src/base/errors.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import type { RedisOptions } from '../../src/stores/redis/options.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { freePort } from '../servers/port.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { type Sentinels, startSentinels } from '../servers/sentinel.ts'

const endings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

interface Watched {
  readonly primary: RedisServer
  readonly replica: RedisServer
  readonly sentinels: Sentinels
}

async function watched(): Promise<Watched> {
  const primary = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
  endings.push(() => primary.stop())
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(primary.port)] })
  endings.push(() => replica.stop())
  const sentinels = await startSentinels(primary.port, 'shop-db')
  endings.push(() => sentinels.stop())
  return { primary, replica, sentinels }
}

function open(url: string, options: RedisOptions = {}) {
  const cache = createCaches({ default: { store: redis(url, options), prefix: 's' } }).default
  endings.push(() => cache.close())
  return cache
}

async function refusal(url: string, options: RedisOptions = {}): Promise<CacheError> {
  const cache = createCaches({
    default: { store: redis(url, options), prefix: 's', onOutage: 'throw' },
  }).default
  endings.push(() => cache.close())
  return await cache.get('a').then(
    () => Promise.reject(new Error('it did not reject')),
    (error: unknown) => error as CacheError,
  )
}

describe('redis with sentinels', () => {
  it('finds the primary, and the next one when it is killed', async () => {
    const { primary, replica, sentinels } = await watched()
    const cache = open(`redis://127.0.0.1:${sentinels.ports[0]}?sentinel=shop-db`, {
      sentinels: [`127.0.0.1:${sentinels.ports[1]}`],
      retry: { max: '200ms' },
    })
    expect(await cache.set('a', 1)).toBe(true)
    expect(await cache.getOrSet('b', () => 2)).toBe(2)

    await primary.kill('SIGKILL')
    expect(await cache.get('a')).toBeUndefined()
    await expect.poll(() => sentinels.primaryPort(), { timeout: 20_000 }).toBe(replica.port)
    await expect.poll(() => cache.set('a', 3), { timeout: 20_000 }).toBe(true)
    expect(await cache.get('a')).toBe(3)
  }, 60_000)

  it('asks the next sentinel when one is away', async () => {
    const { sentinels } = await watched()
    await sentinels.kill(0)
    const more = sentinels.ports.slice(1).map((port) => `127.0.0.1:${port}`)
    const cache = open(`redis://127.0.0.1:${sentinels.ports[0]}?sentinel=shop-db`, {
      sentinels: more,
    })

    expect(await cache.set('a', 1)).toBe(true)
  }, 60_000)

  it('says what is wrong: no sentinel, or none that knows the name', async () => {
    const { sentinels } = await watched()
    const nobody = await refusal(`redis://127.0.0.1:${await freePort()}?sentinel=shop-db`)
    const unknown = await refusal(`redis://127.0.0.1:${sentinels.ports[0]}?sentinel=other`)

    expect(nobody).toMatchObject({ code: 'E_STORE_DOWN' })
    expect(nobody.message).toMatch(/no sentinel answers at 127\.0\.0\.1/)
    expect(unknown.message).toMatch(/does not know 'other' \(option 'sentinel'\)/)
  }, 60_000)

  it.each([
    [{ sentinels: ['h:1'] }, /'sentinel'.*mymaster/],
    [{ sentinel: 'm', cluster: true }, /either 'sentinel' or 'cluster'/],
    [{ sentinel: 'm', sentinels: ['nowhere'] }, /'sentinels'.*host:7001.*nowhere/],
    [{ sentinel: 'm', sentinelAuth: { pasword: 'x' } }, /Did you mean 'password'/],
  ])('refuses %j', (options, message) => {
    expect(() => redis('redis://h:26379', options as never)).toThrow(message)
  })
})
