import { beforeEach, describe, expect, it } from 'vitest'
import { CacheError } from '../../src/base/errors.ts'
import type { Inbox, Store } from '../../src/base/store.ts'
import { json } from '../../src/codec/json.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { wrapStore } from '../../src/testing/wrapped-store.ts'
import { Breaker } from '../../src/tiers/breaker.ts'
import { GuardedStore } from '../../src/tiers/guarded-store.ts'
import { Journal } from '../../src/tiers/journal.ts'
import { HeldLoad } from '../cache/barrier.ts'

const WHO = 'process1'

describe('a guarded store', () => {
  let clock: FakeClock
  /** The store as others see it. */
  let raw: Store
  let guarded: GuardedStore
  let acts: string[]
  let failure: Error | undefined
  let hold: Promise<unknown> | undefined
  let inbox: Inbox
  let resets: number

  function guard(onDataLoss: 'replay' | 'flush' = 'replay'): GuardedStore {
    const context = { alias: 'a', prefix: 'p', clock, codec: json(), report: () => {} }
    const definition = memory()
    raw = definition.open({ ...context, processId: 'others00' })
    const ours = wrapStore(definition.open({ ...context, processId: WHO }), async (act, [what]) => {
      acts.push(`${act} ${String(what)}`)
      await hold
      if (failure !== undefined) throw failure
    })
    const listening = Object.assign(ours, { listen: (given: Inbox) => (inbox = given) })
    const breaker = new Breaker(clock, { failures: 2, openForMs: 1000, maxOpenForMs: 1000 })
    return new GuardedStore(listening, { breaker, journal: new Journal(clock, 60_000), onDataLoss })
  }

  beforeEach(() => {
    clock = fakeClock()
    acts = []
    failure = undefined
    hold = undefined
    resets = 0
    guarded = guard()
    listen()
  })

  function listen(): void {
    guarded.listen({ wake: () => {}, doom: () => {}, lost: () => {}, reset: () => resets++ })
  }

  let count = 0
  const entry = (value: unknown) => ({
    value,
    tags: [],
    stamp: 2 ** 52,
    rev: `${WHO}${String(++count).padStart(8, '0')}`,
    freshUntil: Infinity,
    deadAt: Infinity,
    storedAt: 0,
    loadMs: 0,
  })
  const put = async (store: Store, key: string, value: unknown): Promise<void> => {
    await store.write([{ key, entry: entry(value), when: 'always' }], [])
  }
  const get = async (store: Store, key: string): Promise<unknown> =>
    (await store.read([key], [])).result[0]?.entry?.value
  const down = (): void => {
    failure = new CacheError('E_STORE_DOWN', 'away')
  }
  const up = (): void => {
    failure = undefined
    acts = []
  }

  it('sends what the store did not hear of before it serves anything that the store holds', async () => {
    await put(raw, 'p:1:a', 'old')
    down()
    await expect(guarded.remove(['p:1:a'], [])).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
    await expect(guarded.bump(['t:x'])).rejects.toMatchObject({ code: 'E_STORE_DOWN' })
    up()

    expect(await get(guarded, 'p:1:a')).toBeUndefined()
    expect(acts).toEqual(['bump t:x', 'remove p:1:a', 'read p:1:a'])
  })

  it('is away for as long as that cannot be sent', async () => {
    await put(raw, 'p:1:a', 'old')
    down()
    await guarded.remove(['p:1:a'], []).catch(() => {})
    await expect(get(guarded, 'p:1:a')).rejects.toMatchObject({ code: 'E_STORE_DOWN' })

    expect(acts.slice(1)).toEqual(['remove p:1:a'])
  })

  it('sends nothing twice that is on its way or was confirmed', async () => {
    const gate = new HeldLoad<void>()
    hold = gate.load({ signal: new AbortController().signal })
    const removing = guarded.remove(['p:1:a'], [])
    const reading = get(guarded, 'p:1:b')
    gate.finish()
    await Promise.all([removing, reading])
    await get(guarded, 'p:1:b')

    expect(acts).toEqual(['remove p:1:a', 'read p:1:b', 'read p:1:b'])
  })

  it('invalidates again what a store that has forgotten it had confirmed', async () => {
    await put(guarded, 'p:1:a', 'old')
    await guarded.remove(['p:1:a'], [])
    await guarded.bump(['t:x', 'n:orders'])
    await put(raw, 'p:1:a', 'old')
    acts = []
    inbox.reset?.()

    expect(await get(guarded, 'p:1:a')).toBeUndefined()
    expect(acts).toEqual(['bump t:x,n:orders', 'remove p:1:a', 'read p:1:a'])
    expect(resets).toBe(1)
  })

  it('does so without being asked: other processes read the same store', async () => {
    await guarded.remove(['p:1:a'], [])
    await put(raw, 'p:1:a', 'old')
    inbox.reset?.()

    await expect.poll(() => get(raw, 'p:1:a')).toBeUndefined()
  })

  it('reads again what was on its way when the store was lost', async () => {
    await guarded.remove(['p:1:a'], [])
    await put(raw, 'p:1:a', 'old')
    const gate = new HeldLoad<void>()
    hold = gate.load({ signal: new AbortController().signal })
    const reading = get(guarded, 'p:1:a')
    await gate.started()
    hold = undefined
    inbox.reset?.()
    gate.finish()

    expect(await reading).toBeUndefined()
  })

  it('leaves what this process wrote after it had invalidated it', async () => {
    await guarded.remove(['p:1:a', 'p:1:b'], [])
    await put(guarded, 'p:1:a', 'new')
    await put(guarded, 'p:1:b', 'new')
    await put(raw, 'p:1:b', 'old')
    inbox.reset?.()

    expect(await get(guarded, 'p:1:a')).toBe('new')
    expect(await get(guarded, 'p:1:b')).toBeUndefined()
  })

  it("lets nothing of before count with onDataLoss: 'flush'", async () => {
    guarded = guard('flush')
    listen()
    const [before] = [await guarded.bump([])]
    inbox.reset?.()
    const { generations } = await guarded.read([], ['*'])

    expect(generations.bumps.get('*')).toBeGreaterThan(before)
  })

  it('does not ask a store that answers too late', async () => {
    failure = new CacheError('E_STORE_TIMEOUT', 'too late')
    for (let n = 0; n < 5; n++) await get(guarded, 'p:1:a').catch(() => {})
    expect(acts).toHaveLength(2)
    await expect(guarded.bump(['t:x'])).rejects.toMatchObject({ code: 'E_STORE_DOWN' })

    up()
    await clock.advance(1000)
    expect(await get(guarded, 'p:1:a')).toBeUndefined()
    expect(acts).toEqual(['bump t:x', 'read p:1:a'])
    expect((await guarded.stats()).detail).toMatchObject({ breaker: 'closed', journal: 1 })
  })

  it('removes many in batches', async () => {
    down()
    const keys = Array.from({ length: 1200 }, (_, n) => `p:1:k${n}`)
    await guarded.remove(keys, []).catch(() => {})
    up()
    await get(guarded, 'p:1:a')

    expect(acts.map((act) => act.split(',').length)).toEqual([500, 500, 200, 1])
  })
})
