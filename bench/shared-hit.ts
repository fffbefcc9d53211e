// What a value costs that lies in Redis and not in this process: `npm run bench shared-hit`.
import { ONE_TIER, OURS, RAW, TWO_TIERS } from './harness/entrants.ts'
import { callAll, costOfCalls } from './harness/measuring.ts'
import { open, prefixOf } from './harness/opening.ts'
import type { Question, Readings } from './harness/question.ts'
import { keysOf } from './harness/values.ts'

const KEYS = keysOf(10_000)
/** So few that none is there any more when its turn comes again. */
const IN_MEMORY = 250
const CALLERS = 64

export const sharedHit: Question = {
  name: 'shared-hit',
  title: 'A hit in Redis',
  about: [
    'getOrSet of a value that another process could have stored: 64 callers, 10,000 keys of 1 KiB in turn. Where memory lies in front of Redis it holds 250 entries, so that nearly each call asks Redis, decodes, and puts a copy into memory.',
    'The limit is GET and JSON.parse on a bare socket that writes once per turn of the event loop: no memory, no deadline, no shared load.',
  ],
  needsRedis: true,
  rounds: 7,
  seconds: 40,
  measures: [
    { name: 'hit', unit: 'µs of CPU', better: 'less' },
    { name: 'hits', unit: 'a second', better: 'more' },
  ],
  limit: RAW.label,
  ours: OURS.label,
  entrants: [
    RAW,
    OURS,
    { label: 'breakwater, Redis only', contender: 'breakwater', tiers: 'redis' },
    ...TWO_TIERS,
    ...ONE_TIER,
  ],
  async start(entrant, place) {
    const prefix = prefixOf('shared-hit', entrant)
    const cache = await open(entrant, place, { prefix, maxEntries: IN_MEMORY })
    await callAll(CALLERS, KEYS.length, (n) => cache.getOrSet(KEYS[n] as string))
    const calls = place.isQuick ? 2000 : KEYS.length
    return {
      async round(): Promise<Readings> {
        const cost = await costOfCalls(CALLERS, calls, (n) => cache.getOrSet(KEYS[n] as string))
        return { hit: cost.cpuUs, hits: cost.perSecond }
      },
      stop: async () => await cache.close(),
    }
  },
}
