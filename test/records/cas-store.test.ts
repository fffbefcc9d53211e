import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { json } from '../../src/codec/json.ts'
import type { StoreHarness } from '../../src/testing/contract/bench.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { storeContract } from '../../src/testing/store-contract.ts'
import { storeProperties } from '../../src/testing/store-properties.ts'
import { MemoryPlace } from './memory-backend.ts'

function harness(pushes: boolean): StoreHarness {
  const clock = fakeClock()
  const place = new MemoryPlace(clock, pushes)
  return {
    clock,
    codec: json(),
    open: (context) => place.open(context),
    pass: (ms) => clock.advance(ms),
  }
}

const runner = { describe, it }
storeContract('compare-and-swap', () => harness(true), runner)
storeContract('compare-and-swap without messages', () => harness(false), runner)
// Not timed: when exactly an abandoned lease is forgotten is the place's own.
storeProperties('compare-and-swap', () => harness(true), runner, fc, { runs: 300, timed: false })

describe('who is faster', () => {
  it('an act that was overtaken begins again, and nothing is lost', async () => {
    const clock = fakeClock()
    const place = new MemoryPlace(clock, true)
    const open = (processId: string) =>
      place.open({ alias: 'a', prefix: 'p', processId, clock, codec: json(), report: () => {} })
    const [one, two] = [open('process1'), open('process2')]
    const times = { freshUntil: Infinity, deadAt: Infinity, storedAt: 0, loadMs: 0 }
    const entry = { value: 0, tags: [], stamp: 1, rev: 'process100000001', ...times }
    await one.write([{ key: 'p:1:n', entry, when: 'always' }], [])

    let overtaken = 0
    place.between = async () => {
      place.between = () => {}
      overtaken++
      await two.increment('p:1:n', 10, [])
    }
    const { result } = await one.increment('p:1:n', 1, [])

    expect(overtaken).toBe(1)
    expect(result).toMatchObject({ outcome: 'done', value: 11 })
  })

  it('32 who add to one counter at once lose nothing', async () => {
    const clock = fakeClock()
    const place = new MemoryPlace(clock, true)
    const store = place.open({
      alias: 'a',
      prefix: 'p',
      processId: 'process1',
      clock,
      codec: json(),
      report: () => {},
    })
    const times = { freshUntil: Infinity, deadAt: Infinity, storedAt: 0, loadMs: 0 }
    const entry = { value: 0, tags: [], stamp: 1, rev: 'process100000001', ...times }
    await store.write([{ key: 'p:1:n', entry, when: 'always' }], [])
    place.between = () => Promise.resolve()

    await Promise.all(Array.from({ length: 32 }, () => store.increment('p:1:n', 1, [])))

    expect((await store.read(['p:1:n'], [])).result[0]?.entry?.value).toBe(32)
  })
})
