import { describe, expect, it } from 'vitest'
import { open, server } from './servers.ts'

/** The same numbers in every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe('generations that were evicted', () => {
  it('cost misses: what was stored before is not served, and tags work on', async () => {
    const one = await server()
    const [cache, twin] = [open(one.url), open(one.url)]
    await cache.set('a', 'old', { tags: ['t'] })
    await cache.invalidateTags(['t'])
    await cache.set('b', 'kept', { tags: ['u'] })
    expect(await one.talk('md shop:{gen}\r\n', /\r\n/)).toBe('HD\r\n')

    expect(await twin.get('a')).toBeUndefined()
    expect(await cache.get('b')).toBeUndefined()
    await cache.set('b', 'new', { tags: ['u'] })
    expect(await twin.get('b')).toBe('new')
    await twin.invalidateTags(['u'])
    expect(await cache.get('b')).toBeUndefined()
  })

  it('a load that began before the loss and ends after it is not served after an invalidation', async () => {
    const one = await server()
    const cache = open(one.url)
    const value = await cache.getOrSet(
      'a',
      async () => {
        await one.talk('md shop:{gen}\r\n', /\r\n/)
        await cache.invalidateTags(['t'])
        return 'of before'
      },
      { tags: ['t'] },
    )
    expect(value).toBeDefined()
    expect(await open(one.url).get('a')).toBeUndefined()
  })

  it('bytes of somebody else in their place count as none', async () => {
    const one = await server()
    const cache = open(one.url)
    await cache.set('a', 1)
    await one.talk('ms shop:{gen} 5\r\nhello\r\n', /HD\r\n/)
    expect(await cache.get('a')).toBeUndefined()
    await cache.set('a', 2)
    expect(await cache.get('a')).toBe(2)
  })

  it('more tags than may have a stamp: the oldest are forgotten, and nothing stale is served', async () => {
    const one = await server()
    const cache = open(one.url, {}, { maxGenerations: 10 })
    await cache.set('a', 'old', { tags: ['t0'] })
    for (let tag = 0; tag < 50; tag++) await cache.invalidateTags([`t${tag}`])
    expect(await cache.get('a')).toBeUndefined()
    await cache.set('a', 'new', { tags: ['t0'] })
    expect(await cache.get('a')).toBe('new')
    const text = await one.talk('mg shop:{gen} s\r\n', /\r\n/)
    expect(Number(/s(\d+)/.exec(text)?.[1])).toBeLessThan(1000)
  })
})

describe.each(['1', '2', '4'])('a server with -m %s', (megabytes) => {
  it('evicts under load, and nobody ever reads what was invalidated before he began', async () => {
    const one = await server({ args: ['-m', megabytes, '-I', '256k', '-o', 'slab_chunk_max=128'] })
    const caches = [open(one.url), open(one.url)]
    const next = random(Number(megabytes))
    // Newest first-committed version of each key, raised before it is invalidated.
    const versions = new Map<string, number>()
    const invalidated = new Map<string, number>()
    const filler = 'x'.repeat(20_000)
    let isStale = 0
    let hits = 0
    const work = async (): Promise<void> => {
      for (let turn = 0; turn < 250; turn++) {
        const cache = caches[next() < 0.5 ? 0 : 1] as (typeof caches)[0]
        const key = `k${Math.floor(next() * 400)}`
        const tag = `t${key}`
        if (next() < 0.3) {
          const version = (versions.get(key) ?? 0) + 1
          versions.set(key, version)
          await (next() < 0.5 ? cache.delete(key) : cache.invalidateTags([tag]))
          invalidated.set(key, Math.max(invalidated.get(key) ?? 0, version))
          continue
        }
        const least = invalidated.get(key) ?? 0
        let isLoaded = false
        const value = await cache.getOrSet(
          key,
          async () => {
            isLoaded = true
            const version = versions.get(key) ?? 0
            await new Promise(setImmediate)
            return { version, filler }
          },
          { tags: [tag] },
        )
        if (!isLoaded) hits++
        if (value.version < least) isStale++
      }
    }
    await Promise.all(Array.from({ length: 8 }, work))
    const { evictions = 0 } = await (caches[0] as (typeof caches)[0]).stats()
    expect({ isStale, evicted: evictions > 0, hits: hits > 0 }).toEqual({
      isStale: 0,
      evicted: true,
      hits: true,
    })
  })
})
