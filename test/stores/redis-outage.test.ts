import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../servers/port.ts'
import { type Proxy, startProxy } from '../servers/proxy.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import type { StoreDefinition } from '../../src/base/store.ts'
import { redis } from '../../src/stores/redis/index.ts'
import {
  directClient,
  type ProcessOptions,
  startProcess,
  type StoreProcess,
} from './redis-process.ts'

// An unhandled rejection or 'error' event anywhere here fails the run: vitest sees to it.

const QUICK = {
  commandTimeout: '800ms',
  connectTimeout: '1500ms',
  retry: { min: '10ms', max: '50ms' },
} as const

const endings: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

async function server(options?: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const started = await startRedis(options)
  endings.push(async () => await started.stop())
  return started
}
async function proxyTo(port: number): Promise<Proxy> {
  const proxy = await startProxy(port)
  endings.push(async () => await proxy.stop())
  return proxy
}
function start(definition: StoreDefinition, options?: ProcessOptions): StoreProcess {
  const started = startProcess(definition, options)
  endings.push(async () => await started.store.close())
  return started
}
async function direct(url: string) {
  const client = await directClient(url)
  endings.push(async () => client.destroy())
  return client
}
/** How long an act took and how it ended. */
async function timed(act: Promise<unknown>): Promise<{ ms: number; code: string }> {
  const began = performance.now()
  const code = await act.then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  )
  return { ms: performance.now() - began, code }
}

describe('a server that is not there', () => {
  it('costs the first acts one attempt and every later act nothing, until it is there', async () => {
    const port = await freePort()
    const one = start(redis(`redis://127.0.0.1:${port}`, { ...QUICK, connectTimeout: '20s' }))

    const first = await Promise.all([timed(one.store.read(['a'], [])), timed(one.store.bump([]))])
    expect(first.map(({ code }) => code)).toEqual(['E_STORE_DOWN', 'E_STORE_DOWN'])
    expect(first[0]?.ms).toBeLessThan(10_000)
    const later = await timed(one.store.read(['a'], []))
    expect(later.code).toBe('E_STORE_DOWN')
    expect(later.ms).toBeLessThan(5_000)

    await server({ port })
    await one.event('connected')
    await one.put('shop:1:a', 'here')
    expect((await one.store.read(['shop:1:a'], [])).result[0]?.entry?.value).toBe('here')
    expect(one.events.map(({ kind }) => kind)).toEqual(['disconnected', 'connected'])
  })

  it('is named in the message, without the password', async () => {
    const port = await freePort()
    const one = start(redis(`redis://me:s3cret@127.0.0.1:${port}/2`, QUICK))
    const error = await one.store.read([], []).catch((caught: unknown) => caught)
    expect(String(error)).toContain(`127.0.0.1:${port}`)
    expect(String(error)).toContain('ECONNREFUSED')
    await one.event('disconnected')
    expect(JSON.stringify([error, one.events])).not.toContain('s3cret')
  })

  it('keeps nobody waiting whose signal is aborted', async () => {
    const hole = await server()
    await hole.pause()
    const one = start(redis(hole.url, { ...QUICK, connectTimeout: '10s' }))
    const reason = new Error('gone')
    const controller = new AbortController()
    const act = one.store.read([], [], { signal: controller.signal })
    controller.abort(reason)
    await expect(act).rejects.toBe(reason)
  })

  it('leaves no timer that would keep a process alive, and close does not wait for it', async () => {
    const port = await freePort()
    // Those that are unref'ed are not listed.
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const one = start(redis(`redis://127.0.0.1:${port}`, QUICK))
    await one.event('disconnected')
    expect(timers()).toBeLessThanOrEqual(before)
    expect((await timed(one.store.close())).ms).toBeLessThan(1_000)
  })
})

describe('a server that is killed', () => {
  it('rejects the acts in flight at once, then is found again, empty', async () => {
    const live = await server()
    const one = start(redis(live.url, { ...QUICK, commandTimeout: '10s' }))
    await one.put('shop:1:a', 1)
    await live.pause()
    const acts = [
      one.store.read(['shop:1:a'], ['*']),
      one.store.bump(['*']),
      one.store.remove(['shop:1:a'], []),
      one.acquire('shop:1:b'),
    ].map(timed)

    await live.kill()

    for (const { code, ms } of await Promise.all(acts)) {
      expect(code).toBe('E_STORE_DOWN')
      expect(ms).toBeLessThan(8_000)
    }
    await one.event('disconnected')
    await live.restart()
    await one.event('connected', 2)
    expect((await one.store.read(['shop:1:a'], [])).result[0]).toBe(undefined)
    await one.letters.has('lost')
  })

  it('is reported once each way, through many restarts and any number of connections', async () => {
    const live = await server()
    const one = start(redis(live.url, { ...QUICK, connections: 4 }))
    await one.event('connected')
    for (const round of [1, 2]) {
      await live.kill()
      await one.event('disconnected', round)
      await live.restart()
      await one.event('connected', round + 1)
    }
    expect(one.events.map(({ kind }) => kind)).toEqual([
      'connected',
      'disconnected',
      'connected',
      'disconnected',
      'connected',
    ])
  })

  it('has lost its scripts, and gets them again without anybody noticing', async () => {
    const live = await server()
    const client = await direct(live.url)
    const one = start(redis(live.url, QUICK))
    const everything = async () => {
      const { store } = one
      await store.remove(['shop:1:a', 'shop:1:l'], [])
      const { rev } = { rev: await one.put('shop:1:a', 1) }
      await store.touch('shop:1:a', { freshUntil: Infinity, deadAt: Infinity }, [])
      const { result } = await store.increment('shop:1:a', 1, ['*'])
      await store.bump(['*'])
      await store.read(['shop:1:a'], [], { values: false })
      const held = one.acquire('shop:1:a', { seen: rev })
      const kinds = [result.outcome, (await held).outcome]
      const renewed = await store.renew('shop:1:a', held.token, 1_000)
      await store.release('shop:1:a', held.token)
      const other = one.acquire('shop:1:l')
      await other
      return [...kinds, renewed, await store.commit('shop:1:l', other.token, one.entry(1))]
    }
    for (let round = 0; round < 3; round++) {
      await client.sendCommand(['SCRIPT', 'FLUSH'])
      expect(await everything()).toEqual(['done', 'lease', true, true])
    }
  })

  it('repeats only what did not run when some of its scripts are lost', async () => {
    const live = await server()
    const client = await direct(live.url)
    const one = start(redis(live.url, QUICK))
    await one.put('shop:1:n', 0)
    await client.sendCommand(['SCRIPT', 'FLUSH'])

    const acts = Array.from(
      { length: 20 },
      async () => await one.store.increment('shop:1:n', 1, []),
    )

    await Promise.all(acts)
    expect((await one.store.read(['shop:1:n'], [])).result[0]?.entry?.value).toBe(20)
  })
})

describe('a server that accepts and does not answer', () => {
  it('costs each act its deadline, then nothing, until it answers again', async () => {
    const live = await server()
    const one = start(redis(live.url, QUICK))
    await one.put('shop:1:a', 1)
    await live.pause()

    for (let round = 0; round < 3; round++) {
      const { code, ms } = await timed(one.store.read(['shop:1:a'], []))
      expect(code).toBe('E_STORE_TIMEOUT')
      expect(ms).toBeGreaterThan(790)
      expect(ms).toBeLessThan(5_000)
    }
    const distrusted = await timed(one.store.read(['shop:1:a'], []))
    expect(distrusted.code).toBe('E_STORE_DOWN')
    expect(distrusted.ms).toBeLessThan(1_000)

    await live.resume()
    await one.event('connected', 2)
    expect((await one.store.read(['shop:1:a'], [])).result[0]?.entry?.value).toBe(1)
  })

  it('is asked once more by what only reads, where that is wanted, and never by what changes', async () => {
    const live = await server()
    const options = { ...QUICK, commandTimeout: '2s', retryOnTimeout: true } as const
    const one = start(redis(live.url, options))
    await one.put('shop:1:a', 1)
    await live.pause()
    const [reading, writing] = [one.store.read(['shop:1:a'], []), timed(one.store.bump([]))]
    expect((await writing).code).toBe('E_STORE_TIMEOUT')
    await live.resume()

    expect((await reading).result[0]?.entry?.value).toBe(1)
  })

  it('counts many acts that run out of time together as one silence', async () => {
    const live = await server()
    const one = start(redis(live.url, QUICK))
    await one.put('shop:1:a', 1)
    await live.pause()

    const many = Array.from({ length: 50 }, async () => await timed(one.store.bump([])))
    const codes = (await Promise.all(many)).map(({ code }) => code)

    expect(new Set(codes)).toEqual(new Set(['E_STORE_TIMEOUT']))
    await live.resume()
    expect((await timed(one.store.bump([]))).code).toBe('done')
    expect(one.events.map(({ kind }) => kind)).toEqual(['connected'])
  })

  it('is not connected to in the first place, and told apart by nobody', async () => {
    const live = await server()
    await live.pause()
    const one = start(redis(live.url, QUICK))
    const { code, ms } = await timed(one.store.read([], []))
    expect(code).toBe('E_STORE_DOWN')
    expect(ms).toBeLessThan(10_000)
    await live.resume()
    await one.event('connected')
    await one.store.read([], [])
  })

  it('is given up behind a network that swallows everything', async () => {
    const live = await server()
    const proxy = await proxyTo(live.port)
    const one = start(redis(proxy.url, QUICK))
    await one.put('shop:1:a', 1)
    proxy.halfOpen()
    const codes: string[] = []
    for (let round = 0; round < 4; round++) codes.push((await timed(one.store.bump([]))).code)
    expect(codes).toEqual(['E_STORE_TIMEOUT', 'E_STORE_TIMEOUT', 'E_STORE_TIMEOUT', 'E_STORE_DOWN'])
    await proxy.heal()
    await one.event('connected', 2)
    expect((await one.store.read(['shop:1:a'], [])).result[0]?.entry?.value).toBe(1)
  })

  it('has a bounded queue', async () => {
    const live = await server()
    const one = start(redis(live.url, { ...QUICK, maxQueued: 10 }))
    await one.store.read([], [])
    await live.pause()
    const codes = await Promise.all(
      Array.from({ length: 12 }, async () => (await timed(one.store.bump([]))).code),
    )
    expect(codes.filter((code) => code === 'E_STORE_REFUSED')).toHaveLength(2)
    await live.resume()
  })
})

describe('a server that refuses', () => {
  it.for(['wrong password', 'no password', 'unknown user'])('our user: %s', async (how) => {
    const live = await server({ password: 'right' })
    const login = { 'wrong password': ':wr0ng@', 'no password': '', 'unknown user': 'x:wr0ng@' }[
      how
    ]
    const one = start(redis(`redis://${login}127.0.0.1:${live.port}`, QUICK))

    for (let round = 0; round < 2; round++) {
      const error: unknown = await one.store.read([], []).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'E_STORE_AUTH' })
      expect(String(error)).not.toContain('wr0ng')
    }
    expect((await one.event('disconnected')).error).toMatchObject({ code: 'E_STORE_AUTH' })
  })

  it('our user only until the server has been told otherwise', async () => {
    const live = await server()
    const client = await direct(live.url)
    const one = start(redis(`redis://late:pw@127.0.0.1:${live.port}`, QUICK))
    expect((await timed(one.store.read([], []))).code).toBe('E_STORE_AUTH')
    await client.sendCommand(['ACL', 'SETUSER', 'late', 'on', '>pw', '~*', '&*', '+@all'])
    await one.event('connected')
    await one.store.read([], [])
  })

  it('a command that our user may not give, with what to allow', async () => {
    const user = { name: 'reader', password: 'pw', rules: '~* &* +@read +@connection +time' }
    const live = await server({ user })
    const one = start(redis(live.url, QUICK))
    await expect(one.store.bump(['*'])).rejects.toMatchObject({
      code: 'E_STORE_AUTH',
      message: expect.stringContaining('ACL SETUSER'),
    })
  })

  it('a channel: waits become polls, and acts go on', async () => {
    const user = { name: 'mute', password: 'pw', rules: '~* resetchannels +@all' }
    const live = await server({ user })
    const [one, two] = [start(redis(live.url, QUICK)), start(redis(live.url, QUICK))]
    const { message } = await two.event('error')
    expect(message).toContain('&<prefix>:w:*')

    const held = one.acquire('shop:1:a')
    await held
    expect(await two.acquire('shop:1:a')).toMatchObject({ outcome: 'busy' })
    await two.letters.has('wake shop:1:a')
    expect(await one.store.commit('shop:1:a', held.token, one.entry(1))).toBe(true)
  })

  it('writes when its memory is full, and says what to do', async () => {
    const live = await server({ args: ['--maxmemory', '3mb'] })
    const one = start(redis(live.url, { ...QUICK, commandTimeout: '2s' }))
    const fill = async () => {
      for (let n = 0; n < 100; n++) await one.put(`shop:1:${n}`, 'x'.repeat(100_000))
    }
    await expect(fill()).rejects.toMatchObject({
      code: 'E_STORE_REFUSED',
      message: expect.stringContaining('maxmemory'),
    })
    expect((await one.store.read(['shop:1:0'], [])).result[0]?.entry).toBeDefined()
  })

  it('writes because it is a replica', async () => {
    const live = await server()
    const client = await direct(live.url)
    const one = start(redis(live.url, QUICK))
    await one.put('shop:1:a', 1)
    await client.sendCommand(['REPLICAOF', '127.0.0.1', String(await freePort())])
    await expect(one.put('shop:1:a', 2)).rejects.toMatchObject({
      code: 'E_STORE_REFUSED',
      message: expect.stringContaining('primary'),
    })
  })

  it('to be read while it is a replica: it may be behind; once it is the primary it is used', async () => {
    const live = await server()
    const client = await direct(live.url)
    await client.sendCommand(['REPLICAOF', '127.0.0.1', String(await freePort())])
    const one = start(redis(live.url, QUICK))
    for (let round = 0; round < 2; round++) {
      await expect(one.store.read(['shop:1:a'], [])).rejects.toMatchObject({
        code: 'E_STORE_REFUSED',
        message: expect.stringContaining('Give the address of the primary'),
      })
    }
    await client.sendCommand(['REPLICAOF', 'NO', 'ONE'])
    await one.event('connected')

    expect((await one.store.read(['shop:1:a'], [])).result).toEqual([undefined])
    expect(one.events.map(({ kind }) => kind)).toEqual(['disconnected', 'connected'])
  })
})

describe('times', () => {
  it('are the same moment to processes whose clocks differ by an hour', async () => {
    const live = await server()
    const right = start(redis(live.url))
    const ahead = start(redis(live.url), { aheadMs: 3_600_000 })
    const behind = start(redis(live.url), { aheadMs: -3_600_000 })

    await ahead.put('shop:1:a', 'v', { ttlMs: 10_000, staleMs: 20_000 })

    for (const each of [right, behind, ahead]) {
      const entry = (await each.store.read(['shop:1:a'], [])).result[0]?.entry
      expect(entry?.value).toBe('v')
      expect(Math.abs((entry?.freshUntil as number) - each.clock.now() - 10_000)).toBeLessThan(
        5_000,
      )
      expect(Math.abs((entry?.deadAt as number) - each.clock.now() - 30_000)).toBeLessThan(5_000)
    }
  })

  it('of leases are judged by the server, whatever the clock of who asks', async () => {
    const live = await server()
    const behind = start(redis(live.url), { aheadMs: -3_600_000 })
    const ahead = start(redis(live.url), { aheadMs: 3_600_000 })
    const held = behind.acquire('shop:1:a', { leaseMs: 5_000 })
    await held

    expect(await ahead.acquire('shop:1:a')).toMatchObject({ outcome: 'busy', holder: held.token })
    const lease = (await ahead.store.read(['shop:1:a'], [])).result[0]?.lease
    expect(Math.abs((lease?.until as number) - ahead.clock.now() - 5_000)).toBeLessThan(4_000)
  })

  it('come back unchanged to the process that wrote them', async () => {
    const live = await server()
    const ahead = start(redis(live.url), { aheadMs: 7_777_777 })
    const entry = ahead.entry('v', { deadAt: Infinity })
    await ahead.store.write([{ key: 'shop:1:a', entry, when: 'always' }], [])
    await ahead.store.touch('shop:1:b', entry, [])
    expect((await ahead.store.read(['shop:1:a'], [])).result[0]?.entry).toEqual(entry)
  })
})
