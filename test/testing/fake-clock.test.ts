import { describe, expect, it } from 'vitest'
import { fakeClock } from '../../src/testing/fake-clock.ts'

describe('fakeClock', () => {
  it('stands still until it is told to go on', async () => {
    const clock = fakeClock(1000)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(clock.now()).toBe(1000)

    await clock.advance(250)
    expect(clock.now()).toBe(1250)
  })

  it.each(['advance', 'tick'] as const)(
    '%s runs what is due in its order, each at its own time, the earlier made first',
    async (go) => {
      const clock = fakeClock(0)
      const ran: string[] = []
      const note = (name: string) => () => ran.push(`${name} at ${clock.now()}`)
      clock.after(30, note('c'))
      clock.after(10, note('a'))
      clock.after(10, note('b'))
      clock.after(31, note('later'))

      await clock[go](30)

      expect(ran).toEqual(['a at 10', 'b at 10', 'c at 30'])
      expect(clock.pending).toBe(1)
    },
  )

  it.each(['advance', 'tick'] as const)(
    '%s runs a timer that another one sets, if it is due by then',
    async (go) => {
      const clock = fakeClock(0)
      const ran: number[] = []
      const again = (): void => {
        ran.push(clock.now())
        clock.after(10, again)
      }
      clock.after(10, again)

      await clock[go](35)

      expect(ran).toEqual([10, 20, 30])
      expect(clock.pending).toBe(1)
    },
  )

  it('runs nothing that was cancelled', async () => {
    const clock = fakeClock()
    let ran = false
    const cancel = clock.after(10, () => {
      ran = true
    })

    cancel()
    await clock.advance(20)

    expect([ran, clock.pending]).toEqual([false, 0])
  })

  it('advance lets promises settle before the clock moves on', async () => {
    const clock = fakeClock(0)
    const seen: number[] = []
    clock.after(10, () => {
      void Promise.resolve()
        .then(async () => await Promise.resolve())
        .then(() => seen.push(clock.now()))
    })

    await clock.advance(1000)

    expect(seen).toEqual([10])
  })

  it('never reaches what never ends', async () => {
    const clock = fakeClock()
    clock.after(Infinity, () => {
      throw new Error('reached')
    })

    await clock.advance(1e12)

    expect(clock.pending).toBe(1)
  })
})
