import { describe, expect, it } from 'vitest'
import type { Entry } from '../../../src/base/record.ts'
import type { StoreContext } from '../../../src/base/store.ts'
import { Arena } from '../../../src/stores/memory/arena.ts'
import { FIRST_PLACE, NONE, S3Fifo } from '../../../src/stores/memory/eviction.ts'
import { Ghosts } from '../../../src/stores/memory/ghosts.ts'

describe('S3Fifo', () => {
  it('gives up a scan, and keeps what was used before it', () => {
    const cache = open(100)
    const popular = names('popular', 50)
    for (let round = 0; round < 3; round++) for (const key of popular) cache.read(key)

    for (const key of names('scan', 10_000)) cache.read(key)

    expect(popular.filter((key) => cache.has(key))).toEqual(popular)
  })

  it('takes what it gave up too early straight to the main queue', () => {
    const cache = open(100)
    for (const key of names('popular', 100)) for (let use = 0; use < 3; use++) cache.read(key)
    cache.read('again')
    for (const key of names('scan', 40)) cache.read(key)
    expect(cache.has('again')).toBe(false)
    cache.read('again')

    for (const key of names('other', 60)) cache.read(key)

    expect(cache.has('again')).toBe(true)
  })

  it('gives up what is no longer used, however often it was', () => {
    const cache = open(100)
    for (const key of names('old', 90)) for (let use = 0; use < 50; use++) cache.read(key)

    for (let day = 0; day < 4; day++)
      for (const key of names('new', 90)) for (let use = 0; use < 5; use++) cache.read(key)

    expect(names('new', 90).every((key) => cache.has(key))).toBe(true)
    expect(names('old', 90).filter((key) => cache.has(key)).length).toBeLessThanOrEqual(10)
  })

  it('does not give up from the small queue what somebody is at work on', () => {
    const order = new S3Fifo(64)
    const [held, other] = [FIRST_PLACE, FIRST_PLACE + 1]
    for (const place of [held, other]) {
      order.add(place, false)
      order.weigh(place, 1)
    }
    order.hold(held, true)

    expect(order.victim()).toBe(other)
    order.remove(other)
    // Alone it can be given up: memory is bounded whatever is held.
    expect(order.victim()).toBe(held)
  })

  it('gives up what was just written last of all', () => {
    const order = new S3Fifo(64)
    const [old, written] = [FIRST_PLACE, FIRST_PLACE + 1]
    order.add(old, true)
    order.weigh(old, 1)
    order.add(written, false)
    order.weigh(written, 1000)

    expect(order.victim(written)).toBe(old)
    order.remove(old)
    expect(order.victim(written)).toBe(written)
    order.remove(written)
    expect(order.victim(written)).toBe(NONE)
  })

  it('does not turn a queue that was all used for longer than a few hundred steps', () => {
    const count = 10_000
    const order = new S3Fifo(count + FIRST_PLACE)
    for (let place = FIRST_PLACE; place < count + FIRST_PLACE; place++) {
      order.add(place, true)
      order.weigh(place, 1)
      for (let use = 0; use < 3; use++) order.use(place)
    }

    expect(order.victim()).toBeLessThan(FIRST_PLACE + 300)
  })

  it('weighs what it holds, whatever is added, moved, weighed anew and removed', () => {
    let dice = 12_345
    const throwDice = (sides: number): number => {
      dice = (Math.imul(dice, 1_103_515_245) + 12_345) & 0x7fff_ffff
      return (dice >> 8) % sides
    }
    const order = new S3Fifo(64)
    order.grow(1100)
    const weights = new Map<number, number>()

    for (let step = 0; step < 20_000; step++) {
      const place = FIRST_PLACE + throwDice(1000)
      if (!weights.has(place)) order.add(place, throwDice(4) === 0)
      const [weight, act] = [1 + throwDice(500), throwDice(5)]
      order.weigh(place, weight)
      weights.set(place, weight)
      if (act === 0) order.use(place)
      const gone = act < 2 ? order.victim(place) : act === 2 ? place : NONE
      if (gone !== NONE) {
        order.remove(gone)
        if (!weights.delete(gone)) throw new Error('A victim that is not there.')
      }
    }

    expect(order.weight).toBe([...weights.values()].reduce((sum, weight) => sum + weight, 0))
    while (weights.size > 0) {
      const victim = order.victim()
      order.remove(victim)
      expect(weights.delete(victim)).toBe(true)
    }
    expect([order.victim(), order.weight]).toEqual([NONE, 0])
  })
})

describe('Ghosts', () => {
  it('know what was given up last, once each', () => {
    const ghosts = new Ghosts(7)
    for (const key of names('key', 1000)) ghosts.add(ghosts.printOf(key), 1000)

    const taken = names('key', 1000).filter((key) => ghosts.take(ghosts.printOf(key), 500))

    // A row that is full forgets its oldest: a few of those asked for, and none that is older.
    expect(taken.length).toBeGreaterThan(475)
    expect(taken.filter((key) => Number(key.slice('key'.length)) < 500)).toEqual([])
    expect(names('key', 1000).filter((key) => ghosts.take(ghosts.printOf(key), 500))).toEqual([])
  })

  it('know nothing that was not given up', () => {
    const ghosts = new Ghosts()
    for (const key of names('key', 1000)) ghosts.add(ghosts.printOf(key), 1000)

    expect(names('other', 10_000).filter((key) => ghosts.take(ghosts.printOf(key), 1000))).toEqual(
      [],
    )
  })

  it('are remembered when there is room for more', () => {
    const ghosts = new Ghosts(7)
    for (const key of names('key', 8)) ghosts.add(ghosts.printOf(key), 8)
    ghosts.add(ghosts.printOf('last'), 1000)

    expect(
      names('key', 8).filter((key) => ghosts.take(ghosts.printOf(key), 1000)).length,
    ).toBeGreaterThanOrEqual(7)
    expect(ghosts.take(ghosts.printOf('last'), 1000)).toBe(true)
  })
})

const OWNER = {} as StoreContext
const ENTRY: Entry = {
  value: 1,
  tags: [],
  stamp: 1,
  rev: '',
  freshUntil: 9,
  deadAt: 9,
  storedAt: 0,
  loadMs: 0,
}

/** An arena as a cache that fills itself. */
function open(maxEntries: number): { read(key: string): void; has(key: string): boolean } {
  const arena = new Arena(Infinity, maxEntries, new Ghosts(1))
  return {
    read(key) {
      const place = arena.look(key, 0)
      if (place !== NONE) return arena.use(place)
      arena.settle(0, () => {}, arena.put(key, ENTRY, 400, true, OWNER, 0))
      if (arena.size > maxEntries) throw new Error('More entries than allowed.')
    },
    has: (key) => arena.look(key, 0) !== NONE,
  }
}

function names(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}${String(index).padStart(5, '0')}`)
}
