import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Field, Generations } from '../../src/base/generation.ts'
import type { Mark } from '../../src/base/record.ts'
import { encodeRecord } from '../../src/codec/record.ts'
import { redis } from '../../src/stores/redis/index.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { directClient, startProcess, type StoreProcess } from './redis-process.ts'

const KEY = 'shop:1:a'
const HASH = 'shop:{g0}:gen'
const HOUR = 3_600_000
const TOKEN = 'aaaaaaaa00000001'
const OTHER = 'bbbbbbbb00000001'

let server: RedisServer
let client: Awaited<ReturnType<typeof directClient>>
let one: StoreProcess

beforeAll(async () => {
  server = await startRedis()
  client = await directClient(server.url)
})
beforeEach(async () => {
  await client.flushAll()
  one = startProcess(redis(server.url))
  return async () => await one.store.close()
})
afterAll(async () => {
  client.destroy()
  await server.stop()
})

async function generations(fields: readonly Field[], by = one): Promise<Generations> {
  return (await by.store.read([], fields)).generations
}

async function micros(): Promise<number> {
  const [seconds, rest] = await client.sendCommand<[string, string]>(['TIME'])
  return Number(seconds) * 1_000_000 + Number(rest)
}

describe('intents of keys on Redis', () => {
  async function announce(...intents: { token: string; inMs: number }[]): Promise<void> {
    const now = one.clock.now()
    const bytes = encodeRecord({
      intents: intents.map(({ token, inMs }) => ({ token, until: now + inMs })),
    })
    await client.set(KEY, bytes, { PX: 60_000 })
  }

  async function mark(): Promise<Mark | undefined> {
    return (await one.store.read([KEY], [])).result[0]?.mark
  }

  it('let nobody load, and show as one mark', async () => {
    await announce({ token: TOKEN, inMs: 30_000 }, { token: OTHER, inMs: 20_000 })

    expect(await one.acquire(KEY)).toEqual({ outcome: 'bypass' })
    expect(await mark()).toMatchObject({
      kind: 'intent',
      token: OTHER,
      stamp: 0,
      text: '',
    })
  })

  it('that are over let anybody load', async () => {
    await announce({ token: TOKEN, inMs: -1 })

    expect(await mark()).toBeUndefined()
    expect(await one.acquire(KEY)).toEqual({ outcome: 'lease', stolen: false })
  })

  it('cut short what is written beside them: to the end of the first that stands', async () => {
    await announce(
      { token: 'cccccccc00000001', inMs: -1 },
      { token: TOKEN, inMs: 30_000 },
      { token: OTHER, inMs: 20_000 },
    )
    const now = one.clock.now()

    await one.put(KEY, 'v', { ttlMs: 25_000, staleMs: HOUR })

    const [record] = (await one.store.read([KEY], [])).result
    expect(record?.entry?.value).toBe('v')
    expect(Math.abs((record?.entry?.deadAt ?? 0) - (now + 20_000))).toBeLessThan(5_000)
    expect(record?.entry?.freshUntil).toBe(record?.entry?.deadAt)
    expect(record?.mark).toBeUndefined()
    const seen = record?.entry?.rev as string
    expect(await one.acquire(KEY, { seen })).toEqual({ outcome: 'bypass' })
  })
})

describe('intents of fields on Redis', () => {
  const announce = async (forMs: number, by = one, token = TOKEN): Promise<void> =>
    await by.store.intend({ keys: [], fields: ['t:red', 't:blue'] }, token, forMs)

  it('lie behind the stamp, each with its end; a plain stamp is read as before', async () => {
    const stamp = await one.store.bump(['t:red'])
    await announce(30_000)
    await announce(20_000, one, OTHER)

    const [red, blue] = await client.hmGet(HASH, ['t:red', 't:blue'])
    const form = `${TOKEN} (\\d{16}),${OTHER} (\\d{16})`
    expect(red).toMatch(new RegExp(`^${stamp}:${form}$`))
    expect(blue).toMatch(new RegExp(`^:${form}$`))
    const [, first, second] = new RegExp(form).exec(red as string) ?? []
    const now = await micros()
    expect(Math.abs(Number(first) - now - 30_000_000)).toBeLessThan(5_000_000)
    expect(Math.abs(Number(second) - now - 20_000_000)).toBeLessThan(5_000_000)
    expect((await generations(['t:red', 't:blue'])).bumps).toEqual(new Map([['t:red', stamp]]))
  })

  it('leave nothing behind when all are withdrawn or done', async () => {
    const stamp = await one.store.bump(['t:red'])
    await announce(30_000)
    await announce(30_000, one, OTHER)
    await one.store.withdraw({ keys: [], fields: ['t:red', 't:blue'] }, TOKEN)
    await one.store.withdraw({ keys: [], fields: ['t:red', 't:blue'] }, OTHER)

    expect(await client.hmGet(HASH, ['t:red', 't:blue'])).toEqual([String(stamp), null])
  })

  it('are over when the server says so, not when a process whose clock is wrong thinks so', async () => {
    const ahead = startProcess(redis(server.url), { aheadMs: HOUR })
    await announce(30_000, ahead)
    // Before its first sample of the server's time, and after.
    const fresh = startProcess(redis(server.url), { aheadMs: HOUR })
    expect((await fresh.store.read([], ['t:red'])).generations.bumps.size).toBe(0)
    expect((await generations(['t:red'], ahead)).bumps.size).toBe(0)
    expect((await generations(['t:red'])).bumps.size).toBe(0)
    expect(await client.hGet(HASH, 't:red')).toContain(TOKEN)
    await ahead.store.close()
    await fresh.store.close()
  })

  it('that are over become a new stamp for all, whoever looks first', async () => {
    const newest = await one.store.bump(['t:red'])
    await client.hSet(
      HASH,
      't:red',
      `${newest}:${TOKEN} ${newest + 1},${OTHER} ${newest + 60_000_000}`,
    )
    const two = startProcess(redis(server.url))

    const seen = await generations(['t:red'])
    const again = await generations(['t:red'], two)

    const stamp = seen.bumps.get('t:red') ?? 0
    expect(stamp).toBeGreaterThan(newest + 1)
    expect(seen.clock).toBe(stamp)
    expect(again).toEqual(seen)
    expect(await client.hGet(HASH, 't:red')).toBe(`${stamp}:${OTHER} ${newest + 60_000_000}`)
    await two.store.close()
  })

  it('that are over are newer than every stamp, also when the server’s clock was set back', async () => {
    await one.store.bump([])
    const future = (await micros()) + 3_600_000_000
    await client.hSet(HASH, { '#': String(future), 't:red': `:${TOKEN} 1000` })

    expect(await generations(['t:red'])).toMatchObject({
      clock: future + 1,
      bumps: new Map([['t:red', future + 1]]),
    })
  })

  it.for([
    'rubbish',
    '',
    ':',
    '12:',
    `12:${TOKEN}`,
    `12:${TOKEN} soon`,
    `12:${TOKEN} 99999999999999999 `,
    `12:${TOKEN} 99999999999999999,`,
    '-1',
    '1e3',
    'NaN',
  ])('a value that nobody can read counts as invalid now: %j', async (value) => {
    const newest = await one.store.bump([])
    await client.hSet(HASH, 't:red', value)

    const seen = await generations(['t:red'])

    expect(seen.bumps.get('t:red')).toBeGreaterThan(newest)
    expect(seen.clock).toBeGreaterThanOrEqual(seen.bumps.get('t:red') ?? Infinity)
    expect(await generations(['t:red'])).toEqual(seen)
  })

  it.for(['intend', 'withdraw', 'bump'] as const)(
    'a value that nobody can read does not survive: %s',
    async (act) => {
      const newest = await one.store.bump([])
      await client.hSet(HASH, 't:red', 'rubbish')

      if (act === 'bump') await one.store.bump(['t:red'])
      else if (act === 'intend') await announce(30_000)
      else await one.store.withdraw({ keys: [], fields: ['t:red'] }, TOKEN)

      expect((await generations(['t:red'])).bumps.get('t:red')).toBeGreaterThan(newest)
    },
  )

  it('go with the hash when that is lost, and everything is invalid as always', async () => {
    const before = await one.store.bump(['t:red'])
    await announce(30_000)
    await client.del(HASH)

    const { floor, bumps } = await generations(['t:red'])

    expect(floor).toBeGreaterThan(before)
    expect(bumps.size).toBe(0)
    await one.store.withdraw({ keys: [], fields: ['t:red'] }, TOKEN)
    expect(await client.hKeys(HASH)).toEqual(['#', '!'])
  })

  it('make the hash when there is none, with everything invalid that was there before', async () => {
    await announce(30_000)

    const [clock, floor] = await client.hmGet(HASH, ['#', '!'])
    expect(clock).toBe(floor)
    expect(Math.abs(Number(floor) - (await micros()))).toBeLessThan(5_000_000)
  })

  it('say what is wrong when something else lies where the hash should be', async () => {
    await client.set(HASH, 'x')

    for (const act of [announce(1000), one.store.withdraw({ keys: [], fields: ['t:a'] }, TOKEN)])
      await expect(act).rejects.toMatchObject({ code: 'E_STORE_REFUSED' })
  })
})
