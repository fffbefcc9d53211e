import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isCacheError } from '../../src/base/errors.ts'
import type { Store } from '../../src/base/store.ts'
import { redis } from '../../src/stores/redis/index.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { directClient, startProcess, type StoreProcess } from './redis-process.ts'

let server: RedisServer
let client: Awaited<ReturnType<typeof directClient>>
let one: StoreProcess
let two: StoreProcess
let store: Store

beforeAll(async () => {
  server = await startRedis()
  client = await directClient(server.url)
  one = startProcess(redis(server.url))
  two = startProcess(redis(server.url, { connections: 3 }))
  store = one.store
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

async function found(key: string, values = true) {
  return (await store.read([key], [], { values })).result[0]
}

describe('RedisStore.read', () => {
  it('answers records in the order of the keys, undefined where there is none', async () => {
    await one.put('shop:1:a', { price: 3 }, { tags: ['x', 'ü'], stamp: 7, loadMs: 12 })
    await one.put('shop:1:c', null)

    const { result } = await two.store.read(['shop:1:c', 'shop:1:b', 'shop:1:a'], [])

    expect(result[0]?.entry?.value).toBe(null)
    expect(result[1]).toBe(undefined)
    expect(result[2]?.entry).toMatchObject({
      value: { price: 3 },
      tags: ['x', 'ü'],
      stamp: 7,
      loadMs: 12,
    })
  })

  it('gives back exactly the times that were written, Infinity included', async () => {
    const entry = one.entry('v')
    const eternal = one.entry('w', { freshUntil: Infinity, deadAt: Infinity })
    await store.write(
      [
        { key: 'shop:1:a', entry, when: 'always' },
        { key: 'shop:1:b', entry: eternal, when: 'always' },
      ],
      [],
    )

    const { result } = await two.store.read(['shop:1:a', 'shop:1:b'], [])

    expect(result[0]?.entry).toEqual(entry)
    expect(result[1]?.entry).toEqual(eternal)
    expect(await client.pTTL('shop:1:b')).toBe(-1)
  })

  it('leaves the value out on request, and keeps the tags', async () => {
    await one.put('shop:1:a', 'x'.repeat(5000), { tags: ['t'.repeat(250), 'u'] })

    const record = await found('shop:1:a', false)

    expect(record?.entry?.value).toBe(undefined)
    expect(record?.entry?.tags).toEqual(['t'.repeat(250), 'u'])
    expect(await found('shop:1:none', false)).toBe(undefined)
  })

  it('reads generations without keys, and many keys over several connections', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `shop:1:k${index}`)
    await two.store.write(
      keys.map((key, index) => ({ key, entry: two.entry(index), when: 'always' as const })),
      [],
    )

    const many = await two.store.read(keys, ['*'])
    const none = await store.read([], ['*'])

    expect(many.result.map((record) => record?.entry?.value)).toEqual(keys.map((_, i) => i))
    expect(many.generations).toEqual(none.generations)
  })

  it('shows an entry that is dead as absent, also while its bytes still lie there', async () => {
    const rev = await one.put('shop:1:a', 1, { ttlMs: 30, staleMs: 0 })
    await two.acquire('shop:1:a', { seen: rev })
    await expect.poll(async () => (await found('shop:1:a'))?.entry).toBe(undefined)

    expect(await client.exists('shop:1:a')).toBe(1)
    expect((await found('shop:1:a'))?.lease).toBeDefined()
  })

  it.for(['raw', '', 'V\u0002later', 'list', 'hash'])(
    'shows %j under our key as a record that nobody can decode',
    async (kind) => {
      if (kind === 'list') await client.rPush('shop:1:f', 'x')
      else if (kind === 'hash') await client.hSet('shop:1:f', 'a', 'b')
      else await client.set('shop:1:f', kind.padEnd(kind === '' ? 0 : 120, '.'))

      for (const values of [true, false]) {
        const record = await found('shop:1:f', values)
        expect(record?.entry).toBe(undefined)
        expect(isCacheError(record?.undecodable, 'E_DECODE')).toBe(true)
      }
    },
  )
})

describe('RedisStore.write', () => {
  it('with `always` replaces a value and answers nothing found', async () => {
    await one.put('shop:1:a', 1)
    const { result } = await store.write(
      [{ key: 'shop:1:a', entry: one.entry(2), when: 'always' }],
      [],
    )

    expect(result).toEqual([{ written: true, found: undefined }])
    expect((await found('shop:1:a'))?.entry?.value).toBe(2)
  })

  it('lets the key expire when the entry is dead', async () => {
    await one.put('shop:1:a', 1, { ttlMs: 5_000, staleMs: 3_000 })
    const left = await client.pTTL('shop:1:a')
    expect(left).toBeGreaterThan(7_000)
    expect(left).toBeLessThanOrEqual(8_001)

    await one.put('shop:1:a', 2, { ttlMs: -10, staleMs: 0 })
    expect(await client.exists('shop:1:a')).toBe(0)
  })

  it('with `absent` writes once, and shows the winner without its value to the loser', async () => {
    const first = one.entry('first', { tags: ['t'] })
    const write = { key: 'shop:1:a', entry: first, when: 'absent' as const }
    expect((await store.write([write], [])).result[0]?.written).toBe(true)

    const again = await two.store.write(
      [{ key: 'shop:1:a', entry: two.entry('second'), when: 'absent' }],
      [],
    )

    expect(again.result[0]).toMatchObject({ written: false })
    expect(again.result[0]?.found?.entry).toEqual({ ...first, value: undefined })
    expect((await found('shop:1:a'))?.entry?.value).toBe('first')
  })

  it('with `absent` takes a lease alone, a dead value and foreign bytes for absent', async () => {
    const held = one.acquire('shop:1:lease')
    await held
    const rev = await one.put('shop:1:dead', 1, { ttlMs: 20, staleMs: 0 })
    await one.acquire('shop:1:dead', { seen: rev })
    await client.set('shop:1:bytes', 'foreign')
    await client.hSet('shop:1:hash', 'a', 'b')
    await expect.poll(async () => (await found('shop:1:dead'))?.entry).toBe(undefined)

    const keys = ['shop:1:lease', 'shop:1:dead', 'shop:1:bytes', 'shop:1:hash']
    const { result } = await two.store.write(
      keys.map((key) => ({ key, entry: two.entry(key), when: 'absent' as const })),
      [],
    )

    expect(result.map(({ written }) => written)).toEqual([true, true, true, true])
    await one.letters.has(`doom ${held.token}`)
    expect((await store.read(keys, [])).result.map((r) => r?.entry?.value)).toEqual(keys)
  })

  it('with a rev writes over that value and over nothing else', async () => {
    const rev = await one.put('shop:1:a', 1)
    const write = async (key: string, value: number, when: { rev: string }) => {
      return (await store.write([{ key, entry: one.entry(value), when }], [])).result[0]
    }

    expect(await write('shop:1:a', 2, { rev: one.tokens.next() })).toMatchObject({ written: false })
    expect(await write('shop:1:none', 2, { rev })).toEqual({ written: false, found: undefined })
    expect(await write('shop:1:a', 3, { rev })).toEqual({ written: true, found: undefined })
    expect((await write('shop:1:a', 4, { rev }))?.found?.entry?.value).toBe(undefined)
    expect((await found('shop:1:a'))?.entry?.value).toBe(3)
  })

  it('ends a lease: its holder is doomed, the waiters are woken', async () => {
    const held = one.acquire('shop:1:a')
    await held
    expect(await two.acquire('shop:1:a')).toMatchObject({ outcome: 'busy', holder: held.token })

    await one.put('shop:1:a', 'by hand')

    await one.letters.has(`doom ${held.token}`)
    await two.letters.has('wake shop:1:a')
    expect(await store.commit('shop:1:a', held.token, one.entry('late'))).toBe(false)
  })

  it('sends nothing when one of the values cannot be encoded', async () => {
    const writes = [1, () => {}].map((value, index) => {
      return { key: `shop:1:w${index}`, entry: one.entry(value), when: 'always' as const }
    })

    await expect(store.write(writes, [])).rejects.toMatchObject({ code: 'E_ENCODE' })

    expect(await client.exists(['shop:1:w0', 'shop:1:w1'])).toBe(0)
  })

  it('reads the generations after the write', async () => {
    const stamp = await two.store.bump(['t:x'])
    const write = { key: 'shop:1:a', entry: one.entry(1), when: 'always' as const }
    const { generations } = await store.write([write], ['t:x', 't:y'])
    expect(generations.bumps).toEqual(new Map([['t:x', stamp]]))
    expect(generations.clock).toBe(stamp)
  })
})

describe('RedisStore.remove', () => {
  it('answers what was there, with its value only on request', async () => {
    const entry = one.entry({ deep: [1] }, { tags: ['t'] })
    const put = async () => await store.write([{ key: 'shop:1:a', entry, when: 'always' }], [])
    await put()
    const bare = await store.remove(['shop:1:a', 'shop:1:b'], [])
    await put()
    const full = await store.remove(['shop:1:a'], [], { values: true })

    expect(bare.result[0]?.entry).toEqual({ ...entry, value: undefined })
    expect(bare.result[1]).toBe(undefined)
    expect(full.result[0]?.entry).toEqual(entry)
    expect(await client.exists('shop:1:a')).toBe(0)
  })

  it('dooms the holder of a lease and wakes the waiters', async () => {
    const held = one.acquire('shop:1:a')
    await held
    await two.acquire('shop:1:a')

    const { result } = await two.store.remove(['shop:1:a'], [])

    expect(result[0]).toMatchObject({ entry: undefined, lease: { token: held.token } })
    await one.letters.has(`doom ${held.token}`)
    await two.letters.has('wake shop:1:a')
    expect(await store.commit('shop:1:a', held.token, one.entry(1))).toBe(false)
    expect(await found('shop:1:a')).toBe(undefined)
  })

  it('with revs spares every other value, and the lease beside the one it removes', async () => {
    const old = await one.put('shop:1:a', 1)
    const kept = await one.put('shop:1:b', 2)
    const held = one.acquire('shop:1:a', { seen: old })
    await held

    const revs = [old, one.tokens.next()]
    const { result } = await store.remove(['shop:1:a', 'shop:1:b'], [], { revs })

    expect(result[0]?.entry?.rev).toBe(old)
    expect(result[1]).toBe(undefined)
    expect(await found('shop:1:a')).toMatchObject({
      entry: undefined,
      lease: { token: held.token },
    })
    expect((await found('shop:1:b'))?.entry?.rev).toBe(kept)
    expect(await client.pTTL('shop:1:a')).toBeGreaterThan(5_000)
    expect(await store.commit('shop:1:a', held.token, one.entry(3))).toBe(true)
    expect((await found('shop:1:a'))?.entry?.value).toBe(3)
  })

  it('removes foreign bytes too', async () => {
    await client.set('shop:1:a', 'foreign')
    await client.rPush('shop:1:b', 'x')
    const { result } = await store.remove(['shop:1:a', 'shop:1:b'], [])
    expect(result.map((record) => record?.undecodable?.code)).toEqual(['E_DECODE', 'E_DECODE'])
    expect(await client.exists(['shop:1:a', 'shop:1:b'])).toBe(0)
  })
})

describe('RedisStore.touch', () => {
  it('gives a fresh value new times and answers the record before', async () => {
    const entry = one.entry('v', { tags: ['t'] })
    await store.write([{ key: 'shop:1:a', entry, when: 'always' }], [])
    const times = { freshUntil: one.clock.now() + 200_000, deadAt: one.clock.now() + 300_000 }

    const { result } = await store.touch('shop:1:a', times, [])

    expect(result?.entry).toEqual({ ...entry, value: undefined })
    expect((await found('shop:1:a'))?.entry).toEqual({ ...entry, ...times })
    expect(await client.pTTL('shop:1:a')).toBeGreaterThan(290_000)
  })

  it('makes a value eternal, and removes it when its new time is over', async () => {
    await one.put('shop:1:a', 1)
    await store.touch('shop:1:a', { freshUntil: Infinity, deadAt: Infinity }, [])
    expect(await client.pTTL('shop:1:a')).toBe(-1)

    const past = one.clock.now() - 5
    await store.touch('shop:1:a', { freshUntil: past, deadAt: past }, [])
    expect(await client.exists('shop:1:a')).toBe(0)
  })

  it('never revives a stale value, and finds nothing where nothing is', async () => {
    const entry = one.entry('v', { ttlMs: -1 })
    await store.write([{ key: 'shop:1:a', entry, when: 'always' }], [])
    const times = { freshUntil: Infinity, deadAt: Infinity }

    const stale = await store.touch('shop:1:a', times, [])

    expect(stale.result?.entry).toEqual({ ...entry, value: undefined })
    expect((await found('shop:1:a'))?.entry).toEqual(entry)
    expect((await store.touch('shop:1:none', times, [])).result).toBe(undefined)
  })

  it('does not take the lease of a running refresh with it', async () => {
    const rev = await one.put('shop:1:a', 1)
    const held = one.acquire('shop:1:a', { seen: rev })
    await held
    const past = one.clock.now() - 5
    await store.touch('shop:1:a', { freshUntil: past, deadAt: past }, [])

    expect(await found('shop:1:a')).toMatchObject({
      entry: undefined,
      lease: { token: held.token },
    })
    expect(await store.commit('shop:1:a', held.token, one.entry(2))).toBe(true)
  })
})

describe('RedisStore.increment', () => {
  it.for<[number | bigint, number | bigint, number | bigint, number | bigint]>([
    [1, 1, 2, 2],
    [9, 1, 10, 10],
    [10, -1, 9, 9],
    [5, -8, -3, -3],
    [-3, 3, 0, 0],
    [2 ** 53 - 2, 1, 2 ** 53 - 1, 2 ** 53 - 1],
    [2 ** 53 - 1, 1, 2n ** 53n, 2n ** 53n],
    [-(2 ** 53 - 1), -2, -(2n ** 53n) - 1n, -(2n ** 53n) - 1n],
    [2n ** 63n - 1n, 1, 2n ** 63n, 2n ** 63n],
    [2n ** 64n, -(2n ** 64n) + 7n, 7n, 7n],
    [1, 10n ** 30n, 10n ** 30n + 1n, 10n ** 30n + 1n],
  ])('adds %s and %s exactly, answers %s and keeps %s', async ([start, delta, sum, stored]) => {
    const entry = one.entry(start, { tags: ['t'] })
    await store.write([{ key: 'shop:1:n', entry, when: 'always' }], [])

    const { result } = await store.increment('shop:1:n', delta, [])

    expect(result).toMatchObject({ outcome: 'done', value: sum })
    expect(result.outcome === 'done' && result.found.entry).toEqual({ ...entry, value: undefined })
    expect((await found('shop:1:n'))?.entry).toEqual({ ...entry, value: stored })
    expect(await client.pTTL('shop:1:n')).toBeGreaterThan(100_000)
  })

  it('counts every one of many increments from two processes', async () => {
    await one.put('shop:1:n', 95)
    await Promise.all(
      [one, two].flatMap(({ store: each }) => {
        return Array.from({ length: 50 }, async () => await each.increment('shop:1:n', 1, []))
      }),
    )
    expect((await found('shop:1:n'))?.entry?.value).toBe(195)
  })

  it('leaves the lease and the waiters of a running refresh alone', async () => {
    const rev = await one.put('shop:1:n', 99)
    const held = one.acquire('shop:1:n', { seen: rev })
    await held
    await two.acquire('shop:1:n', { seen: rev })

    await store.increment('shop:1:n', 1, [])

    expect((await found('shop:1:n'))?.lease?.token).toBe(held.token)
    expect(await store.commit('shop:1:n', held.token, one.entry(7))).toBe(true)
    await two.letters.has('wake shop:1:n')
  })

  it.for(['12', 1.5, null, { n: 1 }, true])('refuses to add to %j', async (value) => {
    const rev = await one.put('shop:1:n', value)
    const { result } = await store.increment('shop:1:n', 1, [])
    expect(result).toMatchObject({ outcome: 'notNumber', found: { entry: { rev } } })
    expect((await found('shop:1:n'))?.entry?.value).toEqual(value)
  })

  it('finds nothing under an absent key, a lease alone and foreign bytes', async () => {
    await one.acquire('shop:1:lease')
    await client.set('shop:1:bytes', '5')
    for (const key of ['shop:1:none', 'shop:1:lease', 'shop:1:bytes']) {
      expect((await store.increment(key, 1, [])).result).toEqual({ outcome: 'missing' })
    }
    expect(await client.get('shop:1:bytes')).toBe('5')
  })

  it('refuses a fraction before anything is sent', async () => {
    await one.put('shop:1:n', 1)
    await expect(store.increment('shop:1:n', 0.5, [])).rejects.toMatchObject({
      code: 'E_NOT_A_NUMBER',
    })
  })
})

describe('RedisStore.scan', () => {
  it('lists each key under a head taken literally, never the generations', async () => {
    const keys = Array.from({ length: 300 }, (_, index) => `shop:1:k${index}`)
    await store.write(
      [...keys, 'shop:2:k', 'shopping:1:k', 'shop:1:[a]*', 'shop:1:a'].map((key) => {
        return { key, entry: one.entry(1), when: 'always' as const }
      }),
      ['*'],
    )
    const list = async (head: string): Promise<Set<string>> => {
      const seen = new Set<string>()
      for await (const batch of store.scan(head, { batch: 50 })) {
        for (const key of batch) seen.add(key)
      }
      return seen
    }

    expect(await list('shop:1:k')).toEqual(new Set(keys))
    expect(await list('shop:1:[')).toEqual(new Set(['shop:1:[a]*']))
    const all = await list('shop:')
    expect(all.has('shop:{g0}:gen')).toBe(false)
    expect(all.size).toBe(keys.length + 3)
  })

  it('stops when its signal is aborted', async () => {
    const reason = new Error('enough')
    const scanning = async () => {
      const batches = store.scan('shop:', { signal: AbortSignal.abort(reason) })
      await batches[Symbol.asyncIterator]().next()
    }
    await expect(scanning()).rejects.toBe(reason)
  })
})

describe('RedisStore.stats', () => {
  it('says what the server says of itself', async () => {
    await client.configSet('maxmemory', '50mb')
    await one.put('shop:1:a', 1)

    const stats = await store.stats()

    expect(stats).toMatchObject({ entries: undefined, maxBytes: 50 * 1024 ** 2, evictions: 0 })
    expect(stats.bytes).toBeGreaterThan(100_000)
    expect(stats.clients).toBeGreaterThan(2)
    expect(stats.detail).toMatchObject({ redis_mode: 'standalone', keysInDatabase: 2 })
    await client.configSet('maxmemory', '0')
    expect((await store.stats()).maxBytes).toBe(undefined)
  })
})

describe('RedisStore.flushServer', () => {
  it('empties a server that nobody else uses', async () => {
    await one.put('shop:1:a', 1)
    await store.flushServer()
    expect(await client.dbSize()).toBe(0)
  })

  it('deletes nothing where keys of others are, and says how many and whose', async () => {
    await client.set('another:app', '1')
    await client.set('sess:abc', '1')
    await client.set('bull:mails:meta', '1')
    await one.put('shop:1:a', 1)

    const refused = store.flushServer()

    await expect(refused).rejects.toMatchObject({ code: 'E_NOT_ALONE' })
    await expect(refused).rejects.toThrow(
      /3 keys of others \(BullMQ, express-session, .*'another:'.*clear\(\).*reallyEverything/,
    )
    expect(await client.exists(['another:app', 'sess:abc', 'shop:1:a'])).toBe(3)
  })

  it('sees those in other databases, too', async () => {
    const elsewhere = client.duplicate({ database: 5 })
    await elsewhere.connect()
    await elsewhere.set('queue', '1')

    await expect(store.flushServer()).rejects.toThrow("1 keys of others ('database 5')")

    await elsewhere.flushDb()
    elsewhere.destroy()
  })

  it('empties everything where that is meant', async () => {
    await client.set('another:app', '1')
    await store.flushServer({ reallyEverything: true })
    expect(await client.dbSize()).toBe(0)
  })
})

describe('RedisStore.close', () => {
  it('answers what was sent, and refuses everything after it', async () => {
    const three = startProcess(redis(server.url))
    await three.store.read([], [])
    const sent = three.put('shop:1:a', 'sent')

    await three.store.close()
    await three.store.close()

    await sent
    expect((await found('shop:1:a'))?.entry?.value).toBe('sent')
    for (const act of [
      three.store.read(['a'], []),
      three.store.bump([]),
      three.store.renew('a', three.tokens.next(), 1000),
      three.store.stats(),
    ]) {
      await expect(act).rejects.toMatchObject({ code: 'E_CLOSED' })
    }
  })

  it('leaves no connection behind, also when it was still connecting', async () => {
    const connections = async () => await client.sendCommand<string>(['CLIENT', 'LIST'])
    const before = (await connections()).trim().split('\n').length
    const three = startProcess(redis(server.url))
    const act = three.put('shop:1:a', 'asked before')
    await three.store.close()
    await act
    await startProcess(redis(server.url)).store.close()
    const four = startProcess(redis(server.url))
    await four.store.read(['a'], [])
    await four.store.close()
    await expect.poll(async () => (await connections()).trim().split('\n').length).toBe(before)
  })
})

describe('an aborted signal', () => {
  it('rejects an act with its reason, before and while it runs', async () => {
    const reason = new Error('no longer wanted')
    await expect(store.read(['shop:1:a'], [], { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    )

    const controller = new AbortController()
    const act = store.read(['shop:1:a'], [], { signal: controller.signal })
    controller.abort(reason)
    await expect(act).rejects.toBe(reason)
    expect((await store.read([], [])).result).toEqual([])
  })
})
