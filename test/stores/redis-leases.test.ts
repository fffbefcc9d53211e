import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redis } from '../../src/stores/redis/index.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { directClient, startProcess, type StoreProcess, subscribed } from './redis-process.ts'

const KEY = 'shop:1:a'

let server: RedisServer
let client: Awaited<ReturnType<typeof directClient>>
let one: StoreProcess
let two: StoreProcess
let three: StoreProcess

beforeAll(async () => {
  server = await startRedis()
  client = await directClient(server.url)
})
beforeEach(async () => {
  await client.flushAll()
  one = startProcess(redis(server.url))
  two = startProcess(redis(server.url))
  three = startProcess(redis(server.url))
  for (const each of [one, two, three]) await subscribed(client, each)
  return async () => {
    for (const each of [one, two, three]) await each.store.close()
  }
})
afterAll(async () => {
  client.destroy()
  await server.stop()
})

async function record(key = KEY) {
  return (await one.store.read([key], [])).result[0]
}

describe('RedisStore.acquire', () => {
  it('gives one lease; others are told who holds it and for how long', async () => {
    const held = one.acquire(KEY, { leaseMs: 4_000, stamp: 77 })
    expect(await held).toEqual({ outcome: 'lease', stolen: false })

    const busy = await two.acquire(KEY)

    expect(busy).toMatchObject({ outcome: 'busy', holder: held.token })
    if (busy.outcome !== 'busy') throw new Error('expected busy')
    expect(busy.remainingMs).toBeGreaterThan(3_000)
    expect(busy.remainingMs).toBeLessThanOrEqual(4_000)
    expect(await record()).toMatchObject({
      entry: undefined,
      lease: { token: held.token, stamp: 77 },
    })
  })

  it('lets exactly one of many win', async () => {
    const outcomes = await Promise.all(
      [one, two, three].flatMap((each) => Array.from({ length: 20 }, () => each.acquire(KEY))),
    )
    expect(outcomes.filter(({ outcome }) => outcome === 'lease')).toHaveLength(1)
    expect(outcomes.filter(({ outcome }) => outcome === 'busy')).toHaveLength(59)
  })

  it('gives its holder the lease again when the first answer was lost', async () => {
    const held = one.acquire(KEY)
    await held
    expect(await one.acquire(KEY, { token: held.token })).toEqual({
      outcome: 'lease',
      stolen: false,
    })
    expect(one.letters.all).toEqual([])
  })

  it('shows a value that the caller has not seen, and gives the lease to whoever has seen it', async () => {
    const rev = await one.put(KEY, { n: 1 }, { tags: ['t'] })

    const unseen = await two.acquire(KEY)
    const otherwise = await two.acquire(KEY, { seen: two.tokens.next() })
    const seen = await two.acquire(KEY, { seen: rev })

    expect(unseen).toMatchObject({
      outcome: 'hit',
      record: { entry: { value: { n: 1 }, rev, tags: ['t'] } },
    })
    expect(otherwise.outcome).toBe('hit')
    expect(seen).toEqual({ outcome: 'lease', stolen: false })
  })

  it('keeps a value and its times beside the lease of its refresh', async () => {
    const rev = await one.put(KEY, 'old', { ttlMs: 90_000 })
    const before = await record()
    const held = two.acquire(KEY, { seen: rev })
    await held

    const after = await record()
    expect(after?.entry).toEqual(before?.entry)
    expect(after?.lease?.token).toBe(held.token)
    expect(await client.pTTL(KEY)).toBeGreaterThan(140_000)
  })

  it('steals a lease whose load is already invalid, and dooms its holder', async () => {
    const held = one.acquire(KEY, { stamp: 10 })
    await held

    const taker = two.acquire(KEY, { stamp: 21, need: 20 })

    expect(await taker).toEqual({ outcome: 'lease', stolen: true })
    await one.letters.has(`doom ${held.token}`)
    expect(await one.store.commit(KEY, held.token, one.entry('doomed'))).toBe(false)
    expect(await two.store.commit(KEY, taker.token, two.entry('valid'))).toBe(true)
    expect((await record())?.entry?.value).toBe('valid')
  })

  it('does not steal a lease as young as is needed', async () => {
    await one.acquire(KEY, { stamp: 20 })
    expect(await two.acquire(KEY, { stamp: 20, need: 20 })).toMatchObject({ outcome: 'busy' })
  })

  it('gives a lapsed lease to the next, and refuses what its holder brings late', async () => {
    const stalled = one.acquire(KEY, { leaseMs: 40 })
    await stalled
    let taker = two.acquire(KEY)
    const asked = performance.now()
    await expect
      .poll(
        async () => {
          taker = two.acquire(KEY)
          return (await taker).outcome
        },
        { interval: 5 },
      )
      .toBe('lease')

    expect(performance.now() - asked).toBeLessThan(5_000)
    await one.letters.has(`doom ${stalled.token}`)
    expect(await one.store.commit(KEY, stalled.token, one.entry('late'))).toBe(false)
    expect(await one.store.renew(KEY, stalled.token, 1_000)).toBe(false)
    expect((await record())?.lease?.token).toBe(taker.token)
  })

  it('takes foreign bytes for nothing', async () => {
    await client.set('shop:1:bytes', 'x'.repeat(200))
    await client.sAdd('shop:1:set', 'x')
    for (const key of ['shop:1:bytes', 'shop:1:set']) {
      const held = one.acquire(key)
      expect(await held).toEqual({ outcome: 'lease', stolen: false })
      expect(await one.store.commit(key, held.token, one.entry(1))).toBe(true)
    }
  })

  it('lets an abandoned lease vanish after four times its length', async () => {
    await one.acquire(KEY, { leaseMs: 30 })
    expect(await client.pTTL(KEY)).toBeLessThanOrEqual(120)
    await expect.poll(async () => await client.exists(KEY)).toBe(0)
  })

  it('carries stamps of 16 digits without losing one', async () => {
    const stamp = 1_795_421_043_560_453
    await one.acquire(KEY, { stamp })
    expect((await record())?.lease?.stamp).toBe(stamp)
    expect(await two.acquire(KEY, { need: stamp })).toMatchObject({ outcome: 'busy' })
    expect(await two.acquire(KEY, { stamp: stamp + 1, need: stamp + 1 })).toMatchObject({
      stolen: true,
    })
  })
})

describe('RedisStore.commit', () => {
  it('stores the value, ends the lease and wakes every waiter once', async () => {
    const held = one.acquire(KEY)
    await held
    for (const each of [two, three, two]) await each.acquire(KEY)

    const entry = one.entry({ loaded: true }, { rev: held.token, tags: ['t'] })
    expect(await one.store.commit(KEY, held.token, entry)).toBe(true)

    await two.letters.has(`wake ${KEY}`)
    await three.letters.has(`wake ${KEY}`)
    expect(await record()).toEqual({ entry, lease: undefined, undecodable: undefined })
    // What comes after it on the same channel has come: nothing more was sent before.
    await client.publish(`shop:w:${two.tokens.processId}`, 'w end')
    await two.letters.has('wake end')
    expect(two.letters.all).toEqual([`wake ${KEY}`, 'wake end'])
  })

  it('wakes within milliseconds', async () => {
    const waits: number[] = []
    for (let round = 0; round < 20; round++) {
      const key = `shop:1:round${round}`
      const held = one.acquire(key)
      await held
      await two.acquire(key)
      const committed = one.store.commit(key, held.token, one.entry(round))
      const began = performance.now()
      await two.letters.has(`wake ${key}`)
      waits.push(performance.now() - began)
      await committed
    }
    // Who looks again by himself does so after 50 ms. A busy machine may be late most of the time, but not always.
    expect(Math.min(...waits)).toBeLessThan(20)
  })

  it('is refused once, and for a token that never held the lease', async () => {
    const held = one.acquire(KEY)
    await held
    expect(await two.store.commit(KEY, two.tokens.next(), two.entry(0))).toBe(false)
    expect(await one.store.commit(KEY, held.token, one.entry(1))).toBe(true)
    expect(await one.store.commit(KEY, held.token, one.entry(2))).toBe(false)
    expect((await record())?.entry?.value).toBe(1)
  })

  it('is refused when the lease was evicted', async () => {
    const held = one.acquire(KEY)
    await held
    await client.del(KEY)
    expect(await one.store.commit(KEY, held.token, one.entry(1))).toBe(false)
    expect(await client.exists(KEY)).toBe(0)
  })

  it('is not refused because the value it replaces died meanwhile', async () => {
    const rev = await one.put(KEY, 'old', { ttlMs: 20, staleMs: 0 })
    const held = two.acquire(KEY, { seen: rev })
    await held
    await expect.poll(async () => (await record())?.entry).toBe(undefined)

    expect(await two.store.commit(KEY, held.token, two.entry('new'))).toBe(true)
    expect((await record())?.entry?.value).toBe('new')
  })

  it('leaves nothing but wakes the waiters when the value is dead on arrival', async () => {
    const held = one.acquire(KEY)
    await held
    await two.acquire(KEY)
    const dead = one.entry(1, { ttlMs: -10, staleMs: 0 })
    expect(await one.store.commit(KEY, held.token, dead)).toBe(true)
    await two.letters.has(`wake ${KEY}`)
    expect(await client.exists(KEY)).toBe(0)
  })

  it('carries waiters over a takeover and over the death of the value', async () => {
    const rev = await one.put(KEY, 'old', { ttlMs: 20, staleMs: 0 })
    await one.acquire(KEY, { seen: rev, stamp: 1 })
    await three.acquire(KEY, { seen: rev })
    await expect.poll(async () => (await record())?.entry).toBe(undefined)

    const taker = two.acquire(KEY, { stamp: 9, need: 9 })
    expect(await taker).toMatchObject({ outcome: 'lease', stolen: true })
    await two.store.commit(KEY, taker.token, two.entry('new'))

    await three.letters.has(`wake ${KEY}`)
  })
})

describe('RedisStore.renew', () => {
  it('extends the lease of its holder only', async () => {
    const held = one.acquire(KEY, { leaseMs: 100 })
    await held
    expect(await two.store.renew(KEY, two.tokens.next(), 60_000)).toBe(false)
    expect(await one.store.renew(KEY, held.token, 60_000)).toBe(true)

    const busy = await two.acquire(KEY)
    expect(busy.outcome === 'busy' && busy.remainingMs).toBeGreaterThan(55_000)
    expect(await client.pTTL(KEY)).toBeGreaterThan(200_000)
    expect(await one.store.renew('shop:1:none', held.token, 1_000)).toBe(false)
  })

  it('does not shorten the life of the value beside it', async () => {
    const rev = await one.put(KEY, 1, { freshUntil: Infinity, deadAt: Infinity })
    const held = one.acquire(KEY, { seen: rev, leaseMs: 100 })
    await held
    await one.store.renew(KEY, held.token, 100)
    expect(await client.pTTL(KEY)).toBe(-1)
    await one.store.release(KEY, held.token)
    expect(await client.pTTL(KEY)).toBe(-1)
  })
})

describe('RedisStore.release', () => {
  it('gives up a lease alone and wakes the waiters', async () => {
    const held = one.acquire(KEY)
    await held
    await two.acquire(KEY)
    await one.store.release(KEY, held.token)
    await two.letters.has(`wake ${KEY}`)
    expect(await client.exists(KEY)).toBe(0)
  })

  it.for([true, false])('keeps the value beside it, with waiters: %s', async (waited) => {
    const entry = one.entry('kept', { tags: ['t'] })
    await one.store.write([{ key: KEY, entry, when: 'always' }], [])
    const held = one.acquire(KEY, { seen: entry.rev })
    await held
    if (waited) await two.acquire(KEY, { seen: entry.rev })

    await one.store.release(KEY, held.token)

    if (waited) await two.letters.has(`wake ${KEY}`)
    expect(await record()).toEqual({ entry, lease: undefined, undecodable: undefined })
    expect(await two.acquire(KEY, { seen: entry.rev })).toEqual({ outcome: 'lease', stolen: false })
  })

  it('does nothing for a token that does not hold the lease', async () => {
    const held = one.acquire(KEY)
    await held
    await two.store.release(KEY, two.tokens.next())
    await two.store.release('shop:1:none', two.tokens.next())
    expect((await record())?.lease?.token).toBe(held.token)
  })
})

describe('the inbox', () => {
  it('is heard before the first lease is asked for', async () => {
    for (let round = 0; round < 10; round++) {
      const key = `shop:1:round${round}`
      const late = startProcess(redis(server.url), { listens: false })
      // Its connection for commands is there long before the one on which it listens.
      await late.store.read([], [])
      late.store.listen(late.letters)
      const held = late.acquire(key, { stamp: 1 })
      await held
      expect(await one.acquire(key, { stamp: 3, need: 2 })).toMatchObject({ stolen: true })
      await late.letters.has(`doom ${held.token}`)
      await late.store.close()
    }
  })

  it('polls for whoever waits while nothing can be heard', async () => {
    const held = one.acquire(KEY)
    await held
    await client.sendCommand(['ACL', 'SETUSER', 'default', 'resetchannels'])
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    await two.event('error')
    expect(await two.acquire(KEY)).toMatchObject({ outcome: 'busy' })
    await two.letters.has(`wake ${KEY}`)
    await client.sendCommand(['ACL', 'SETUSER', 'default', 'allchannels'])
  })

  it('tells that letters may be lost when its connection is back, and hears again', async () => {
    const channel = `shop:w:${two.tokens.processId}`
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])

    await two.letters.has('lost')

    await client.publish(channel, 'w again')
    await two.letters.has('wake again')
    const held = one.acquire(KEY)
    await held
    await two.acquire(KEY)
    await one.store.release(KEY, held.token)
    await two.letters.has(`wake ${KEY}`)
    expect(two.events.map(({ kind }) => kind)).toEqual(['connected'])
  })

  it('ignores what it does not understand', async () => {
    const channel = `shop:w:${two.tokens.processId}`
    for (const message of ['', 'x', 'later format', 'w ünïcode>k']) {
      await client.publish(channel, message)
    }
    await two.letters.has('wake ünïcode>k')
    expect(two.letters.all).toEqual(['wake ünïcode>k'])
  })
})
