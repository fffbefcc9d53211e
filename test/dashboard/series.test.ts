// What charts are made of, and how keys are looked for.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Searches } from '../../src/dashboard/searches.ts'
import { Series } from '../../src/dashboard/series.ts'
import { createCaches, type Caches, memory } from '../../src/index.ts'
import {
  fakeClock,
  type FakeClock,
  recordingStore,
  type RecordingStore,
} from '../../src/testing/index.ts'
import { MadeUp, SHOP } from './made-up.ts'

const AT = 1_790_000_000_000

describe('Series', () => {
  function playing(frames: number): { series: Series; shop: MadeUp; at: number } {
    const series = new Series()
    const shop = new MadeUp('default', 'redis', SHOP, AT)
    let at = AT
    for (let frame = 0; frame < frames; frame++) {
      at += 2000
      shop.pass(2)
      series.add(at, [{ process: '', measures: shop.measures() }], undefined)
    }
    return { series, shop, at }
  }

  it('holds a quarter of an hour, however long it runs', () => {
    const { at, series } = playing(2000)

    const points = series.points()

    expect(points.length).toBeLessThanOrEqual(92)
    expect(points[0]?.at).toBeGreaterThanOrEqual(at - 910_000)
    expect(points.at(-1)?.at).toBe(at)
  })

  it('loses nothing between its points', () => {
    const { series, shop } = playing(50)

    const sum = series.points().reduce((all, { totals }) => all + totals.hits, 0)

    const first = new MadeUp('default', 'redis', SHOP, AT)
    first.pass(2)
    expect(sum).toBe(shop.measures().counts.hits - first.measures().counts.hits)
  })

  it('takes a total that has shrunk for a new beginning, not for a loss', () => {
    const { at, series } = playing(10)
    const anew = new MadeUp('default', 'redis', SHOP, at)
    anew.pass(2)

    series.add(at + 2000, [{ process: '', measures: anew.measures() }], undefined)

    const last = series.last(2000)
    expect(last?.totals.hits).toBe(anew.measures().counts.hits)
    expect(series.points().every(({ totals }) => totals.hits >= 0)).toBe(true)
  })

  it('does not count what a process had counted before it was seen', () => {
    const { at, series, shop } = playing(3)
    const old = new MadeUp('default', 'redis', SHOP, AT - 86_400_000)
    old.pass(80_000)
    const sources = [
      { process: '', measures: shop.measures() },
      { process: 'other', measures: old.measures() },
    ]

    series.add(at + 2000, sources, undefined)

    expect(series.last(2000)?.totals.hits).toBe(0)
  })

  it('tells one alias from all of them', () => {
    const series = new Series()
    const [shop, site] = [
      new MadeUp('default', 'redis', SHOP, AT),
      new MadeUp('pages', 'redis', SHOP, AT),
    ]
    for (const at of [AT, AT + 2000]) {
      shop.pass(2)
      site.pass(4)
      series.add(
        at,
        [shop, site].map((each) => ({ process: '', measures: each.measures() })),
        0,
      )
    }

    const [all, one] = [series.last(2000), series.last(2000, 'default')]

    expect(one?.totals.hits).toBeGreaterThan(0)
    expect(all?.totals.hits).toBeGreaterThan((one?.totals.hits ?? 0) * 2)
  })
})

describe('Searches', () => {
  let clock: FakeClock
  let store: RecordingStore
  let caches: Caches
  let searches: Searches

  beforeEach(async () => {
    clock = fakeClock()
    store = recordingStore(memory())
    caches = createCaches({ default: { store, clock } })
    searches = new Searches(clock)
    for (let id = 0; id < 250; id++) await caches.default.set(['product', id], id)
    for (let id = 0; id < 20; id++) await caches.default.set(['order', id], id)
  })

  afterEach(async () => {
    searches.close()
    await caches.close()
  })

  it('finds a page of keys, goes on where it rested, and ends', async () => {
    const first = await searches.begin(caches.default, 'product:*')
    const second = await searches.goOn(first.more ?? '')
    const third = await searches.goOn(second?.more ?? '')

    const keys = [first, second, third].flatMap((found) => found?.keys ?? [])
    expect(new Set(keys).size).toBe(250)
    expect([first.total, second?.total, third?.total]).toEqual([100, 200, 250])
    expect(third?.more).toBeUndefined()
  })

  it('counts what matches', async () => {
    expect(await searches.count(caches.default, 'order:*')).toEqual({ total: 20, all: true })
  })

  it('is given up when nobody goes on with it for two minutes', async () => {
    const { more = '' } = await searches.begin(caches.default, '*')

    await clock.advance(120_000)

    expect(await searches.goOn(more)).toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  it('is given up for newer ones: 16 rest at most', async () => {
    const tokens: string[] = []
    for (let times = 0; times < 17; times++)
      tokens.push((await searches.begin(caches.default, '*')).more ?? '')

    expect(await searches.goOn(tokens[0] ?? '')).toBeUndefined()
    expect(await searches.goOn(tokens[1] ?? '')).toBeDefined()
  })

  it('sends what it has when a page takes too long, and goes on with the next', async () => {
    const slow = createCaches({ default: { store: memory(), clock } })
    await slow.default.set('a', 1)
    let go = (): void => {}
    const held = new Promise<void>((resolve) => (go = resolve))
    const keys = slow.default.keys.bind(slow.default)
    Object.defineProperty(slow.default, 'keys', {
      value: async function* late(...parts: Parameters<typeof keys>) {
        await held
        yield* keys(...parts)
      },
    })

    const asking = searches.begin(slow.default, '*')
    await clock.advance(1500)
    const first = await asking
    go()
    const second = await searches.goOn(first.more ?? '')
    await slow.close()

    expect(first.keys).toEqual([])
    expect(second).toMatchObject({ keys: ['a'], more: undefined })
  })
})
