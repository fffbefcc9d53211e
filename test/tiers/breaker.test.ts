import { beforeEach, describe, expect, it } from 'vitest'
import { CacheError } from '../../src/base/errors.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { Breaker } from '../../src/tiers/breaker.ts'

const tooLate = new CacheError('E_STORE_TIMEOUT', 'too late')
const settings = { failures: 3, openForMs: 1000, maxOpenForMs: 3000 }

describe('a breaker', () => {
  let clock: FakeClock
  let breaker: Breaker
  let told: string[]

  beforeEach(() => {
    clock = fakeClock()
    told = []
    breaker = new Breaker(clock, settings, (state, ms) => told.push(`${state} ${ms}`))
  })
  const isOpen = (): boolean => {
    try {
      breaker.admit()
      return false
    } catch (error) {
      expect(error).toMatchObject({ code: 'E_STORE_DOWN' })
      return true
    }
  }
  const time = (count: number): void => {
    for (let n = 0; n < count; n++) breaker.failed(tooLate)
  }

  it('opens after so many timeouts in a row, and says until when', () => {
    time(2)
    expect(isOpen()).toBe(false)
    time(1)

    expect(isOpen()).toBe(true)
    expect(told).toEqual(['open 1000'])
    expect(() => breaker.admit()).toThrow(/3 times in a row.*next try is in 1000ms/)
  })

  it('counts in a row only', () => {
    time(2)
    breaker.answered()
    time(2)

    expect(isOpen()).toBe(false)
  })

  it('counts nothing but timeouts: who refuses has answered, who is down says so at once', () => {
    for (let n = 0; n < 100; n++) breaker.failed(new CacheError('E_STORE_DOWN', 'gone'))
    for (let n = 0; n < 100; n++) breaker.failed(new CacheError('E_STORE_REFUSED', 'OOM'))

    expect(isOpen()).toBe(false)
  })

  it('lets one act at a time try, and closes when it is answered', async () => {
    time(3)
    await clock.advance(1000)
    expect(isOpen()).toBe(false)
    expect(isOpen()).toBe(true)
    expect(breaker.state).toBe('probing')
    breaker.answered()

    expect(isOpen()).toBe(false)
    expect(told).toEqual(['open 1000', 'closed 0'])
  })

  it('stays open twice as long after each try that fails, up to a bound, and begins anew once closed', async () => {
    time(3)
    for (const ms of [1000, 2000, 3000]) {
      await clock.advance(ms)
      expect(isOpen()).toBe(false)
      time(1)
    }
    expect(told).toEqual(['open 1000', 'open 2000', 'open 3000', 'open 3000'])

    await clock.advance(3000)
    breaker.admit()
    breaker.answered()
    time(3)
    expect(told.at(-1)).toBe('open 1000')
  })

  it('leaves the next try to another when the one that tried learned nothing', async () => {
    time(3)
    await clock.advance(1000)
    breaker.admit()
    breaker.failed(new DOMException('the caller gave up', 'AbortError'))

    expect(isOpen()).toBe(false)
  })

  it('does not count acts that were sent before it opened', () => {
    time(30)

    expect(told).toEqual(['open 1000'])
  })
})
