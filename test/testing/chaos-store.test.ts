import { describe, expect, it } from 'vitest'
import { memory } from '../../src/stores/memory/memory.ts'
import { type ChaosOptions, type ChaosStore, chaosStore } from '../../src/testing/chaos-store.ts'
import { Bench } from '../../src/testing/contract/bench.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { checkStore } from '../../src/testing/store-contract.ts'
import { inFakeTime } from './harness.ts'

function setUp(options: ChaosOptions): { store: ChaosStore; bench: Bench; clock: FakeClock } {
  const store = chaosStore(memory(), options)
  const clock = fakeClock()
  const bench = new Bench({ ...inFakeTime(store), clock, pass: (ms) => clock.advance(ms) })
  return { store, bench, clock }
}

/** Which of many reads fail, as text: `.` went well, `x` failed. */
async function pattern(bench: Bench, reads = 60): Promise<string> {
  let text = ''
  for (let count = 0; count < reads; count++) {
    text += await bench.read(bench.key('a')).then(
      () => '.',
      () => 'x',
    )
  }
  return text
}

describe('chaosStore', () => {
  it('is the store itself until something is wrong with it', async () => {
    expect(await checkStore(() => inFakeTime(chaosStore(memory(), { seed: 1 })))).toEqual([])
  })

  it('down: every act fails; up: what was kept is there again', async () => {
    const { store, bench } = setUp({ seed: 1 })
    await bench.write(bench.key('a'), bench.entry('v'))

    store.down()
    await expect(bench.read(bench.key('a'))).rejects.toMatchObject({
      code: 'E_STORE_DOWN',
      key: bench.key('a'),
    })
    await expect(bench.write(bench.key('a'), bench.entry('w'))).rejects.toThrow("'write'")
    await expect(bench.store.bump(['*'])).rejects.toThrow("'bump'")
    await expect(bench.store.scan('')[Symbol.asyncIterator]().next()).rejects.toThrow("'scan'")

    store.up()
    expect(await bench.value(bench.key('a'))).toBe('v')
    expect(store.troubles).toBe(4)
  })

  it('fails its share of the acts, the same ones for the same seed', async () => {
    const failures = async (seed: number) =>
      await pattern(setUp({ seed, rate: 0.3, failWith: 'E_STORE_TIMEOUT' }).bench, 300)
    const [first, again, other] = [await failures(5), await failures(5), await failures(6)]

    expect(first).toBe(again)
    expect(first).not.toBe(other)
    const share = first.replaceAll('.', '').length / first.length
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.4)
  })

  it('falls the same after an outage as without one', async () => {
    const options = { seed: 5, rate: 0.3, failWith: 'E_STORE_DOWN' } as const
    const straight = await pattern(setUp(options).bench)
    const { store, bench } = setUp(options)

    store.down()
    expect(await pattern(bench, 20)).toBe('x'.repeat(20))
    store.up()

    expect(await pattern(bench, 40)).toBe(straight.slice(20))
  })

  it('fails with the error that it was given', async () => {
    const error = new TypeError('mine')
    const { bench } = setUp({ seed: 1, failWith: error })

    await expect(bench.read(bench.key('a'))).rejects.toBe(error)
  })

  it('only: troubles these acts and no others, also while it is down', async () => {
    const { store, bench } = setUp({ seed: 1, failWith: 'E_STORE_DOWN', only: ['commit'] })
    const token = await bench.lease(bench.key('a'))
    store.down()

    await expect(bench.store.commit(bench.key('a'), token, bench.entry(1))).rejects.toThrow(
      "'commit'",
    )
    expect(await bench.read(bench.key('a'))).toBeUndefined()
  })

  it('delayMs: acts begin late, by the clock of the store, and succeed', async () => {
    const { bench, clock } = setUp({ seed: 1, delayMs: 50, only: ['read'] })
    await bench.write(bench.key('a'), bench.entry('v'))
    let value: unknown
    const reading = bench.value(bench.key('a')).then((read) => (value = read))

    await clock.advance(49)
    expect(value).toBeUndefined()
    await clock.advance(1)
    await reading

    expect(value).toBe('v')
  })

  it('delayMs: a range is drawn from, and never left', async () => {
    const { bench, clock } = setUp({ seed: 1, delayMs: [10, 20] })
    const took = new Set<number>()
    for (let count = 0; count < 30; count++) {
      const began = clock.now()
      let ended = 0
      const reading = bench.read(bench.key('a')).then(() => (ended = clock.now()))
      await clock.advance(30)
      await reading
      took.add(ended - began)
    }

    expect(Math.min(...took)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...took)).toBeLessThanOrEqual(20)
    expect(took.size).toBeGreaterThan(3)
  })

  it('a delayed act that is aborted rejects at once with the reason, and leaves no timer behind', async () => {
    const { bench, clock } = setUp({ seed: 1, delayMs: 1000 })
    const controller = new AbortController()
    const reason = new Error('given up')
    const reading = bench.store.read([bench.key('a')], [], { signal: controller.signal })

    controller.abort(reason)

    await expect(reading).rejects.toBe(reason)
    expect(clock.pending).toBe(0)
  })

  it('answerLost: the act has happened all the same', async () => {
    const { bench } = setUp({
      seed: 1,
      failWith: 'E_STORE_TIMEOUT',
      answerLost: true,
      only: ['write'],
    })

    await expect(bench.write(bench.key('a'), bench.entry('v'))).rejects.toThrow("'write'")

    expect(await bench.value(bench.key('a'))).toBe('v')
  })

  it.each([
    [{ seed: 0.5 }, "Option 'seed'"],
    [{ seed: 1, rate: 1.5 }, "Option 'rate'"],
    [{ seed: 1, delayMs: -1 }, "Option 'delayMs'"],
    [{ seed: 1, delayMs: [5, 1] }, "Option 'delayMs'"],
    [{ seed: 1, only: ['reed'] }, "Did you mean 'read'?"],
    [{ seed: 1, delay: 5 }, "Did you mean 'delayMs'?"],
  ])('refuses %j', (options, message) => {
    const build = () => chaosStore(memory(), options as never)

    expect(build).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(build).toThrow(message)
  })
})
