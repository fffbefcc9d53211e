// What sessions do when requests meet, and what they let nobody do. In this process and in fake time.
import { type Cache, createCaches, memory, nullStore } from 'breakwater'
import { type OnConflict, sessionStore, type SessionStoreOptions } from 'breakwater/sessions'
import { fakeClock } from 'breakwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { rejectionOf } from '../cache/barrier.ts'
import { keyText } from '../../src/base/key.ts'
import { sessionKey } from '../../src/sessions/id.ts'

const opened: Cache[] = []
const clock = fakeClock()

function open(): Cache {
  const cache = createCaches({ default: { store: memory(), clock } }).default
  opened.push(cache)
  return cache
}

function sessionsOn(options: SessionStoreOptions = {}): ReturnType<typeof sessionStore> {
  return sessionStore(open(), options)
}

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(opened.splice(0).map((cache) => cache.close()))
})

describe('save', () => {
  const meeting = async (
    conflict: OnConflict,
    mine: object,
    theirs: object,
  ): Promise<{ readonly error: unknown; readonly data: unknown }> => {
    const sessions = sessionsOn({ conflict })
    const { id } = await sessions.create({ a: 1, b: 1, gone: 1 })
    const [one, two] = [await sessions.load(id), await sessions.load(id)]
    await sessions.save(two as never, theirs as never)
    const error = await sessions.save(one as never, mine as never).then(
      () => undefined,
      (thrown: unknown) => (thrown as { code?: string }).code,
    )
    return { error, data: (await sessions.load(id))?.data }
  }
  const MINE = { a: 2, b: 1 }

  it.each<[OnConflict, object, string | undefined, object]>([
    ['merge', { a: 1, b: 2, gone: 1, c: 3 }, undefined, { a: 2, b: 2, c: 3 }],
    ['merge', { a: 3, b: 1, gone: 2 }, undefined, { a: 2, b: 1 }],
    ['merge-or-refuse', { a: 1, b: 2, gone: 1 }, undefined, { a: 2, b: 2 }],
    ['merge-or-refuse', { a: 2, b: 1, gone: 1 }, undefined, { a: 2, b: 1 }],
    ['merge-or-refuse', { a: 3, b: 1, gone: 1 }, 'E_SESSION_CONFLICT', { a: 3, b: 1, gone: 1 }],
    ['merge-or-refuse', { a: 1, b: 1, gone: 2 }, 'E_SESSION_CONFLICT', { a: 1, b: 1, gone: 2 }],
    ['refuse', { a: 1, b: 2, gone: 1 }, 'E_SESSION_CONFLICT', { a: 1, b: 2, gone: 1 }],
    ['overwrite', { a: 1, b: 2, gone: 1 }, undefined, MINE],
  ])('with %s after %o', async (conflict, theirs, error, data) => {
    expect(await meeting(conflict, MINE, theirs)).toEqual({ error, data })
  })

  it('names what both have changed when it refuses', async () => {
    const sessions = sessionsOn({ conflict: 'merge-or-refuse' })
    const session = await sessions.create({ cart: [] })
    await sessions.save(session, { cart: ['a'] })

    const error = await rejectionOf(sessions.save(session, { cart: ['b'] }))

    expect((error as Error).message).toContain('(cart)')
  })

  it('answers with what others have changed, which the next save does not undo', async () => {
    const sessions = sessionsOn()
    const session = await sessions.create({ a: 1 })
    await sessions.save(session, { a: 1, b: 2 })

    const merged = await sessions.save(session, { a: 3 })
    await sessions.save(merged, { ...merged.data, c: 4 })

    expect(merged.data).toEqual({ a: 3, b: 2 })
    expect((await sessions.load(session.id))?.data).toEqual({ a: 3, b: 2, c: 4 })
  })

  it('stores nothing when nothing was changed, until the end has to be moved', async () => {
    const cache = open()
    const sessions = sessionStore(cache, { ttl: '20h' })
    const session = await sessions.create({ n: 1 })
    const { stores } = await cache.stats()

    await clock.advance(3_599_000)
    expect(await sessions.save(session, { n: 1 })).toBe(session)
    await clock.advance(1_000)
    const moved = await sessions.save(session, { n: 1 })

    expect(moved.endsAt - session.endsAt).toBe(3_600_000)
    expect((await cache.stats()).stores).toBe(stores)
    await clock.advance(20 * 3_600_000 - 1)
    expect(await sessions.load(session.id)).toBeDefined()
    await clock.advance(1)
    expect(await sessions.load(session.id)).toBeUndefined()
    expect(await rejectionOf(sessions.save(moved, { n: 2 }))).toMatchObject({
      code: 'E_SESSION_ENDED',
    })
  })

  it('leaves what is there when it cannot be stored', async () => {
    const sessions = sessionsOn()
    const session = await sessions.create({ n: 1 })

    expect(await rejectionOf(sessions.save(session, { n: () => 1 }))).toMatchObject({
      code: 'E_ENCODE',
    })
    expect((await sessions.load(session.id))?.data).toEqual({ n: 1 })
  })
})

describe('destroy', () => {
  it('leaves a tombstone for as long as a request may take', async () => {
    const sessions = sessionsOn({ tombstone: '10m' })
    const { id } = await sessions.create({ n: 1 })
    await sessions.destroy(id)

    await clock.advance(599_999)
    expect(await rejectionOf(sessions.create({}, { id }))).toMatchObject({
      code: 'E_SESSION_ENDED',
    })
    await clock.advance(1)

    expect((await sessions.create({ n: 2 }, { id })).data).toEqual({ n: 2 })
  })
})

describe('update', () => {
  it('leaves the session alone when the change throws', async () => {
    const sessions = sessionsOn()
    const { id } = await sessions.create({ n: 1 })

    const error = await rejectionOf(
      sessions.update(id, (data) => {
        data['n'] = 2
        throw new Error('no')
      }),
    )

    expect((error as Error).message).toBe('no')
    expect((await sessions.load(id))?.data).toEqual({ n: 1 })
  })
})

describe('an id', () => {
  it('is never taken over from whoever made it up', async () => {
    const sessions = sessionsOn()

    for (const id of [
      '',
      'short',
      'a b'.repeat(10),
      `${'a'.repeat(30)}\u0000`,
      `${'a'.repeat(30)}\n`,
      'a'.repeat(1_048_576),
      '../'.repeat(10),
      'ä'.repeat(30),
      'x'.repeat(32),
    ]) {
      expect(await sessions.load(id)).toBeUndefined()
      expect(await sessions.destroy(id)).toBe(false)
    }
    for (const id of [undefined, null, 7, {}, ['x'.repeat(32)], { toString: () => 'x'.repeat(32) }])
      expect(await sessions.load(id)).toBeUndefined()
    expect(await rejectionOf(sessions.create({}, { id: 'short' }))).toMatchObject({ code: 'E_KEY' })
    expect(await rejectionOf(sessions.update('short', () => {}))).toMatchObject({ code: 'E_KEY' })
  })

  it('has 192 bits, and stands in no key, event, log or text of a session', async () => {
    const cache = open()
    const events: unknown[] = []
    for (const name of ['hit', 'miss', 'store', 'error'] as const)
      cache.on(name, (event) => events.push(event))
    const sessions = sessionStore(cache)

    const session = await sessions.create({ n: 1 })
    await sessions.load(session.id)
    await sessions.load('x'.repeat(32))

    expect(session.id).toMatch(/^[\w-]{32}$/)
    expect(events).toHaveLength(3)
    expect(JSON.stringify(events)).toContain('session:')
    expect(JSON.stringify(events)).not.toContain(session.id)
    expect(keyText(sessionKey(session.id))).not.toContain(session.id)
    expect(JSON.stringify({ session })).not.toContain(session.id)
    expect(Object.values(session)).not.toContain(session.id)
  })
})

describe('data', () => {
  it('has no prototype of anybody’s choosing', async () => {
    const sessions = sessionsOn()
    const evil = JSON.parse('{"__proto__":{"admin":true},"n":1}') as Record<string, unknown>

    const { id } = await sessions.create(evil)
    const found = await sessions.load(id)
    await sessions.update(id, (data) => {
      Object.defineProperty(data, '__proto__', { value: { admin: true }, enumerable: true })
    })

    expect(found?.data).toEqual({ n: 1 })
    expect(found?.data['admin']).toBeUndefined()
    expect((await sessions.load(id))?.data).toEqual({ n: 1 })
  })

  it('is each reader’s own', async () => {
    const sessions = sessionsOn()
    const { id } = await sessions.create({ list: [1] })
    const [one, two] = [await sessions.load(id), await sessions.load(id)]

    const { list } = one?.data ?? {}
    ;(list as number[]).push(2)

    expect(two?.data).toEqual({ list: [1] })
  })

  it('is whatever the codec of the alias can carry', async () => {
    const sessions = sessionsOn()

    const { id } = await sessions.create({ when: new Date(0), seen: new Set([1]) })

    expect((await sessions.load(id))?.data).toEqual({ when: new Date(0), seen: new Set([1]) })
  })
})

describe('sessionStore', () => {
  it.each<[object, string]>([
    [{ ttl: 'forever' }, 'ttl'],
    [{ ttl: '0s' }, 'ttl'],
    [{ tombstone: '0s' }, 'tombstone'],
    [{ conflict: 'merged' }, 'conflict'],
    [{ database: {} }, 'database'],
    [{ cacheFor: '1m' }, 'cacheFor'],
    [{ touchafter: '1m' }, 'touchAfter'],
  ])('refuses %o', (options, named) => {
    expect(() => sessionsOn(options as SessionStoreOptions)).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: expect.stringContaining(named) as string,
      }) as Error,
    )
  })

  it('refuses what is no cache, and a store that keeps nothing', () => {
    const nothing = createCaches({ default: { store: nullStore() } }).default
    opened.push(nothing)

    expect(() => sessionStore({} as never)).toThrow(/a cache/)
    expect(() => sessionStore(undefined as never)).toThrow(/a cache/)
    expect(() => sessionStore(nothing)).toThrow(
      expect.objectContaining({ code: 'E_UNSUPPORTED' }) as Error,
    )
  })

  it('warns in production of a store that forgets', () => {
    vi.stubEnv('NODE_ENV', 'production')
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()

    sessionsOn()

    expect(warned.mock.calls.map(([message]) => String(message))).toEqual([
      expect.stringContaining('users are logged out'),
    ])
    warned.mockRestore()
  })
})
