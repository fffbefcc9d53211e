import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCaches } from '../../src/config/create-caches.ts'
import { joinFleet } from '../../src/fleet/join-fleet.ts'
import { processOf } from '../../src/fleet/report.ts'
import { madeUpFamily, madeUpMeasures } from './made-up.ts'
import { FleetWorld, labelsSeen } from './fleet-world.ts'

const EVERY_MS = 2000
const TEN_MINUTES = 600_000

let world: FleetWorld

beforeEach(() => {
  world = new FleetWorld()
})
afterEach(async () => {
  await world.close()
})

/** Looks at each interval, as a viewer does. */
async function watch(
  looks: number,
  look: () => Promise<unknown>,
  everyMs: number = EVERY_MS,
): Promise<void> {
  for (let count = 0; count < looks; count++) {
    await look()
    await world.clock.advance(everyMs)
  }
}

describe('joinFleet', () => {
  it('shows the process itself at the first look, and all within two intervals', async () => {
    const a = world.join({ label: 'a' })
    world.join({ label: 'b' })
    world.join({ label: 'c' })
    await world.clock.advance(TEN_MINUTES)

    expect(await labelsSeen(a)).toEqual(['a'])
    await world.clock.advance(2.4 * EVERY_MS)

    expect(await labelsSeen(a)).toEqual(['a', 'b', 'c'])
    expect(await a.member.look()).toMatchObject([
      { pid: process.pid, measures: [{ alias: 'default' }] },
      {},
      {},
    ])
  })

  it('only asks whether somebody looks while nobody does, every few seconds', async () => {
    for (const label of ['a', 'b', 'c', 'd']) world.join({ label })
    world.store.forget()

    await world.clock.advance(TEN_MINUTES)

    const asked = world.store.acts.map(({ act, keys }) => `${act} ${keys.join(' ')}`)
    expect([...new Set(asked)]).toEqual(['read default:~fleet:looking default:~fleet:roster'])
    expect(asked.length).toBeLessThan((4 * TEN_MINUTES) / 3500)
    expect(asked.length).toBeGreaterThan((4 * TEN_MINUTES) / 4500)
  })

  it('tells nothing any more soon after the last viewer is gone', async () => {
    const a = world.join({ label: 'a' })
    world.join({ label: 'b' })
    await watch(10, () => a.member.look())
    await world.clock.advance(10 * EVERY_MS)
    world.store.forget()

    await world.clock.advance(TEN_MINUTES)

    expect(world.store.count('write')).toBe(0)
  })

  it('reads for fifty viewers as often as for one, and looks for keys for none', async () => {
    const a = world.join({ label: 'a' })
    for (const label of ['b', 'c', 'd']) world.join({ label })
    await watch(10, () => a.member.look())
    const costOf = async (viewers: number): Promise<number> => {
      world.store.forget()
      await watch(100, async () => {
        await Promise.all(Array.from({ length: viewers }, () => a.member.look()))
      })
      return world.store.acts.length
    }

    const one = await costOf(1)
    const fifty = await costOf(50)

    // Each interval: one read of the viewer, one read and one write of each process, and now and then a note.
    expect(one).toBeLessThan(100 * (1 + 2 * 4 + 0.5) * 1.1)
    expect(Math.abs(fifty - one)).toBeLessThan(0.05 * one)
    expect(world.store.count('scan')).toBe(0)
  })

  it('gives viewers of one interval the same list, and of the next another one', async () => {
    const { member } = world.join()
    const first = await member.look()
    await world.clock.advance(EVERY_MS / 2)
    expect(await member.look()).toBe(first)
    await world.clock.advance(EVERY_MS / 2)

    expect(await member.look()).not.toBe(first)
  })

  it('forgets at once who leaves, and who closes its caches', async () => {
    const a = world.join({ label: 'a' })
    const b = world.join({ label: 'b' })
    const c = world.join({ label: 'c' })
    await watch(4, () => a.member.look())
    expect(await labelsSeen(a)).toEqual(['a', 'b', 'c'])

    await b.member.leave()
    await c.caches.close()
    await world.clock.advance(EVERY_MS)

    expect(await labelsSeen(a)).toEqual(['a'])
  })

  it('forgets who died within six intervals, and does not read of it for ever', async () => {
    const a = world.join({ label: 'a' })
    const b = world.join({ label: 'b' })
    await watch(4, () => a.member.look())
    expect(await labelsSeen(a)).toEqual(['a', 'b'])

    b.way.down()
    await watch(6, () => a.member.look())

    expect(await labelsSeen(a)).toEqual(['a'])
    world.join({ label: 'c' })
    await watch(3, () => a.member.look())
    world.store.forget()
    await watch(1, () => a.member.look())
    expect(world.store.acts.flatMap(({ keys }) => keys)).not.toContain(
      `default:~fleet:p-${b.member.id}`,
    )
  })

  it('shows itself while the store is away, says why, and finds the others again', async () => {
    const a = world.join({ label: 'a' })
    world.join({ label: 'b' })
    await watch(4, () => a.member.look())

    a.way.down()
    await watch(1, () => a.member.look())
    expect(await labelsSeen(a)).toEqual(['a', 'b'])
    expect(a.member.trouble).toMatchObject({ code: 'E_STORE_DOWN' })
    await watch(4, () => a.member.look())
    expect(await labelsSeen(a)).toEqual(['a'])

    a.way.up()
    await watch(4, () => a.member.look())
    expect(await labelsSeen(a)).toEqual(['a', 'b'])
    expect(a.member.trouble).toBeUndefined()
  })

  it('lists all of forty that join in one moment', async () => {
    const processes = Array.from({ length: 40 }, () => world.join())
    const [first] = processes
    await watch(4, async () => await first?.member.look())

    expect(await first?.member.look()).toHaveLength(40)
  })

  it('is not emptied by clear, nor by what is swept after it', async () => {
    const a = world.join({ label: 'a' })
    world.join({ label: 'b' })
    await watch(4, () => a.member.look())

    await a.caches.default.clear()
    for (let looks = 0; looks < 5; looks++) {
      await world.clock.advance(EVERY_MS)
      expect(await labelsSeen(a)).toEqual(['a', 'b'])
    }
  })

  it('is no traffic of the application', async () => {
    const a = world.join()
    await watch(10, () => a.member.look())

    expect(await a.caches.default.stats()).toMatchObject({
      hits: 0,
      misses: 0,
      stores: 0,
      removes: 0,
      outages: 0,
    })
    expect(a.caches.default.measures()).toMatchObject({
      bytesRead: 0,
      bytesWritten: 0,
      families: [],
      operations: {},
    })
    a.way.down()
    await watch(10, () => a.member.look())
    expect(await a.caches.default.stats()).toMatchObject({ outages: 0 })
  })

  it('is one member however often its caches join, and leaves with the last', async () => {
    const a = world.join({ label: 'a' })
    const b = world.join({ label: 'b' })
    const again = joinFleet(b.told, { label: 'other' })
    await watch(4, () => a.member.look())
    expect(await labelsSeen(a)).toEqual(['a', 'b'])

    await b.member.leave()
    await b.member.leave()
    await watch(2, () => a.member.look())
    expect(await labelsSeen(a)).toEqual(['a', 'b'])
    await again.leave()
    await watch(1, () => a.member.look())

    expect(await labelsSeen(a)).toEqual(['a'])
  })

  it('looks without being seen when it does not tell', async () => {
    const a = world.join({ label: 'a' })
    const tool = world.join({ label: 'tool', tells: false })
    await watch(4, async () => [await tool.member.look(), await a.member.look()])

    expect(await labelsSeen(tool)).toEqual(['a'])
    expect(await labelsSeen(a)).toEqual(['a'])
  })

  it('is a fleet of one in memory, and asks it for nothing', async () => {
    const caches = createCaches({ default: { clock: world.clock } })
    const told = { toJSON: () => caches.toJSON(), default: caches.default, opened: () => [] }
    const member = joinFleet(told, { label: 'alone' })
    await world.clock.advance(TEN_MINUTES)

    expect(await member.look()).toMatchObject([{ label: 'alone' }])
    await caches.close()
  })

  it('goes through the first alias that others can reach', async () => {
    const caches = createCaches({
      default: { clock: world.clock },
      shared: { store: world.store, clock: world.clock },
    })
    const member = joinFleet(
      {
        toJSON: () => caches.toJSON(),
        opened: () => [],
        get default() {
          return caches.default
        },
        get shared() {
          return caches.shared
        },
      } as Parameters<typeof joinFleet>[0],
      { label: 'mixed' },
    )
    const a = world.join({ label: 'a' }, { prefix: 'shared' })
    await watch(4, () => a.member.look())

    expect(await labelsSeen(a)).toEqual(['a', 'mixed'])
    await member.leave()
    await caches.close()
  })

  it.each(['', 'null', '{"form":2}', '{"form":1,"id":"x","measures":[{}]}', '[1'])(
    'passes over what no process of this release has told: %s',
    (text) => {
      expect(processOf(text, 0)).toBeUndefined()
    },
  )

  it('tells no more than a viewer can read: what is used least is counted together', async () => {
    const families = Array.from({ length: 2000 }, (_, n) => madeUpFamily(`f${n}:*`, 5000 - n))
    const slowLoads = Array.from({ length: 100 }, (_, n) => {
      return { key: `k${n}`, durationMs: 1, at: 0, failed: false }
    })
    const a = world.join({ label: 'a' })
    world.join({ label: 'b' }, {}, () => [madeUpMeasures({ families, slowLoads })])
    await watch(4, () => a.member.look())

    const told = (await a.member.look()).find(({ label }) => label === 'b')?.measures[0]
    const hits = told?.families.reduce((sum, family) => sum + family.hits, 0)
    expect(told?.families.length).toBeLessThan(300)
    expect(told?.families.at(-1)).toMatchObject({
      family: '(others)',
      largestBytes: expect.any(Number),
    })
    expect(told?.families[0]).toEqual(families[0])
    expect(hits).toBe(families.reduce((sum, family) => sum + family.hits, 0))
    expect(JSON.stringify(told).length).toBeLessThan(65_536)
  })

  it('finds out how much an alias that keeps small values lets it tell', async () => {
    const families = Array.from({ length: 500 }, (_, n) => madeUpFamily(`f${n}:*`, 5000 - n))
    const a = world.join({ label: 'a' }, { maxValueBytes: '8kb' })
    world.join({ label: 'b' }, { maxValueBytes: '8kb' }, () => [madeUpMeasures({ families })])
    await watch(10, () => a.member.look())

    expect(await labelsSeen(a)).toEqual(['a', 'b'])
  })

  it.each([
    [{ every: '100ms' }, "'500ms' to '1m'"],
    [{ every: 'forever' }, "'500ms' to '1m'"],
    [{ label: '' }, 'a text of 1 to 64 characters'],
    [{ tells: 'yes' }, 'true or false'],
    [{ via: 'default' }, "unknown option 'via'"],
    [{ through: 'sesions' }, "There is no cache 'sesions'"],
  ])('refuses %j', (options, message) => {
    const caches = createCaches({ default: {} })

    expect(() => joinFleet(caches as never, options as never)).toThrow(message)
  })
})
