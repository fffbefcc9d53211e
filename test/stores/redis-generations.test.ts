import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Field, needOf } from '../../src/base/generation.ts'
import { redis } from '../../src/stores/redis/index.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { directClient, startProcess, type StoreProcess } from './redis-process.ts'

const HASH = 'shop:{g0}:gen'

let server: RedisServer
let client: Awaited<ReturnType<typeof directClient>>
let one: StoreProcess
let two: StoreProcess

beforeAll(async () => {
  server = await startRedis()
  client = await directClient(server.url)
  one = startProcess(redis(server.url))
  two = startProcess(redis(server.url))
})
beforeEach(async () => {
  await client.flushAll()
})
afterAll(async () => {
  await one.store.close()
  await two.store.close()
  client.destroy()
  await server.stop()
})

describe('RedisStore.bump', () => {
  it('issues stamps that grow, whoever asks', async () => {
    const stamps: number[] = []
    for (let round = 0; round < 20; round++) {
      stamps.push(await (round % 2 === 0 ? one : two).store.bump([]))
    }
    const many = await Promise.all(Array.from({ length: 50 }, async () => await one.store.bump([])))
    stamps.push(...many)

    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b))
    expect(new Set(stamps).size).toBe(stamps.length)
    expect(stamps.every(Number.isSafeInteger)).toBe(true)
    expect(Math.abs((stamps[0] as number) / 1000 - Date.now())).toBeLessThan(5_000)
  })

  it('gives all its fields one stamp, newer than the clock that was read before', async () => {
    const before = (await one.store.read([], [])).generations.clock

    const stamp = await one.store.bump(['*', 't:ü', 'n:a>b'])

    expect(stamp).toBeGreaterThan(before)
    const { generations } = await two.store.read([], ['*', 't:ü', 'n:a>b', 't:other'])
    expect(generations.clock).toBe(stamp)
    expect(generations.floor).toBe(before)
    expect(generations.bumps).toEqual(
      new Map([
        ['*', stamp],
        ['t:ü', stamp],
        ['n:a>b', stamp],
      ]),
    )
  })

  it('issues newer stamps also when the clock of the server was set back', async () => {
    await one.store.bump([])
    const ahead = (Date.now() + 3_600_000) * 1000
    await client.hSet(HASH, '#', String(ahead))

    expect(await one.store.bump(['t:x'])).toBe(ahead + 1)
    expect(await two.store.bump(['t:x'])).toBe(ahead + 2)
  })

  it('takes more fields than a call of Lua takes arguments', async () => {
    const fields = Array.from({ length: 20_000 }, (_, index) => `t:${index}` as const)
    const stamp = await one.store.bump(fields)
    const { generations } = await one.store.read([], fields)
    expect(generations.bumps.size).toBe(fields.length)
    expect(generations.bumps.get('t:19999')).toBe(stamp)
  })

  it.for(['deleted', 'flushed', 'half of it'])(
    'makes everything written before invalid when the hash was lost: %s',
    async (how) => {
      const { clock } = (await one.store.read([], [])).generations
      await one.put('shop:1:a', 1, { stamp: clock })
      if (how === 'deleted') await client.del(HASH)
      else if (how === 'flushed') await client.flushAll()
      else await client.hDel(HASH, '!')

      const stamp = await two.store.bump(['t:x'])

      const { generations } = await one.store.read([], ['t:x'])
      expect(generations.floor).toBe(stamp)
      expect(generations.floor).toBeGreaterThan(clock)
    },
  )
})

describe('the generations of an answer', () => {
  it('begin with a floor of now, one and the same for everybody', async () => {
    const all = await Promise.all(
      [one, two, one, two].map(async ({ store }) => (await store.read([], ['*'])).generations),
    )
    expect(all[0]?.clock).toBe(all[0]?.floor)
    expect(Math.abs((all[0]?.floor ?? 0) / 1000 - Date.now())).toBeLessThan(5_000)
    for (const each of all) expect(each).toEqual(all[0])
  })

  it('make an entry invalid that outlived the hash, in the very read that finds it missing', async () => {
    const { clock } = (await one.store.read([], [])).generations
    await one.put('shop:1:a', 'older', { stamp: clock })
    await client.del(HASH)

    const { result, generations } = await two.store.read(['shop:1:a'], ['*'])

    expect(result[0]?.entry?.value).toBe('older')
    expect(needOf(generations, ['*'])).toBeGreaterThan(result[0]?.entry?.stamp as number)
  })

  it('come with every act that answers them, also when the hash is made for it', async () => {
    const { store } = one
    const acts = [
      async () => await store.read(['shop:1:a'], ['*']),
      async () => {
        return await store.write([{ key: 'shop:1:a', entry: one.entry(1), when: 'always' }], ['*'])
      },
      async () => await store.touch('shop:1:a', { freshUntil: Infinity, deadAt: Infinity }, ['*']),
      async () => await store.increment('shop:1:a', 1, ['*']),
      async () => await store.remove(['shop:1:a'], ['*']),
    ]
    for (const act of acts) {
      await client.del(HASH)
      const made = (await act()).generations
      expect(made.floor).toBeGreaterThan(0)
      expect((await act()).generations).toEqual(made)
    }
  })

  it('are kept apart by prefix', async () => {
    const other = startProcess(redis(server.url), { prefix: 'other' })
    await one.store.bump(['*'])
    const { generations } = await other.store.read([], ['*'])
    expect(generations.bumps.size).toBe(0)
    expect(await client.exists('other:{g0}:gen')).toBe(1)
    await other.store.close()
  })

  it('name the key when somebody else uses it', async () => {
    await client.set(HASH, 'not a hash')
    await expect(one.store.read(['shop:1:a'], [])).rejects.toMatchObject({
      code: 'E_STORE_REFUSED',
      message: expect.stringContaining(HASH),
    })
    await expect(one.store.bump(['*'])).rejects.toMatchObject({
      code: 'E_STORE_REFUSED',
      message: expect.stringContaining(HASH),
    })
  })
})

describe('stamps of tags that are never named again', () => {
  it('are forgotten in thirds, oldest first, and what they invalidated stays invalid', async () => {
    const tidy = startProcess(redis(server.url, { maxGenerations: 300 }))
    const before = await tidy.store.bump(['t:kept'])
    for (let n = 0; n < 1000; n++) await tidy.store.bump([`t:${n}`])

    await expect.poll(() => client.hLen(HASH)).toBeLessThanOrEqual(300 + 256 + 3)
    const { generations } = await two.store.read([], ['t:0', 't:999', 't:kept'])
    expect(generations.floor).toBeGreaterThan(before)
    expect(needOf(generations, ['t:0'])).toBeGreaterThan(before)
    expect([...generations.bumps.keys()]).toEqual(['t:999'])
    await tidy.store.close()
  })

  it('are left alone while they are few', async () => {
    const tidy = startProcess(redis(server.url, { maxGenerations: 300 }))
    for (let n = 0; n < 290; n++) await tidy.store.bump([`t:${n}`])
    await tidy.store.bump(Array.from({ length: 300 }, (_, n): Field => `t:${n % 290}`))

    const { generations } = await two.store.read([], ['t:0'])
    expect(generations.bumps.size).toBe(1)
    expect(await client.hLen(HASH)).toBe(292)
    await tidy.store.close()
  })

  it('are kept while a transaction has announced them', async () => {
    const tidy = startProcess(redis(server.url, { maxGenerations: 50 }))
    const token = tidy.tokens.next()
    await tidy.store.intend({ keys: [], fields: ['t:announced'] }, token, 60_000)
    for (let n = 0; n < 300; n++) await tidy.store.bump([`t:${n}`])

    await expect.poll(() => client.hLen(HASH)).toBeLessThanOrEqual(50 + 50 + 4)
    expect(await client.hGet(HASH, 't:announced')).toContain(token)
    await tidy.store.close()
  })
})
