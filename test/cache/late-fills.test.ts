import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  LATE_FILLS,
  type LateFills,
  type LateValue,
  type Moment,
} from '../../src/base/late-fills.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { FreshCaches } from './fresh-caches.ts'
import { TESTED, type TestedStore } from './stores.ts'

function made(parts: Partial<LateValue> = {}): LateValue {
  return { key: 'a', value: 'made', tags: ['t'], ttlMs: 60_000, ...parts }
}

describe.each(TESTED)('Cache[LATE_FILLS] on %s', (_name, start) => {
  let tested: TestedStore
  let cache: Cache
  let twin: Cache
  let late: LateFills

  beforeAll(async () => {
    tested = await start()
  })
  beforeEach(() => {
    cache = tested.open()
    twin = tested.twin()
    late = cache[LATE_FILLS]
  })
  afterEach(async () => {
    await tested.renew()
  })
  afterAll(async () => {
    await tested.stop()
  })

  async function momentOf(fills: LateFills): Promise<Moment> {
    const found = await fills.find('a', [])
    if (found === undefined) throw new Error('the store is away')
    return found.moment
  }

  it('stores what began to be made after nothing was found, for all processes', async () => {
    const moment = await momentOf(late)

    expect(await late.store([made()], moment)).toBe(true)
    expect((await twin[LATE_FILLS].find('a', []))?.entry).toMatchObject({
      value: 'made',
      tags: ['t'],
    })
    expect(await twin.get('a')).toBe('made')
  })

  it.each<readonly [string, (other: Cache) => Promise<unknown>]>([
    ['its tag', (other) => other.invalidateTags(['t'])],
    ['everything', (other) => other.clear()],
  ])('refuses what began to be made before another process invalidated %s', async (_, act) => {
    const moment = await momentOf(late)

    await act(twin)

    expect(await late.store([made()], moment)).toBe(false)
    expect(await cache.get('a')).toBeUndefined()
    expect(await twin.get('a')).toBeUndefined()
    expect(await late.store([made()], await momentOf(late))).toBe(true)
    expect(await twin.get('a')).toBe('made')
  })

  it('refuses it in a namespace that was emptied meanwhile', async () => {
    const inside = cache.namespace('n')[LATE_FILLS]
    const moment = await momentOf(inside)

    await twin.namespace('n').clear()

    expect(await inside.store([made()], moment)).toBe(false)
  })

  it('keeps all of it when nothing that belongs to it was invalidated', async () => {
    const moment = await momentOf(late)

    await twin.invalidateTags(['other'])

    const values = [made(), made({ key: 'b', value: Buffer.from('b'), tags: [] })]
    expect(await late.store(values, moment)).toBe(true)
    expect([await twin.get('a'), await twin.get('b')]).toEqual(['made', Buffer.from('b')])
  })

  it('finds nothing that is older than an invalidation of a tag that the reader names', async () => {
    await late.store([made()], await momentOf(late))
    expect((await late.find('a', ['page']))?.entry?.value).toBe('made')

    await twin.invalidateTags(['page'])

    expect((await late.find('a', ['page']))?.entry).toBeUndefined()
    expect((await late.find('a', []))?.entry?.value).toBe('made')
  })

  it('tells a moment that later invalidations are newer than', async () => {
    const moment = (await late.moment()) as Moment
    expect(await late.store([made()], moment)).toBe(true)
    await twin.invalidateTags(['t'])

    expect(await late.store([made()], moment)).toBe(false)
  })
})

describe('Cache[LATE_FILLS]', () => {
  it('refuses moments of a store that another one has taken the place of', async () => {
    const caches = new FreshCaches()
    const late = caches.open()[LATE_FILLS]
    const { era, stamp } = (await late.moment()) as Moment

    expect(await late.store([made()], { stamp, era: era - 1 })).toBe(false)
    await caches.close()
  })

  it('rejects once the cache is closed', async () => {
    const caches = new FreshCaches()
    const cache = caches.open()
    const late = cache[LATE_FILLS]
    const moment = (await late.moment()) as Moment
    await caches.close()

    await expect(late.find('a', [])).rejects.toMatchObject({ code: 'E_CLOSED' })
    await expect(late.store([made()], moment)).rejects.toMatchObject({ code: 'E_CLOSED' })
  })

  it('refuses a value that cannot be kept, and leaves the old one', async () => {
    const caches = new FreshCaches()
    const cache = caches.open()
    const late = cache[LATE_FILLS]
    const moment = (await late.moment()) as Moment
    await late.store([made()], moment)

    await expect(late.store([made({ value: () => {} })], moment)).rejects.toMatchObject({
      code: 'E_ENCODE',
    })
    expect(await cache.get('a')).toBe('made')
    await caches.close()
  })
})
