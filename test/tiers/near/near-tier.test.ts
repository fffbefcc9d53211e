import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Entry } from '../../../src/base/record.ts'
import { TokenSource } from '../../../src/base/token.ts'
import { json } from '../../../src/codec/json.ts'
import { memory } from '../../../src/stores/memory/memory.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.ts'
import { NearTier } from '../../../src/tiers/near/near-tier.ts'
import { SharedTier } from '../../../src/tiers/shared-tier.ts'
import { HeldLoad } from '../../cache/barrier.ts'
import { SharedLog } from './feed-store.ts'

const D = 1000
const SETTLE = 100

/** Everything that can happen without time passing has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a near tier', () => {
  let clock: FakeClock
  let log: SharedLog
  const opened: SharedTier[] = []

  beforeEach(() => {
    clock = fakeClock()
    log = new SharedLog()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((tier) => tier.close()))
  })

  interface Process {
    readonly id: string
    readonly tier: NearTier
    readonly failures: unknown[]
    get(key: string, options?: object): Promise<unknown>
    set(key: string, value: unknown, tags?: readonly string[]): Promise<void>
  }

  function process(parts: { tier?: SharedTier } = {}): Process {
    const tokens = new TokenSource()
    const failures: unknown[] = []
    const context = { alias: 'a', prefix: 'p', clock, codec: json(), report: () => {} }
    const store = log.open({ ...context, processId: tokens.processId })
    const copies = memory().open({ ...context, processId: tokens.processId })
    const tier =
      parts.tier ??
      new NearTier(store, clock, tokens, {
        copies,
        maxStalenessMs: D,
        ttlMs: 60_000,
        settleMs: SETTLE,
        failed: (_, error) => failures.push(error),
      })
    opened.push(tier)
    return {
      id: tokens.processId,
      tier: tier as NearTier,
      failures,
      get: async (key, options = {}) => (await tier.lookOne(key, options)).entry?.value,
      set: async (key, value, tags = []) => {
        const freshUntil = clock.now() + 600_000
        await tier.put([{ key, value, tags, freshUntil, deadAt: freshUntil }])
      },
    }
  }

  /** A process that keeps nothing near. */
  function plain(): SharedTier {
    const tokens = new TokenSource()
    const context = { alias: 'a', prefix: 'p', clock, codec: json(), report: () => {} }
    const tier = new SharedTier(
      log.open({ ...context, processId: tokens.processId }),
      clock,
      tokens,
    )
    opened.push(tier)
    return tier
  }

  /** A process that has been awake for a while. */
  async function awake(): Promise<Process> {
    const made = process()
    await settled()
    await pass(SETTLE)
    await made.tier.catchUp()
    return made
  }

  async function pass(ms: number): Promise<void> {
    await clock.advance(ms)
    await settled()
  }

  /** How often the store was read by a process from now on. */
  function countReads(): () => number {
    let reads = 0
    log.before = (_, act) => void (act === 'read' && reads++)
    return () => reads
  }

  it('serves what it has read without asking the store again', async () => {
    const one = await awake()
    await plain().put([
      { key: 'p:1:a', value: { n: 1 }, tags: [], freshUntil: Infinity, deadAt: Infinity },
    ])
    // What the log says of that write would overtake the read.
    await settled()
    expect(await one.get('p:1:a')).toEqual({ n: 1 })
    const reads = countReads()

    expect(await one.get('p:1:a')).toEqual({ n: 1 })
    expect(reads()).toBe(0)
    expect(one.tier.counts).toEqual({ hits: 1, misses: 1, blind: 0 })
  })

  it('learns of what others invalidate: key, tag, namespace, everything', async () => {
    const one = await awake()
    const other = plain()
    for (const [key, act] of [
      ['p:1:a', () => other.remove(['p:1:a'])],
      ['p:1:b', () => other.bump(['t:x'])],
      ['p:1:orders>c', () => other.bump(['n:orders'])],
      ['p:1:d', () => other.bump(['*'])],
    ] as const) {
      await one.set(key, 'old', ['x'])
      await one.get(key)
      expect(await one.get(key)).toBe('old')
      await act()
      await settled()
      expect(await one.get(key), key).toBeUndefined()
    }
  })

  it('learns of what others write, touch and add to', async () => {
    const one = await awake()
    const other = plain()
    await one.set('p:1:a', 1)
    expect(await one.get('p:1:a')).toBe(1)
    await other.increment('p:1:a', 5)
    await settled()
    expect(await one.get('p:1:a')).toBe(6)

    await other.touch('p:1:a', { freshUntil: clock.now() + 5, deadAt: clock.now() + 5 })
    await settled()
    await clock.advance(5)
    expect(await one.get('p:1:a')).toBeUndefined()
  })

  it('has its own acts at once', async () => {
    const one = await awake()
    log.isMute = true
    await one.set('p:1:a', 1)
    await one.get('p:1:a')
    await one.set('p:1:a', 2)
    expect(await one.get('p:1:a')).toBe(2)
    await one.tier.increment('p:1:a', 1)
    expect(await one.get('p:1:a')).toBe(3)
    await one.tier.bump(['*'])
    expect(await one.get('p:1:a')).toBeUndefined()
    await one.set('p:1:a', 4)
    await one.get('p:1:a')
    await one.tier.remove(['p:1:a'])
    expect(await one.get('p:1:a')).toBeUndefined()
  })

  it('keeps what it has loaded itself', async () => {
    const one = await awake()
    const token = 'process100000001'
    const look = await one.tier.lookOne('p:1:a')
    const terms = { seen: undefined, stamp: look.clock, need: look.need }
    await one.tier.acquire('p:1:a', { token, leaseMs: 1000, ...terms })
    const freshUntil = clock.now() + 1000
    const times = { freshUntil, deadAt: freshUntil, storedAt: clock.now(), loadMs: 1 }
    const entry: Entry = { value: 'loaded', tags: [], stamp: look.clock, rev: token, ...times }
    expect(await one.tier.commit('p:1:a', token, entry)).toBe(true)
    const reads = countReads()

    expect(await one.get('p:1:a')).toBe('loaded')
    expect(reads()).toBe(0)
  })

  it('asks the store whatever is near, when it is to be strict', async () => {
    const one = await awake()
    log.isMute = true
    await one.set('p:1:a', 'old')
    await one.get('p:1:a')
    await plain().remove(['p:1:a'])

    expect(await one.get('p:1:a')).toBe('old')
    expect(await one.get('p:1:a', { strict: true })).toBeUndefined()
  })

  describe('the horizon', () => {
    it('a copy is served for as long as the log was read at most D ago, not a moment longer', async () => {
      const one = await awake()
      await one.set('p:1:a', 'old')
      await one.get('p:1:a')
      // From now on the log does not answer, and the store does.
      log.before = (_, act) => (act === 'log' ? new Promise(() => {}) : undefined)
      await plain().remove(['p:1:a'])
      await clock.advance(D - 1)
      expect(await one.get('p:1:a')).toBe('old')
      await clock.advance(2)

      expect(await one.get('p:1:a')).toBeUndefined()
      expect(one.tier.counts.blind).toBe(1)
    })

    it('counts from when a read was sent, not from when it was answered', async () => {
      const one = await awake()
      await one.set('p:1:a', 'old')
      await one.get('p:1:a')
      const gate = new HeldLoad<void>()
      // The log is read, and its answer takes long.
      log.after = (_, act) =>
        act === 'log' ? gate.load({ signal: new AbortController().signal }) : undefined
      await clock.advance(Math.ceil(D / 3))
      await gate.started()
      log.isMute = true
      await plain().remove(['p:1:a'])
      await clock.advance(D - 100)
      log.after = (_, act) => (act === 'log' ? new Promise(() => {}) : undefined)
      gate.finish()
      await settled()
      await clock.advance(101)

      expect(await one.get('p:1:a')).toBeUndefined()
    })

    it('after a pause that was longer than D nothing is served before the log was read', async () => {
      const one = await awake()
      await one.set('p:1:a', 'old')
      await one.get('p:1:a')
      log.isMute = true
      log.before = (_, act) => (act === 'log' ? new Promise(() => {}) : undefined)
      await plain().remove(['p:1:a'])
      await clock.advance(60_000)

      expect(await one.get('p:1:a')).toBeUndefined()
    })

    it('a failing log is told once, and read again', async () => {
      const one = await awake()
      log.before = (_, act) => {
        if (act === 'log') throw new Error('cut')
      }
      await pass(5 * D)
      expect(one.failures).toHaveLength(1)
      log.before = () => {}
      await pass(D)
      await one.set('p:1:a', 1)
      await settled()
      await one.get('p:1:a')
      const reads = countReads()
      await one.get('p:1:a')

      expect(reads()).toBe(0)
    })
  })

  describe('a copy is not made', () => {
    it('when an invalidation of the key overtakes the read that it would be made from (lettuce#3481)', async () => {
      const one = await awake()
      const other = plain()
      await one.set('p:1:a', 'old')
      const gate = new HeldLoad<void>()
      log.after = (by, act) =>
        by === one.id && act === 'read'
          ? gate.load({ signal: new AbortController().signal })
          : undefined
      const reading = one.get('p:1:a')
      await gate.started()
      log.after = () => {}
      await other.remove(['p:1:a'])
      await settled()
      gate.finish()
      // It began before, so it may have it.
      expect(await reading).toBe('old')

      expect(await one.get('p:1:a')).toBeUndefined()
    })

    it('when a tag was invalidated meanwhile, in either order', async () => {
      const one = await awake()
      const other = plain()
      await one.set('p:1:a', 'old', ['x'])
      const gate = new HeldLoad<void>()
      log.after = (by, act) =>
        by === one.id && act === 'read'
          ? gate.load({ signal: new AbortController().signal })
          : undefined
      const reading = one.get('p:1:a')
      await gate.started()
      log.after = () => {}
      await other.bump(['t:x'])
      await settled()
      gate.finish()
      await reading

      expect(await one.get('p:1:a')).toBeUndefined()
    })

    it('by one of two readers because the other one still reads', async () => {
      const one = await awake()
      await plain().put([
        { key: 'p:1:a', value: 1, tags: [], freshUntil: Infinity, deadAt: Infinity },
      ])
      const gate = new HeldLoad<void>()
      log.after = (by, act) =>
        by === one.id && act === 'read'
          ? gate.load({ signal: new AbortController().signal })
          : undefined
      const first = one.get('p:1:a')
      const second = one.get('p:1:a')
      await gate.started(1)
      log.after = () => {}
      gate.finish(undefined, 0)
      await first
      await plain().remove(['p:1:a'])
      await settled()
      gate.finish(undefined, 1)
      await second

      expect(await one.get('p:1:a')).toBeUndefined()
    })

    it('by a load whose key was invalidated before its commit was answered', async () => {
      const one = await awake()
      const token = 'process100000001'
      const { clock: stamp, need } = await one.tier.lookOne('p:1:a')
      await one.tier.acquire('p:1:a', { token, leaseMs: 1000, seen: undefined, stamp, need })
      const gate = new HeldLoad<void>()
      log.after = (_, act) =>
        act === 'commit' ? gate.load({ signal: new AbortController().signal }) : undefined
      const freshUntil = clock.now() + 1000
      const times = { freshUntil, deadAt: freshUntil, storedAt: clock.now(), loadMs: 1 }
      const entry: Entry = { value: 'old', tags: [], stamp, rev: token, ...times }
      const committing = one.tier.commit('p:1:a', token, entry)
      await gate.started()
      await plain().remove(['p:1:a'])
      await settled()
      gate.finish()
      await committing

      expect(await one.get('p:1:a')).toBeUndefined()
    })

    it('before an act is over that may not know that the log is read', async () => {
      await plain().put([
        { key: 'p:1:a', value: 'old', tags: [], freshUntil: Infinity, deadAt: Infinity },
      ])
      const one = process()
      await settled()
      await one.get('p:1:a')
      const reads = countReads()
      await one.get('p:1:a')
      expect(reads()).toBe(1)
      await pass(SETTLE)
      await one.tier.catchUp()
      await one.get('p:1:a')
      await one.get('p:1:a')

      expect(reads()).toBe(2)
    })
  })

  it('believes nothing any more when the log was lost, and begins anew', async () => {
    const one = await awake()
    const other = plain()
    await one.set('p:1:a', 'old')
    await one.get('p:1:a')
    log.lose()
    // Nobody is announced now, so nobody writes it down.
    await other.remove(['p:1:a'])
    await pass(Math.ceil(D / 3))
    expect(await one.get('p:1:a')).toBeUndefined()

    await pass(SETTLE)
    await one.tier.catchUp()
    await one.set('p:1:a', 'new')
    await one.get('p:1:a')
    await other.remove(['p:1:a'])
    await settled()
    expect(await one.get('p:1:a')).toBeUndefined()
  })

  it('believes nothing when the store may have become another one', async () => {
    const one = await awake()
    await one.set('p:1:a', 'old')
    await one.get('p:1:a')
    const reads = countReads()
    one.tier.reset()
    await one.get('p:1:a')

    expect(reads()).toBe(1)
  })

  it('costs writers nothing when nobody reads the log', async () => {
    await plain().remove(['p:1:a'])
    await plain().bump(['t:x'])

    expect(log.records).toEqual([])
  })

  it('forgets its copies rather than the stamps of ten thousand tags', async () => {
    const one = await awake()
    await one.set('p:1:a', 'kept', ['x'])
    await one.get('p:1:a')
    await plain().bump(Array.from({ length: 10_001 }, (_, n) => `t:${n}` as const))
    await settled()
    const reads = countReads()

    expect(await one.get('p:1:a')).toBe('kept')
    expect(reads()).toBe(1)
  })

  describe("reach: 'everywhere'", () => {
    it('resolves when all who keep copies have read the log', async () => {
      const [one, two] = [await awake(), await awake()]
      const other = plain()
      await one.set('p:1:a', 'old')
      await Promise.all([one.get('p:1:a'), two.get('p:1:a')])
      await other.remove(['p:1:a'])
      await other.reachEverywhere()

      expect(await one.get('p:1:a')).toBeUndefined()
      expect(await two.get('p:1:a')).toBeUndefined()
    })

    it('waits for one that does not hear, until that serves nothing any more', async () => {
      const one = await awake()
      const other = plain()
      await one.set('p:1:a', 'old')
      await one.get('p:1:a')
      log.isMute = true
      log.before = (by, act) => (by === one.id && act === 'log' ? new Promise(() => {}) : undefined)
      await pass(Math.ceil(D / 3))
      await other.remove(['p:1:a'])
      let reached = false
      const reaching = other.reachEverywhere().then(() => (reached = true))
      await pass(100)
      expect(await one.get('p:1:a')).toBe('old')
      expect(reached).toBe(false)
      await pass(D + 250)
      await reaching

      expect(await one.get('p:1:a')).toBeUndefined()
    })

    it('is answered only for what was in the log when it was asked', async () => {
      const one = await awake()
      const other = plain()
      await one.set('p:1:a', 'old')
      await one.get('p:1:a')
      // A read of the log is on its way that was made before.
      const gate = new HeldLoad<void>()
      log.after = (_, act) =>
        act === 'log' ? gate.load({ signal: new AbortController().signal }) : undefined
      await pass(Math.ceil(D / 3))
      await gate.started()
      log.after = () => {}
      await other.remove(['p:1:a'])
      let reached = false
      const reaching = other.reachEverywhere().then(() => (reached = true))
      await settled()
      expect(reached).toBe(false)
      gate.finish()
      await reaching

      expect(await one.get('p:1:a')).toBeUndefined()
    })
  })
})
