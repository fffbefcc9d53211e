import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { json } from '../../../src/codec/json.ts'
import { MemcachedBackend } from '../../../src/stores/memcached/backend.ts'
import { resolveOptions } from '../../../src/stores/memcached/options.ts'
import { type Reply, ReplyReader } from '../../../src/stores/memcached/reply.ts'
import { Ring } from '../../../src/stores/memcached/ring.ts'
import { ServerTime } from '../../../src/stores/memcached/server-time.ts'
import { endOf, server, until } from './servers.ts'

describe('a CAS number', () => {
  it('of a server before its restart replaces nothing, though the same number is there again', async () => {
    const one = await server()
    const target = {
      host: '127.0.0.1',
      port: one.port,
      where: 'one',
      login: undefined,
      tls: undefined,
    }
    const settings = resolveOptions({ retry: { min: '10ms', max: '20ms' } })
    const backend = new MemcachedBackend([target], settings, {
      alias: 'a',
      prefix: 'p',
      processId: 'process1',
      clock: systemClock,
      codec: json(),
      report: () => {},
    })
    const next = { bytes: Buffer.from('first'), keepUntil: Infinity }
    const cas = async (): Promise<string> => await one.talk('mg p:1:a c\r\n', /\r\n/)
    await backend.get([], [], {})
    await backend.swap('p:1:a', undefined, next, {})
    const { found } = await backend.get(['p:1:a'], [], {})
    const before = await cas()

    await one.restart()
    await one.talk('ms p:{other} 1\r\nx\r\n', /HD/)
    await one.talk('ms p:1:a 6\r\nsecond\r\n', /HD/)
    expect(await cas()).toBe(before)
    await until(async () => (await endOf(backend.stats({}))) !== 'E_STORE_DOWN')
    expect(await backend.swap('p:1:a', found[0]?.version, next, {})).toBe(false)
    expect(await one.talk('mg p:1:a v\r\n', /\r\n.*\r\n/)).toContain('second')
    await backend.close()
  })
})

describe('rendezvous hashing', () => {
  const keys = Array.from({ length: 3000 }, (_, index) => `shop:1:product:${index}`)
  const names = ['a:11211', 'b:11211', 'c:11211']
  const ringOf = (list: readonly string[]) => new Ring(list.map((name) => [name, name]))

  it('gives each server its share, in whatever order they are named', () => {
    const ring = ringOf(names)
    const turned = ringOf(names.toReversed())
    const counts = new Map<string, number>()
    for (const key of keys) {
      const place = ring.placeOf(key)
      expect(turned.placeOf(key)).toBe(place)
      counts.set(place, (counts.get(place) ?? 0) + 1)
    }
    for (const name of names) expect(counts.get(name)).toBeGreaterThan(850)
  })

  it('moves keys to a server that is added, and nowhere else', () => {
    const ring = ringOf(names)
    const more = ringOf([...names, 'd:11211'])
    const moved = keys.filter((key) => ring.placeOf(key) !== more.placeOf(key))
    expect(new Set(moved.map((key) => more.placeOf(key)))).toEqual(new Set(['d:11211']))
    expect(moved.length).toBeLessThan(900)
  })
})

describe("the server's time", () => {
  const shiftOf = (ourMs: number): number => {
    const time = new ServerTime()
    time.take('1000', ourMs, ourMs + 5)
    return time.shiftMs
  }

  it('leaves a clock alone that agrees within what whole seconds can say', () => {
    expect([999_500, 1_000_000, 1_001_500].map(shiftOf)).toEqual([0, 0, 0])
  })

  it('sets another right as far as is certain', () => {
    expect(Math.abs(shiftOf(400_000) - 600_000)).toBeLessThan(2100)
    expect(Math.abs(shiftOf(1_600_000) + 600_000)).toBeLessThan(2100)
    expect([shiftOf(400_000) > 0, shiftOf(1_600_000) < 0]).toEqual([true, true])
  })
})

describe('answers', () => {
  it('are the same however their bytes are cut', () => {
    const text =
      'EN\r\nVA 4 c7\r\na\r\nb\r\nHD c9\r\nSTAT time 5\r\nSTAT version 1.6\r\nEND\r\nNF\r\n'
    for (let size = 1; size <= text.length; size++) {
      const replies: Reply[] = []
      const reader = new ReplyReader((reply) => replies.push(reply))
      for (let at = 0; at < text.length; at += size)
        reader.take(Buffer.from(text.slice(at, at + size)))
      expect(replies.map(({ code }) => code)).toEqual(['EN', 'VA', 'HD', 'END', 'NF'])
      expect(replies[1]?.body?.toString()).toBe('a\r\nb')
      expect(replies[3]?.rows.get('version')).toBe('1.6')
    }
  })
})
