import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../src/cache/cache.ts'
import type { StandardSchema } from '../../src/cache/definition.ts'
import { FreshCaches, messagesOf } from './fresh-caches.ts'

let caches: FreshCaches
let cache: Cache

beforeEach(() => {
  caches = new FreshCaches()
  cache = caches.open()
})
afterEach(async () => {
  await caches.close()
})

function schemaThat(judges: (value: unknown) => boolean): StandardSchema<string> {
  return { '~standard': { validate: (value) => (judges(value) ? {} : { issues: ['no'] }) } }
}

describe('the schema of a definition', () => {
  it('that throws costs a miss, not the call, and is told to the error event', async () => {
    const told = messagesOf(cache)
    const schema = schemaThat((value) => {
      if (value === 'old') throw new Error('a bug in a validator')
      return true
    })
    const family = cache.define({ key: () => 'a', load: () => 'new', schema })
    await cache.set('a', 'old')

    expect([await family.get(), await family.get()]).toEqual(['new', 'new'])
    expect(told).toEqual(['A schema threw on a stored value, which counts as a miss.'])
  })

  it('that refuses what is stored has it loaded anew, once', async () => {
    let loads = 0
    const schema = schemaThat((value) => value !== 'old')
    const family = cache.define({ key: () => 'a', load: () => (loads++, 'new'), schema })
    await cache.set('a', 'old')

    expect([await family.get(), await family.get()]).toEqual(['new', 'new'])
    expect(loads).toBe(1)
  })
})
