import { describe, expect, it } from 'vitest'
import { freePort } from '../../servers/port.ts'
import { endOf, open, server, until, urlOf } from './servers.ts'

describe('a server that is not there', () => {
  it('refuses acts at once, and is used as soon as it answers', async () => {
    const port = await freePort()
    const cache = open(`memcached://127.0.0.1:${port}`)
    expect(await endOf(cache.get('a'))).toBe('E_STORE_DOWN')
    const began = performance.now()
    for (let turn = 0; turn < 20; turn++) expect(await endOf(cache.get('a'))).toBe('E_STORE_DOWN')
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  it('killed under load and back: no act hangs, and nothing of before is served', async () => {
    const one = await server()
    const cache = open(one.url)
    await cache.set('kept', 'before')
    const over = new AbortController()
    const ends = new Set<unknown>()
    const load = Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        for (let turn = 0; !over.signal.aborted; turn++) {
          ends.add(await endOf(cache.set(`k${index}`, turn).then(() => 'done')))
          await new Promise(setImmediate)
        }
      }),
    )
    await until(async () => ends.has('done'))
    await one.kill()
    await until(async () => ends.has('E_STORE_DOWN'))
    await one.restart()
    await until(async () => (await endOf(cache.get('kept'))) === undefined)
    over.abort()
    await load
    expect(ends).toEqual(new Set(['E_STORE_DOWN', 'done']))
  })

  it('a lease from before a restart can no longer be committed', async () => {
    const one = await server()
    const cache = open(one.url)
    let load = 0
    const loaded = cache.getOrSet('a', async () => {
      if (++load === 1) {
        await one.restart()
        // CAS numbers begin again at 1: one that fits by chance must not let the old load in.
        await until(async () => (await endOf(cache.set('other', 1).then(() => 'done'))) === 'done')
        await cache.set('a', 'by hand')
      }
      return 'of the load'
    })
    await endOf(loaded)
    expect(await cache.get('a')).toBe('by hand')
  })

  it('that hangs costs a deadline and is left, and found again', async () => {
    const one = await server()
    const cache = open(one.url, { breaker: { failures: Infinity } })
    await cache.set('a', 1)
    await one.kill('SIGSTOP')
    await until(async () => (await endOf(cache.get('a'))) === 'E_STORE_TIMEOUT')
    await until(async () => (await endOf(cache.get('a'))) === 'E_STORE_DOWN')
    await one.kill('SIGCONT')
    await until(async () => (await endOf(cache.get('a'))) === 1)
    expect(await cache.get('a')).toBe(1)
  })

  it('answers misses and no errors where that is asked for', async () => {
    const cache = open(`memcached://127.0.0.1:${await freePort()}`, { onOutage: 'bypass' })
    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.getOrSet('a', () => 'loaded')).toBe('loaded')
  })
})

describe('three servers of which one is dead', () => {
  it('its keys miss, all others are served, and it comes back by itself', async () => {
    const servers = await Promise.all([server(), server(), server()])
    const cache = open(urlOf(servers))
    const keys = Array.from({ length: 60 }, (_, index) => `k${index}`)
    await cache.setMany(new Map(keys.map((key) => [key, key])))
    expect((await cache.getMany(keys)).size).toBe(60)
    const counts = await Promise.all(
      servers.map(async (each) => {
        const text = await each.talk('stats\r\n', /END\r\n/)
        return Number(/STAT curr_items (\d+)/.exec(text)?.[1])
      }),
    )
    expect(Math.min(...counts)).toBeGreaterThan(5)

    // Not the one with the generations: that item is where its key is.
    const homes = await Promise.all(servers.map((each) => each.talk('mg shop:{gen} c\r\n', /\r\n/)))
    const dead = homes.findIndex((text) => text.startsWith('EN'))
    await servers[dead]?.kill()
    await until(async () => (await endOf(cache.getMany(keys))) !== 'E_STORE_DOWN')
    const left = await cache.getMany(keys)
    expect(left.size).toBe(60 - (counts[dead] as number))
    const lost = keys.filter((key) => !left.has(key))
    expect(await endOf(cache.set(lost[0] as string, 1))).toBe('E_STORE_DOWN')
    expect(await endOf(cache.getMany(lost))).toBe('E_STORE_DOWN')
    // A removal that one server did not hear of must not count as done because others did.
    const both = [lost[0] as string, [...left.keys()][0] as string]
    expect(await endOf(cache.deleteMany(both))).toBe('E_STORE_DOWN')

    await servers[dead]?.restart()
    await until(async () => (await endOf(cache.set(lost[0] as string, 1))) !== 'E_STORE_DOWN')
    expect(await cache.get(lost[0] as string)).toBe(1)
  })

  it('without the one that has the generations nothing is served', async () => {
    const servers = await Promise.all([server(), server()])
    const cache = open(urlOf(servers))
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)
    await cache.setMany(new Map(keys.map((key) => [key, key])))
    const homes = await Promise.all(servers.map((each) => each.talk('mg shop:{gen} c\r\n', /\r\n/)))
    const home = servers[homes.findIndex((text) => text.startsWith('HD'))]
    await home?.kill()
    await until(async () => (await endOf(cache.getMany(keys))) === 'E_STORE_DOWN')
    await home?.restart()
    // Its stamps are gone: what the other server still has is older than the new floor.
    await until(async () => (await endOf(cache.getMany(keys))) instanceof Map)
    expect((await cache.getMany(keys)).size).toBe(0)
  })
})
