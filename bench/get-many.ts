// A hundred values at once: `npm run bench get-many`.
import type { Opened } from './harness/contender.ts'
import type { ContenderName } from './harness/contenders.ts'
import { OURS, RAW, TWO_TIERS } from './harness/entrants.ts'
import { callAll, costInTurn, costOfCalls } from './harness/measuring.ts'
import { contenderOf, open, prefixOf } from './harness/opening.ts'
import type { Entrant, Place, Question, Readings } from './harness/question.ts'
import { keysOf } from './harness/values.ts'

const KEYS = keysOf(10_000)
const AT_ONCE = 100
/** So few that none is there any more when its turn comes again. */
const IN_MEMORY = 250
const SLICES = Array.from({ length: KEYS.length / AT_ONCE }, (_, n) =>
  KEYS.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
)
const LIMIT = 'raw MGET, Map'

export const getMany: Question = {
  name: 'get-many',
  title: 'A hundred values at once',
  about: [
    'getMany of 100 keys, values of 1 KiB, one call after the other. Cold: they lie in Redis, and memory in front of it holds 250 of the 10,000. Warm: they lie in this process.',
    'The limits are MGET and JSON.parse on a bare socket, and 100 times `Map.get`.',
  ],
  needsRedis: true,
  rounds: 7,
  seconds: 35,
  measures: [
    { name: 'cold', unit: 'µs of CPU for 100', better: 'less' },
    { name: 'cold by the clock', unit: 'ms', better: 'less' },
    { name: 'warm', unit: 'µs of CPU for 100', better: 'less' },
  ],
  limit: LIMIT,
  ours: OURS.label,
  entrants: [
    { ...RAW, label: LIMIT },
    OURS,
    ...TWO_TIERS,
    { label: 'unstorage', contender: 'unstorage', tiers: 'redis' },
    { label: 'keyv', contender: 'keyv', tiers: 'redis' },
  ],
  async start(entrant, place) {
    const { cannot } = await contenderOf(entrant)
    if (cannot.getMany !== undefined) {
      const all = {
        cold: cannot.getMany,
        'cold by the clock': cannot.getMany,
        warm: cannot.getMany,
      }
      return { round: async () => all, stop: async () => {} }
    }
    const prefix = prefixOf('get-many', entrant)
    const cold = await open(entrant, place, { prefix, maxEntries: IN_MEMORY })
    await callAll(64, KEYS.length, (n) => cold.getOrSet(KEYS[n] as string))
    const warm = await openWarm(entrant, place)
    return {
      async round(): Promise<Readings> {
        const read = await costOfCalls(1, SLICES.length, (n) => cold.getMany?.(SLICES[n] ?? []))
        const hit = await costInTurn(place.isQuick ? 50 : 150, () =>
          warm.getMany?.(SLICES[0] ?? []),
        )
        return {
          cold: read.cpuUs,
          'cold by the clock': 1000 / read.perSecond,
          warm: hit.cpuUs,
        }
      },
      async stop() {
        await cold.close()
        await warm.close()
      },
    }
  },
}

async function openWarm(entrant: Entrant, place: Place): Promise<Opened> {
  const contender: ContenderName | (string & {}) =
    entrant.contender === 'raw-socket' ? 'map' : entrant.contender
  const inMemory: Entrant = { ...entrant, contender, tiers: 'memory' }
  const warm = await open(inMemory, place, { prefix: prefixOf('get-many-warm', entrant) })
  for (const key of SLICES[0] ?? []) await warm.getOrSet(key)
  return warm
}
