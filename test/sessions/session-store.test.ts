// Sessions on every kind of store, in the cache alone.
import { sessionStore, type SessionStore } from 'breakwater/sessions'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { lacks, TESTED, type TestedStore } from '../cache/stores.ts'
import { rejectionOf } from '../cache/barrier.ts'

// The other databases are held to the same contract as SQLite, and keep the table of sessions in session-table.test.ts.
const STORES = TESTED.filter(([name]) => name !== 'PostgreSQL' && name !== 'MariaDB')

describe.each(STORES)('sessions on %s', (name, start) => {
  let store: TestedStore
  let sessions: SessionStore
  let elsewhere: SessionStore

  beforeAll(async () => {
    store = await start()
  }, 60_000)
  beforeEach(() => {
    sessions = sessionStore(store.open())
    elsewhere = sessionStore(store.twin(name === 'redis' ? { near: true } : {}))
  })
  afterEach(async () => await store.renew())
  afterAll(async () => await store.stop())

  it('are read in another process as they were stored', async () => {
    const { id } = await sessions.create({ user: 7, cart: ['a', { n: 1 }] })

    const found = await elsewhere.load(id)

    expect(found?.data).toEqual({ user: 7, cart: ['a', { n: 1 }] })
    expect(found?.id).toBe(id)
    expect(found?.endsAt).toBeGreaterThan(Date.now() + 13 * 86_400_000)
  })

  it('are changed by a save, and by nothing else', async () => {
    const session = await sessions.create({ n: 1, list: [1] })
    session.data['n'] = 2
    ;(session.data['list'] as number[]).push(2)

    expect((await elsewhere.load(session.id))?.data).toEqual({ n: 1, list: [1] })
    await sessions.save(session)
    expect((await elsewhere.load(session.id))?.data).toEqual({ n: 2, list: [1, 2] })
  })

  it('lose none of 200 writes of parallel requests, each of a name of its own', async () => {
    const { id } = await sessions.create({})
    const requests = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const store = index % 2 === 0 ? sessions : elsewhere
        return { index, store, session: await store.load(id) }
      }),
    )

    await Promise.all(
      requests.map(async ({ index, store, session }) => {
        await store.save(session as never, { ...session?.data, [`k${index}`]: index })
      }),
    )

    const { data } = (await sessions.load(id)) as { data: object }
    expect(Object.keys(data)).toHaveLength(200)
  }, 30_000)

  it('count 200 parallel updates to 200', async () => {
    const { id } = await sessions.create({ n: 0 })

    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const store = index % 2 === 0 ? sessions : elsewhere
        await store.update(id, (data) => {
          data['n'] = Number(data['n']) + 1
        })
      }),
    )

    expect((await sessions.load(id))?.data).toEqual({ n: 200 })
  }, 30_000)

  it('that were ended are ended everywhere at once, and no late save brings them back', async () => {
    const cached = await sessions.create({ user: 'alice' })
    const late = await elsewhere.load(cached.id)

    expect(await sessions.destroy(cached.id)).toBe(true)

    expect(await elsewhere.load(cached.id)).toBeUndefined()
    expect(
      await rejectionOf(elsewhere.save(late as never, { user: 'alice', slow: true })),
    ).toMatchObject({ code: 'E_SESSION_ENDED' })
    expect(await rejectionOf(elsewhere.update(cached.id, () => {}))).toMatchObject({
      code: 'E_SESSION_ENDED',
    })
    expect(await rejectionOf(elsewhere.create({ n: 1 }, { id: cached.id }))).toMatchObject({
      code: 'E_SESSION_ENDED',
    })
    expect(await elsewhere.touch(late as never, { ttl: '30d' })).toBe(false)
    expect(await sessions.destroy(cached.id)).toBe(false)
    expect(await sessions.load(cached.id)).toBeUndefined()
  })

  it('survive clear(), tags and sweeping of the alias that they share with entries', async () => {
    const cache = store.open()
    const shared = sessionStore(cache)
    const { id } = await shared.create({ user: 7 })
    const inNamespace = sessionStore(cache.namespace('shop'))
    const other = await inNamespace.create({ user: 8 })
    await cache.set('page', 'x', { tags: ['t'] })

    await cache.clear()
    await cache.invalidateTags(['t'])
    await cache.namespace('shop').clear()
    if (!lacks(name, 'scan')) await cache.deletePattern('*')

    expect(await cache.get('page')).toBeUndefined()
    expect((await shared.load(id))?.data).toEqual({ user: 7 })
    expect((await inNamespace.load(other.id))?.data).toEqual({ user: 8 })
  })

  it('live on when they are touched, under the same state', async () => {
    const session = await sessions.create({ n: 1 }, { ttl: '1h' })

    expect(await elsewhere.touch(session, { ttl: '2h' })).toBe(true)

    expect((await sessions.load(session.id))?.endsAt).toBeGreaterThan(Date.now() + 5_400_000)
    await sessions.save(session, { n: 2 })
    expect((await sessions.load(session.id))?.data).toEqual({ n: 2 })
  })

  it('get a new id when they are regenerated, and the old one is dead', async () => {
    const anonymous = await sessions.create({ cart: ['a'] })

    const known = await sessions.regenerate(anonymous, { cart: ['a'], user: 7 })

    expect(known.id).not.toBe(anonymous.id)
    expect(await elsewhere.load(anonymous.id)).toBeUndefined()
    expect((await elsewhere.load(known.id))?.data).toEqual({ cart: ['a'], user: 7 })
    expect(await rejectionOf(sessions.regenerate(anonymous))).toMatchObject({
      code: 'E_SESSION_ENDED',
    })
  })
})
