import { describe, expect, it } from 'vitest'
import { nullStore } from '../../../src/stores/null/null.ts'
import { Bench } from '../../../src/testing/contract/bench.ts'
import { storeContract } from '../../../src/testing/store-contract.ts'
import { inFakeTime } from '../../testing/harness.ts'

storeContract('null', () => inFakeTime(nullStore()), { describe, it })

describe('nullStore', () => {
  it('takes what cannot be stored anywhere without looking at it', async () => {
    const bench = new Bench(inFakeTime(nullStore()))

    expect(
      await bench.write(
        bench.key('a'),
        bench.entry(() => 1),
      ),
    ).toBe(true)
  })

  it('invalidates everything older with each stamp, since it remembers no field', async () => {
    const bench = new Bench(inFakeTime(nullStore()))
    const stamp = await bench.store.bump(['t:a'])

    const { generations } = await bench.store.read([], ['t:other'])

    expect(generations).toEqual({ clock: stamp, floor: stamp, bumps: new Map() })
  })

  it('gives each of many callers the lease at once: nobody waits for what will not come', async () => {
    const bench = new Bench(inFakeTime(nullStore()))
    const ask = () => bench.store.acquire(bench.key('a'), bench.request())

    const outcomes = await Promise.all([ask(), ask(), ask()])

    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['lease', 'lease', 'lease'])
  })
})
