import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/base/clock.ts'
import { Deadlines } from '../../src/stores/redis/deadlines.ts'
import { type Connect, OwnPort } from '../../src/stores/redis/own-port.ts'
import { ServerTime } from '../../src/stores/redis/server-time.ts'

/** Time that only moves when it is told to. */
class HandClock implements Clock {
  #now = 1_000_000
  #timers: { at: number; act: () => void }[] = []

  now(): number {
    return this.#now
  }
  after(ms: number, act: () => void): () => void {
    const timer = { at: this.#now + ms, act }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }
  /** Milliseconds until each pending timer, the next first. */
  get pending(): number[] {
    return this.#timers.map(({ at }) => at - this.#now).toSorted((a, b) => a - b)
  }
  async advance(ms: number): Promise<void> {
    this.#now += ms
    const due = this.#timers.filter(({ at }) => at <= this.#now)
    this.#timers = this.#timers.filter(({ at }) => at > this.#now)
    for (const { act } of due) act()
    await settle()
  }
}

async function settle(): Promise<void> {
  // All microtasks, however many follow from each other.
  await new Promise((resolve) => setImmediate(resolve))
}

const RETRY = { connectMs: 2_000, minMs: 50, maxMs: 2_000 }

describe('OwnPort', () => {
  it('tries again for ever, with pauses that double up to the longest', async () => {
    const clock = new HandClock()
    let attempts = 0
    const heard: string[] = []
    const connect: Connect = async () => {
      attempts++
      throw new Error(`attempt ${attempts}`)
    }
    const events = { up: () => heard.push('up'), down: () => heard.push('down') }
    const port = new OwnPort(connect, RETRY, clock, events)
    await port.started

    const pauses: number[] = []
    for (let round = 0; round < 40; round++) {
      const [pause] = clock.pending as [number]
      pauses.push(pause)
      await clock.advance(pause)
    }

    for (const [index, pause] of pauses.entries()) {
      const longest = Math.min(2_000, 50 * 2 ** (index + 1))
      expect(pause).toBeGreaterThanOrEqual(longest / 2)
      expect(pause).toBeLessThanOrEqual(longest)
    }
    expect(attempts).toBe(41)
    expect(heard).toEqual(['down'])
    expect(port.reason).toMatchObject({ message: 'attempt 41' })
    port.close()
    expect(clock.pending).toEqual([])
  })

  it('gives an attempt up after its time, and leaves no connection of it behind', async () => {
    const clock = new HandClock()
    let given: AbortSignal | undefined
    const connect: Connect = async (_, signal) => {
      given = signal
      return await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    }
    const port = new OwnPort(connect, RETRY, clock, { up() {}, down() {} })
    await settle()
    expect(port.state).toBe('starting')

    await clock.advance(2_000)

    expect(port.state).toBe('down')
    expect(given?.aborted).toBe(true)
    expect(String(port.reason)).toContain('connectTimeout')
    port.close()
  })

  it('counts a connection that is lost while it is made as one that was never there', async () => {
    const clock = new HandClock()
    const heard: string[] = []
    let destroyed = 0
    const connect: Connect = async (lost) => {
      lost(new Error('reset'))
      return {
        send: async () => [],
        subscribe: async () => {},
        destroy: () => {
          destroyed++
        },
      }
    }
    const events = { up: () => heard.push('up'), down: () => heard.push('down') }
    const port = new OwnPort(connect, RETRY, clock, events)
    await port.started
    expect(port.state).toBe('down')
    expect(heard).toEqual(['down'])
    expect(destroyed).toBe(1)
    port.close()
  })
})

describe('Deadlines', () => {
  it('expires each act after its time and at most an eighth later, by one timer', async () => {
    const clock = new HandClock()
    const deadlines = new Deadlines(clock, 800)
    const began = new Map<number, number>()
    const lasted: number[] = []
    let number = 0
    for (let ms = 0; ms < 3_000; ms += 10) {
      if (ms < 1_500) {
        const id = number++
        began.set(id, clock.now())
        const expire = () => lasted.push(clock.now() - (began.get(id) as number))
        deadlines.add({ step: 0, expire })
      }
      expect(clock.pending.length).toBeLessThanOrEqual(1)
      await clock.advance(10)
    }

    expect(lasted).toHaveLength(150)
    expect(Math.min(...lasted)).toBeGreaterThanOrEqual(800)
    expect(Math.max(...lasted)).toBeLessThanOrEqual(900 + 10)
    expect(clock.pending).toEqual([])
  })

  it('leaves alone what was answered, and what begins while others expire', async () => {
    const clock = new HandClock()
    const deadlines = new Deadlines(clock, 80)
    const expired: string[] = []
    const answered = { step: 0, expire: () => expired.push('answered') }
    const late = { step: 0, expire: () => expired.push('late') }
    deadlines.add(answered)
    deadlines.add({
      step: 0,
      expire: () => {
        expired.push('first')
        deadlines.add(late)
      },
    })
    deadlines.delete(answered)

    for (let step = 0; step < 9; step++) await clock.advance(10)
    expect(expired).toEqual(['first'])
    for (let step = 0; step < 9; step++) await clock.advance(10)

    expect(expired).toEqual(['first', 'late'])
  })
})

describe('ServerTime', () => {
  /** A server whose clock is ahead of ours, and a road to it that takes some time each way. */
  function world(aheadMs: number, thereMs: number, backMs: number) {
    const clock = new HandClock()
    const state = { aheadMs, thereMs, backMs, asked: 0 }
    const time = new ServerTime(clock, async () => {
      state.asked++
      await clock.advance(state.thereMs)
      const micros = Math.round((clock.now() + state.aheadMs) * 1000)
      await clock.advance(state.backMs)
      const seconds = Math.floor(micros / 1e6)
      return [Buffer.from(String(seconds)), Buffer.from(String(micros % 1e6))]
    })
    return { clock, time, state }
  }

  it('is the difference to within half a round trip', async () => {
    for (const [there, back] of [
      [1, 1],
      [0, 9],
      [30, 2],
    ] as const) {
      const { time } = world(3_600_000, there, back)
      await time.whenKnown()
      expect(Math.abs(time.shiftMs - 3_600_000)).toBeLessThanOrEqual((there + back) / 2 + 1)
      expect(Number.isInteger(time.shiftMs)).toBe(true)
    }
  })

  it('is exactly nothing where a sample does not prove otherwise', async () => {
    for (const ahead of [0, 0.9, -0.9, 5, 11]) {
      const { time } = world(ahead, 1, 11)
      await time.whenKnown()
      expect(time.shiftMs).toBe(0)
    }
  })

  it('is asked for once by many, and again when it is a minute old', async () => {
    const { time, clock, state } = world(0, 0, 1)
    await Promise.all([time.whenKnown(), time.whenKnown(), time.whenKnown()])
    expect(time.whenKnown()).toBe(undefined)
    expect(state.asked).toBe(1)

    state.aheadMs = 50_000
    await clock.advance(60_000)
    expect(time.whenKnown()).toBe(undefined)
    await settle()
    await settle()
    await settle()

    expect(state.asked).toBe(2)
    expect(Math.abs(time.shiftMs - 50_000)).toBeLessThanOrEqual(2)
  })

  it('asks again when it could not be told', async () => {
    const clock = new HandClock()
    let fails = true
    const time = new ServerTime(clock, async () => {
      if (fails) throw new Error('down')
      return [Buffer.from('1000'), Buffer.from('0')]
    })
    await expect(time.whenKnown()).rejects.toThrow('down')
    fails = false
    await time.whenKnown()
    expect(time.shiftMs).toBe(0)
  })
})
