// A tag with many entries is invalidated: `npm run bench tags`.
import { commandsOf } from './harness/commands.ts'
import { OURS } from './harness/entrants.ts'
import { callAll } from './harness/measuring.ts'
import { contenderOf, open, prefixOf } from './harness/opening.ts'
import type { Opened } from './harness/contender.ts'
import type { Entrant, Place, Question, Readings } from './harness/question.ts'
import { keysOf } from './harness/values.ts'

const ENTRIES = 10_000
const MILLION = 1_000_000
const TAG = 'catalogue'

export const tags: Question = {
  name: 'tags',
  title: 'Invalidating a tag',
  about: [
    'A tag with 10,000 entries, filled anew for each round, is invalidated, and one of them is then asked for: it must be loaded again, or the round fails. With memory in front of Redis it must be gone from both.',
    'For us the same is done once with 1,000,000 entries in Redis: what an invalidation costs must not depend on their number. For others it is not, since filling takes minutes.',
  ],
  needsRedis: true,
  isOnOneNode: true,
  rounds: 5,
  seconds: 75,
  measures: [
    { name: '10k entries', unit: 'ms', better: 'less' },
    { name: 'commands', unit: 'to Redis', better: 'less' },
    { name: '1M entries', unit: 'ms', better: 'less' },
  ],
  limit: undefined,
  ours: OURS.label,
  entrants: [
    OURS,
    { label: 'bentocache', contender: 'bentocache', tiers: 'both' },
    { label: 'cacheable', contender: 'cacheable', tiers: 'both' },
    {
      label: 'async-cache-dedupe, Redis only',
      contender: 'async-cache-dedupe',
      tiers: 'redis',
    },
    { label: 'breakwater, memory only', contender: 'breakwater', tiers: 'memory' },
    {
      label: 'async-cache-dedupe, memory only',
      contender: 'async-cache-dedupe',
      tiers: 'memory',
    },
  ],
  async start(entrant, place) {
    const { cannot } = await contenderOf(entrant)
    const state = { loads: 0 }
    const cache = await open(entrant, place, {
      prefix: prefixOf('tags', entrant),
      maxEntries: 2 * ENTRIES,
      tags: true,
      async load(key) {
        state.loads++
        return { key }
      },
    })
    const keys = keysOf(place.isQuick ? 1000 : ENTRIES)
    const million = entrant.label === OURS.label ? await fillMany(entrant, place) : undefined
    let isFirst = true
    return {
      async round(): Promise<Readings> {
        if (cannot.tagged !== undefined) return { '10k entries': cannot.tagged }
        await callAll(64, keys.length, (n) => cache.tagged?.(keys[n] as string, [TAG]))
        const spent = await invalidate(cache)
        const before = state.loads
        await cache.tagged?.(keys[0] as string, [TAG])
        if (state.loads === before) throw new Error(`${entrant.label} served what was invalidated.`)
        const commands =
          entrant.tiers === 'memory'
            ? undefined
            : await commandsOf(place.redisUrl, async () => await cache.invalidateTag?.(TAG))
        // The round that is not counted comes first, and the million can be invalidated only once.
        const once = isFirst ? undefined : await million?.()
        isFirst = false
        return { '10k entries': spent, commands, '1M entries': once ?? whyNot(entrant) }
      },
      stop: async () => await cache.close(),
    }
  },
}

async function invalidate(cache: Opened): Promise<number> {
  const began = performance.now()
  await cache.invalidateTag?.(TAG)
  return performance.now() - began
}

function whyNot({ label }: Entrant): string | undefined {
  return label === OURS.label ? undefined : 'not tried'
}

/** Fills, and gives what invalidates it all: milliseconds the first time, nothing from then on. */
async function fillMany(
  entrant: Entrant,
  place: Place,
): Promise<() => Promise<number | undefined>> {
  const { createCaches } = await import('breakwater')
  const { redis } = await import('breakwater/redis')
  const prefix = prefixOf('tags-many', entrant)
  const { default: cache } = createCaches({ default: { store: redis(place.redisUrl), prefix } })
  const entries = place.isQuick ? 20_000 : MILLION
  for (let from = 0; from < entries; from += 2000) {
    const slice = Array.from({ length: 2000 }, (_, n) => [`product:${from + n}`, 1] as const)
    const failed = await cache.setMany(slice, { tags: [TAG], ttl: '1h' })
    if (failed.length > 0) throw new Error(`${failed.length} entries were not stored.`)
  }
  let isDone = false
  return async () => {
    if (isDone) return undefined
    isDone = true
    const began = performance.now()
    await cache.invalidateTags([TAG])
    const spent = performance.now() - began
    if ((await cache.get(`product:${entries - 1}`)) !== undefined)
      throw new Error('An invalidated entry was served.')
    await cache.close()
    return spent
  }
}
