import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../examples/store/database/random.ts'
import { Latencies } from '../../../../examples/store/launch/latencies.ts'
import { arrivals, type Clock, runOpenLoop } from '../../../../examples/store/launch/open-loop.ts'
import { readTrace } from '../../../../examples/store/launch/trace.ts'
import { mix, planVisits } from '../../../../examples/store/launch/visits.ts'

describe('Latencies', () => {
  it('gives the smallest latency that so many requests kept', () => {
    const latencies = new Latencies()
    for (let ms = 100; ms >= 1; ms--) latencies.add(ms, true)

    expect([0.01, 0.5, 0.99, 1].map((share) => latencies.percentile(share))).toEqual([
      1, 50, 99, 100,
    ])
  })

  it('counts failures among the slow ones instead of forgetting them', () => {
    const latencies = new Latencies()
    for (let index = 0; index < 98; index++) latencies.add(10, true)
    for (let index = 0; index < 2; index++) latencies.add(5_000, false)

    expect(latencies.errors).toBe(2)
    expect(latencies.percentile(0.99)).toBe(5_000)
  })

  it('is zero before the first request', () => {
    expect(new Latencies().percentile(0.99)).toBe(0)
  })
})

describe('arrivals', () => {
  it('come as often as asked, at moments that do not depend on each other', () => {
    const moments = arrivals(seededRandom(1), 500, 60)

    const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0))
    expect(moments.length).toBeGreaterThan(29_400)
    expect(moments.length).toBeLessThan(30_600)
    expect(gaps.every((gap) => gap >= 0)).toBe(true)
    // Of exponential gaps, a share of 1/e is longer than the mean: a metronome would have none or all.
    expect(gaps.filter((gap) => gap > 2).length / gaps.length).toBeCloseTo(1 / Math.E, 1)
  })

  it('are the same for the same seed', () => {
    expect(arrivals(seededRandom(7), 100, 5)).toEqual(arrivals(seededRandom(7), 100, 5))
  })
})

describe('runOpenLoop', () => {
  it('measures what a visitor waited, not what a stalled server answered in', async () => {
    const clock = new StepClock()
    // Everyone who comes in the first second waits until it is over; later the server answers at once.
    const stalled = async (): Promise<boolean> => {
      await clock.sleep(Math.max(0, 1_000 - clock.now()))
      return true
    }
    const load = { arrivals: [0, 250, 500, 750, 1_500], send: stalled, clock }

    const { latencies, servedInTime } = await clock.run(runOpenLoop(load))

    expect([0.2, 0.4, 0.6, 0.8, 1].map((share) => latencies.percentile(share))).toEqual([
      0, 250, 500, 750, 1_000,
    ])
    expect(servedInTime).toBe(5)
  })

  it('keeps sending at its times while nothing is answered', async () => {
    const clock = new StepClock()
    const sentAt: number[] = []
    const silent = async (): Promise<boolean> => {
      sentAt.push(clock.now())
      await clock.sleep(5_000)
      return false
    }

    const { latencies, servedInTime } = await clock.run(
      runOpenLoop({ arrivals: [0, 100, 200, 300], send: silent, clock }),
    )

    expect(sentAt).toEqual([0, 100, 200, 300])
    expect(latencies.errors).toBe(4)
    expect(servedInTime).toBe(0)
  })
})

describe('planVisits', () => {
  const plan = { seed: 1, count: 20_000, products: [5, 6, 7], categories: ['tents', 'pens'] }
  const visits = planVisits(plan)

  it('mixes pages in the shares that are stated', () => {
    for (const [kind, share] of Object.entries(mix)) {
      const count = visits.filter((visit) => visit.kind === kind).length
      expect(count / visits.length, kind).toBeCloseTo(share / 100, 1.5)
    }
  })

  it('asks for the trace’s products in the trace’s order', () => {
    const products = visits.filter(({ kind }) => kind === 'product').map(({ path }) => path)

    expect(products.slice(0, 4)).toEqual(['/product/5', '/product/6', '/product/7', '/product/5'])
  })

  it('is the same for every shop, and longer only at its end', () => {
    expect(planVisits({ ...plan, count: 100 })).toEqual(visits.slice(0, 100))
  })
})

describe('readTrace', () => {
  it('has the shop’s 95,607 requests for 13,756 products, each product one of ours', () => {
    const trace = readTrace()

    expect(trace).toHaveLength(95_607)
    expect(new Set(trace).size).toBe(13_756)
    expect(Math.min(...trace)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...trace)).toBeLessThanOrEqual(20_000)
  })
})

/** A clock that stands still while anybody works and jumps to the next sleeper when all sleep. */
class StepClock implements Clock {
  #now = 0
  readonly #sleepers: { readonly until: number; readonly wake: () => void }[] = []

  now(): number {
    return this.#now
  }

  async sleep(ms: number): Promise<void> {
    const until = this.#now + ms
    await new Promise<void>((resolve) => this.#sleepers.push({ until, wake: resolve }))
  }

  async run<T>(work: Promise<T>): Promise<T> {
    const state = { done: false }
    const settled = work.finally(() => {
      state.done = true
    })
    while (!state.done) {
      // Lets everything that can run do so, before time goes on.
      await new Promise((resolve) => setImmediate(resolve))
      const next = Math.min(...this.#sleepers.map(({ until }) => until))
      if (next === Infinity) continue
      this.#now = Math.max(this.#now, next)
      const due = this.#sleepers.filter(({ until }) => until <= this.#now)
      for (const sleeper of due) {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1)
        sleeper.wake()
      }
    }
    return await settled
  }
}
