import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCaches } from '../../src/config/create-caches.ts'
import { encrypted } from '../../src/codec/encrypted.ts'
import { json } from '../../src/codec/json.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { RawRedis } from '../servers/raw-redis.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'

const [OLD, NEW] = [randomBytes(32), randomBytes(32)]
const codec = encrypted(json(), { keys: [OLD] })

function refused(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('encrypted', () => {
  it('shows nothing of the value, nor that two values are the same', () => {
    const [one, two] = [codec.encode('secret', 'k'), codec.encode('secret', 'k')]

    expect(one.includes('secret')).toBe(false)
    expect(one.equals(two)).toBe(false)
    expect(codec.decode(one, 'k')).toBe('secret')
  })

  it('does not decrypt a value that was moved to another key', () => {
    const payload = codec.encode('for ann', 'shop:1:user:ann')

    expect(refused(() => codec.decode(payload, 'shop:1:user:bob'))).toMatchObject({
      code: 'E_DECODE',
      message: expect.stringContaining('belongs to another key'),
    })
  })

  it('notices a change of any one byte', () => {
    const payload = codec.encode({ admin: false }, 'k')
    for (let at = 0; at < payload.length; at++) {
      const altered = Buffer.from(payload)
      altered[at] = (altered[at] as number) ^ 1
      expect(
        refused(() => codec.decode(altered, 'k')),
        `byte ${at}`,
      ).toMatchObject({ code: 'E_DECODE' })
    }
  })

  it('takes nothing that is not encrypted: anybody could have put it there', () => {
    expect(refused(() => codec.decode(json().encode('planted', 'k'), 'k'))).toMatchObject({
      code: 'E_DECODE',
      message: expect.stringContaining('not encrypted'),
    })
  })

  it('rotates: the first key writes, all read, and a dropped one reads no more', () => {
    const both = encrypted(json(), { keys: [NEW, OLD] })
    const after = encrypted(json(), { keys: [NEW.toString('base64')] })
    const before = codec.encode('v', 'k')

    expect(both.decode(before, 'k')).toBe('v')
    expect(after.decode(both.encode('v', 'k'), 'k')).toBe('v')
    expect(refused(() => after.decode(before, 'k'))).toMatchObject({
      code: 'E_DECODE',
      message: expect.stringContaining('a key that is not given'),
    })
  })

  it.each<[string, unknown, RegExp]>([
    ['none', { keys: [] }, /at least one/],
    ['no list', { keys: 'abc' }, /a list of keys/],
    ['a short one', { keys: [Buffer.alloc(16)] }, /expected 32 bytes.*got 16 bytes at 0/],
    ['one that is no base64 of 32 bytes', { keys: [OLD, 'hunter2'] }, /got 5 bytes at 1/],
    ['an unknown option', { key: OLD }, /'keys'/],
  ])('refuses %s, without showing it', (_, options, message) => {
    const error = refused(() => encrypted(json(), options as never))

    expect(String(error)).toMatch(message)
    expect(String(error)).not.toContain('hunter2')
  })

  it('is not put around itself', () => {
    expect(() => encrypted(codec, { keys: [OLD] })).toThrow(/does not encrypt yet/)
  })
})

describe('an alias that encrypts', () => {
  let server: RedisServer

  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => {
    await server.stop()
  })

  it('keeps nothing readable on the server, and works as any other', async () => {
    const encrypt = { keys: [OLD] }
    const { default: cache } = createCaches({
      default: { store: redis(server.url), compress: true, encrypt, sensitive: true },
    })
    await cache.set('user', { name: 'Ann', note: 'private '.repeat(500) }, { tags: ['t'] })
    await cache.set('count', 41)
    const raw = await RawRedis.open(server.port)
    const stored = (await raw.send(['GET', cache.wireKey('user')])) ?? ''
    raw.close()

    expect(stored).not.toContain('private')
    expect(stored.length).toBeLessThan(1000)
    expect(await cache.get('user')).toMatchObject({ name: 'Ann' })
    expect(await cache.incr('count')).toBe(42)
    expect(await cache.get('count')).toBe(42)
    await cache.close()
  })

  it('takes what was planted or moved for a counted miss', async () => {
    const open = (encrypt?: object): ReturnType<typeof createCaches>['default'] =>
      createCaches({
        default: {
          store: redis(server.url),
          prefix: 'moved',
          ...(encrypt && { encrypt: encrypt as never }),
        },
      }).default
    const cache = open({ keys: [OLD] })
    const plain = open()
    await plain.set('planted', { admin: true })
    await cache.set('ann', 'of ann')
    const raw = await RawRedis.open(server.port)
    await raw.send(['COPY', cache.wireKey('ann'), cache.wireKey('bob')])
    raw.close()

    expect(await cache.get('planted')).toBeUndefined()
    expect(await cache.get('bob')).toBeUndefined()
    expect((await cache.stats()).undecodable).toBe(2)
    expect(await cache.getOrSet('bob', () => 'of bob')).toBe('of bob')
    await Promise.all([cache.close(), plain.close()])
  })

  it('is asked for by one that is sensitive, where values leave the process', async () => {
    const store = redis(server.url)
    expect(() => createCaches({ default: { store, sensitive: true } })).toThrow(
      /sensitive and its store 'redis'.*encrypt: \{ keys/,
    )
    const caches = createCaches({ default: { store: memory(), sensitive: true } })
    expect(await caches.default.set('a', 1)).toBe(true)
    await caches.close()
  })
})
