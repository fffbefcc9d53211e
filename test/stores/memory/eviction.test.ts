import { describe, expect, it } from 'vitest'
import { Arena } from '../../../src/stores/memory/arena.ts'
import {
  type EvictionPolicy,
  LeastRecentlyUsed,
  type Linked,
} from '../../../src/stores/memory/eviction.ts'
import type { Slot } from '../../../src/stores/memory/slot.ts'

class Item implements Linked<Item> {
  before: Item | undefined = undefined
  after: Item | undefined = undefined
}

describe('LeastRecentlyUsed', () => {
  it('answers as a list does that is searched from end to end, whatever is done to it', () => {
    const policy = new LeastRecentlyUsed<Item>()
    const model: Item[] = []
    let state = 12_345
    const dice = (sides: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
      return (state >> 8) % sides
    }

    for (let step = 0; step < 5000; step++) {
      const item = model[dice(model.length + 1)]
      if (item === undefined || model.length < 3) {
        const added = new Item()
        policy.added(added)
        model.push(added)
      } else if (dice(3) === 0) {
        policy.removed(item)
        model.splice(model.indexOf(item), 1)
      } else {
        policy.used(item)
        model.push(...model.splice(model.indexOf(item), 1))
      }
      expect(policy.victim()).toBe(model[0])
    }
  })

  it('has no victim when it is empty, again and again', () => {
    const policy = new LeastRecentlyUsed<Item>()
    expect(policy.victim()).toBeUndefined()
    const item = new Item()
    policy.added(item)
    expect(policy.victim()).toBe(item)

    policy.removed(item)

    expect(policy.victim()).toBeUndefined()
  })
})

describe('Arena', () => {
  it('leaves the choice of what goes to its policy, and tells it of everything', () => {
    const told: string[] = []
    const here = new Set<Slot>()
    // Last in, first out: the opposite of the default.
    const policy: EvictionPolicy<Slot> = {
      added: (slot) => void (here.add(slot), told.push(`added ${slot.key}`)),
      used: (slot) => void told.push(`used ${slot.key}`),
      removed: (slot) => void (here.delete(slot), told.push(`removed ${slot.key}`)),
      victim: () => [...here].at(-1),
    }
    const arena = new Arena(Infinity, 2, policy)
    const evicted: string[] = []
    const owner = { report: () => {} } as never

    for (const key of ['a', 'b', 'c']) arena.use(hold(arena, key, owner))
    arena.settle(0, (slot) => evicted.push(slot.key))

    expect(evicted).toEqual(['c'])
    expect(told).toEqual([
      'added a',
      'used a',
      'added b',
      'used b',
      'added c',
      'used c',
      'removed c',
    ])
  })

  it('gives up when its policy has no victim, rather than turn for ever', () => {
    const policy: EvictionPolicy<Slot> = {
      added: () => {},
      used: () => {},
      removed: () => {},
      victim: () => undefined,
    }
    const arena = new Arena(1, 1, policy)
    hold(arena, 'a', { report: () => {} } as never)

    arena.settle(0, () => {})

    expect(arena.size).toBe(1)
  })
})

function hold(arena: Arena, key: string, owner: never): Slot {
  const slot = arena.add(key, owner)
  const entry = {
    value: 1,
    tags: [],
    stamp: 1,
    rev: '',
    freshUntil: 9,
    deadAt: 9,
    storedAt: 0,
    loadMs: 0,
  }
  slot.hold(entry, 8, true, 0)
  arena.reweigh(slot)
  return slot
}
