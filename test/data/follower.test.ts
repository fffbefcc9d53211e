import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChangeSource, Heard } from '../../src/data/follower.ts'
import { Follower } from '../../src/data/follower.ts'
import { type FakeClock, fakeClock } from '../../src/testing/fake-clock.ts'
import { Told } from './told.ts'

const QUIET: Heard = { changes: [] }

/** A source that says what it is told to, and writes down what is asked of it. */
class Source implements ChangeSource {
  readonly entities = ['products']
  readonly asked: string[] = []
  answer: () => Promise<Heard | undefined> = async () => QUIET

  async read(): Promise<Heard | undefined> {
    this.asked.push('read')
    return await this.answer()
  }

  async confirm(): Promise<void> {
    this.asked.push('confirm')
  }

  reset(): void {
    this.asked.push('reset')
  }

  async close(): Promise<void> {
    this.asked.push('close')
  }
}

let clock: FakeClock
let source: Source
let told: Told
let errors: unknown[]
let follower: Follower

beforeEach(() => {
  clock = fakeClock()
  source = new Source()
  told = new Told()
  errors = []
})
afterEach(async () => {
  await follower.close()
})

async function follow(): Promise<void> {
  follower = new Follower(source, told, {
    intervalMs: 100,
    aheadMs: 1000,
    timeoutMs: 2000,
    lostAfterMs: 5000,
    clock,
    onError: (error) => errors.push(error),
  })
  await clock.advance(0)
}

const fail = async (): Promise<never> => {
  throw new Error('away')
}
const reads = (): number => source.asked.filter((each) => each === 'read').length

describe('Follower', () => {
  it('looks at each interval, and at once when it is woken or there is more', async () => {
    await follow()
    expect(reads()).toBe(1)
    await clock.advance(300)
    expect(reads()).toBe(4)
    follower.wake()
    await clock.advance(0)
    expect(reads()).toBe(5)

    let left = 3
    source.answer = async () => ({ changes: [], more: --left > 0 })
    await clock.advance(100)

    expect(reads()).toBe(8)
  })

  it('looks again at once when it is woken while it looks', async () => {
    let answer = (): void => {}
    source.answer = async () => await new Promise((resolve) => (answer = () => resolve(QUIET)))
    await follow()
    follower.wake()
    source.answer = async () => QUIET
    answer()
    await clock.advance(0)

    expect(reads()).toBe(2)
  })

  it('confirms what was invalidated, and nothing else', async () => {
    source.answer = async () => ({ changes: [{ entity: 'products', operation: 'insert' }] })
    told.away = true
    await follow()
    expect(source.asked).toEqual(['read'])
    told.away = false
    await clock.advance(200)

    expect(source.asked).toEqual(['read', 'read', 'confirm'])
    expect(told.said).toEqual(['insert products *'])
  })

  it('raises what was lost before it says what has changed', async () => {
    const changes = [{ entity: 'products', operation: 'insert' }] as const
    source.answer = async () => ({ changes, lost: ['products'] })
    told.away = true
    await follow()

    expect(told.unconfirmed).toBe(2)
    expect(source.asked).toEqual(['read'])
  })

  it('raises its tables when it was blind for too long, and again for as long as it is', async () => {
    await follow()
    source.answer = fail
    await clock.advance(4900)
    expect(told.raised).toEqual([])
    await clock.advance(300)
    expect(told.raised).toEqual([['products']])
    await clock.advance(5000)
    expect(told.raised).toHaveLength(2)
    source.answer = async () => QUIET
    await clock.advance(20_000)

    expect(told.raised).toHaveLength(2)
  })

  it('gives a look up that is not answered in time', async () => {
    await follow()
    source.answer = async () => await new Promise(() => {})
    await clock.advance(100)
    source.answer = async () => QUIET
    await clock.advance(2200)

    expect(source.asked.slice(2)).toEqual(expect.arrayContaining(['reset', 'read', 'confirm']))
    expect(String(errors[0])).toContain('did not answer within 2000 ms')
  })

  it('leaves raising to the process that reads', async () => {
    source.answer = async () => undefined
    await follow()
    expect(follower.reads).toBe(false)
    await clock.advance(3000)
    expect(reads()).toBe(4)
    source.answer = fail
    await clock.advance(20_000)

    expect(told.raised).toEqual([])
  })

  it('asks a source that fails less and less often', async () => {
    await follow()
    source.answer = fail
    await clock.advance(1500)

    // After 200, 400 and 800 ms.
    expect(errors).toHaveLength(4)
  })

  it('ends its look before it is closed, and looks no more', async () => {
    await follow()
    await follower.close()
    await clock.advance(1000)

    expect(source.asked).toEqual(['read', 'confirm', 'close'])
    expect(clock.pending).toBe(0)
  })
})
