import { beforeEach, describe, expect, it } from 'vitest'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { Journal } from '../../src/tiers/journal.ts'

const WINDOW = 60_000

describe('a journal', () => {
  let clock: FakeClock
  let journal: Journal

  beforeEach(() => {
    clock = fakeClock()
    journal = new Journal(clock, WINDOW)
  })
  const dueNow = () => {
    const { fields, keys } = journal.due()
    return { fields, keys: keys.map(({ key }) => key) }
  }

  it('has nothing due while an invalidation is on its way, and when it was applied', () => {
    const note = journal.note(['a'], ['t:x'])
    expect(journal.isDue).toBe(false)
    note.applied()

    expect(journal.isDue).toBe(false)
    expect(journal.size).toBe(2)
  })

  it('has due what the store did not hear of, for as long as it takes', async () => {
    journal.note(['a'], ['t:x']).failed()
    await clock.advance(100 * WINDOW)
    journal.note(['b'], []).applied()

    expect(dueNow()).toEqual({ fields: ['t:x'], keys: ['a'] })
    journal.done(journal.due())
    expect(journal.isDue).toBe(false)
  })

  it('has all of its window due when the store may have forgotten, and nothing older', async () => {
    journal.note(['old'], []).applied()
    await clock.advance(WINDOW + 1)
    journal.note(['a'], ['n:orders']).applied()
    journal.distrust()

    expect(dueNow()).toEqual({ fields: ['n:orders'], keys: ['a'] })
  })

  it('has one due that was on its way when the store may have forgotten, whatever is answered of it', () => {
    const note = journal.note(['a'], [])
    journal.distrust()
    expect(journal.isDue).toBe(true)
    note.applied()

    expect(journal.isDue).toBe(false)
  })

  it('remembers what was written over a key since', () => {
    journal.note(['a'], []).applied()
    journal.wrote('a', 'process100000007')
    journal.distrust()

    expect(journal.due().keys).toEqual([{ key: 'a', rev: 'process100000007' }])
    journal.note(['a'], []).failed()
    expect(journal.due().keys).toEqual([{ key: 'a', rev: undefined }])
  })

  it('keeps one due that is invalidated again, until that is applied', () => {
    journal.note(['a'], []).failed()
    const again = journal.note(['a'], [])
    expect(journal.isDue).toBe(true)
    again.applied()
    expect(journal.isDue).toBe(false)
  })

  it('is not fooled by the answer to an earlier one', () => {
    const first = journal.note(['a'], [])
    const second = journal.note(['a'], [])
    second.failed()
    first.applied()

    expect(journal.isDue).toBe(true)
  })

  it('lets everything stand for too many that are done: none is due, and a loss makes everything due', () => {
    for (let n = 0; n < 10_050; n++) journal.note([`k${n}`], []).applied()
    expect(journal.isDue).toBe(false)
    expect(journal.size).toBeLessThan(10_000)
    journal.distrust()

    expect(dueNow().fields).toEqual(['*'])
  })

  it('lets everything stand for too many that are due', () => {
    for (let n = 0; n < 10_050; n++) journal.note([`k${n}`], []).failed()

    expect(journal.size).toBeLessThan(10_000)
    expect(dueNow().fields).toEqual(['*'])
    journal.done(journal.due())
    expect(journal.isDue).toBe(false)
  })

  it('does not take 20,000 keys on their way for an outage', () => {
    const many = Array.from({ length: 20_000 }, (_, n) => `k${n}`)
    const note = journal.note(many, [])
    expect(journal.isDue).toBe(false)
    note.applied()
    journal.note(['one more'], []).applied()

    expect(journal.isDue).toBe(false)
    expect(journal.size).toBeLessThan(10_000)
  })

  it('can let nothing of before count', () => {
    journal.note(['a'], []).failed()
    journal.distrustEverything()

    expect(dueNow()).toEqual({ fields: ['*'], keys: [] })
  })
})
