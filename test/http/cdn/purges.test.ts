// What is invalidated here is purged at the CDN, once the store has confirmed it, however ill the CDN is.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { createCaches } from '../../../src/config/create-caches.ts'
import { type CdnPurges, cdnPurges, purge } from '../../../src/http/index.ts'
import { memory } from '../../../src/stores/memory/memory.ts'
import { FakeClock } from '../fake-clock.ts'

let clock: FakeClock
let cache: Cache
let purges: CdnPurges
let sent: string[][]
let errors: unknown[]
let purger: (names: readonly string[], signal: AbortSignal) => Promise<unknown>

beforeEach(() => {
  clock = new FakeClock()
  cache = createCaches({ default: { store: memory() } }).default
  sent = []
  errors = []
  purger = async (names) => sent.push([...names])
})

afterEach(async () => {
  await purges.close()
  await cache.close()
})

function open(options: { again?: '0s' | '5s'; maxWaiting?: number } = {}): void {
  purges = cdnPurges(cache, (names, signal) => purger(names, signal), {
    clock,
    onError: (error) => errors.push(error),
    ...options,
  })
}

/** Until what was begun in this turn has been sent, or has failed. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('cdnPurges', () => {
  it('purges what one turn invalidates in one call, after the store has confirmed it', async () => {
    open({ again: '0s' })

    await Promise.all([cache.invalidateTags(['a', 'b']), cache.invalidateTags(['b', 'c d'])])
    expect(sent).toEqual([])
    await purges.settled()

    expect(sent).toEqual([['a', 'b', '~many', 'c%20d']])
    expect(purges.stats()).toEqual({ waiting: 0, purges: 1, failures: 0 })
  })

  it('purges pages by address, route and tag', async () => {
    open({ again: '0s' })

    await purge(cache, { url: 'https://shop.example/a' })
    await purge(cache, { route: '/product/:id' })
    await purges.settled()

    expect(sent.flat()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^page-url:/), 'page-route:/product/:id']),
    )
  })

  it('purges everything when the alias is cleared', async () => {
    open({ again: '0s' })

    await cache.clear()
    await purges.settled()

    expect(sent).toEqual([['~all']])
  })

  it('purges nothing for single keys and namespaces', async () => {
    open({ again: '0s' })

    await cache.invalidate('key')
    await cache.namespace('n').clear()
    await turns()

    expect(sent).toEqual([])
  })

  it('purges each name once more later, for answers that were on their way', async () => {
    open()
    await cache.invalidateTags(['a'])
    await purges.settled()

    clock.advance(4999)
    await turns()
    expect(sent).toHaveLength(1)
    clock.advance(1)
    await turns()
    expect(sent).toEqual([
      ['a', '~many'],
      ['a', '~many'],
    ])
    clock.advance(60_000)
    await turns()
    expect(sent).toHaveLength(2)
  })

  it('tries again while the CDN is down, later and later, with all that came meanwhile', async () => {
    open({ again: '0s' })
    const down = new Error('The CDN is down.')
    const tried: number[] = []
    purger = async () => {
      tried.push(clock.now())
      throw down
    }
    const began = clock.now()

    const invalidated = await cache.invalidateTags(['a'])
    await turns()
    for (let half = 1; half <= 7; half++) {
      clock.advance(500)
      await turns()
    }
    await cache.invalidateTags(['b'])
    await turns()
    purger = async (names) => sent.push([...names])
    clock.advance(4000)
    await purges.settled()

    expect(invalidated.applied).toBe(true)
    expect(tried.map((at) => at - began)).toEqual([0, 1000, 3000])
    expect(errors).toEqual([down, down, down])
    expect(sent).toEqual([['a', '~many', 'b']])
    expect(purges.stats()).toEqual({ waiting: 0, purges: 1, failures: 3 })
  })

  it('gives a CDN that does not answer up, and tries again', async () => {
    open({ again: '0s' })
    let aborted = false
    purger = (_, signal) => {
      signal.addEventListener('abort', () => (aborted = true))
      return new Promise(() => {})
    }
    await cache.invalidateTags(['a'])
    await turns()

    clock.advance(10_000)
    await turns()

    expect(aborted).toBe(true)
    expect(errors).toEqual([expect.objectContaining({ code: 'E_CDN' })])
    expect(purges.stats()).toMatchObject({ waiting: 2, failures: 1 })
    purger = async (names) => sent.push([...names])
    clock.advance(1000)
    await purges.settled()
    expect(sent).toEqual([['a', '~many']])
  })

  it('purges everything rather than forget: what waits is bounded', async () => {
    open({ again: '0s', maxWaiting: 5 })

    await cache.invalidateTags(['a', 'b', 'c', 'd', 'e', 'f'])
    await purges.settled()

    expect(sent).toEqual([['~all']])
  })

  it('bounds also what waits for its second time', async () => {
    open({ maxWaiting: 3 })
    for (const tag of ['a', 'b', 'c']) {
      await cache.invalidateTags([tag])
      await purges.settled()
    }

    clock.advance(5000)
    await turns()

    expect(sent.slice(3)).toEqual([['~all', 'c', '~many']])
  })

  it('survives an onError that throws', async () => {
    purges = cdnPurges(cache, () => Promise.reject(new Error('Down.')), {
      clock,
      onError: () => {
        throw new Error('Nobody listens.')
      },
    })

    await cache.invalidateTags(['a'])
    await turns()

    expect(purges.stats().failures).toBe(1)
  })

  it('purges by hand what the store could not confirm', async () => {
    open({ again: '0s' })

    purges.purge(['a'])
    await purges.settled()

    expect(sent).toEqual([['a', '~many']])
  })

  it('sends what waits when it is closed, and hears no more', async () => {
    open()
    await cache.invalidateTags(['a'])
    await purges.settled()
    await cache.invalidateTags(['b'])

    await purges.close()
    await cache.invalidateTags(['c'])
    await turns()

    expect(sent.flat().toSorted()).toEqual(['a', 'a', 'b', '~many', '~many'])
  })

  it.each<readonly [object]>([[{ again: 5 }], [{ maxWaiting: 0 }], [{ retry: true }]])(
    'refuses %j',
    (options) => {
      open()

      expect(() => cdnPurges(cache, async () => {}, options)).toThrow(
        expect.objectContaining({ code: 'E_OPTION' }),
      )
    },
  )
})
