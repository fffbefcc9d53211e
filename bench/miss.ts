// What the cache costs when there is no value: `npm run bench miss`.
import { commandsOf } from './harness/commands.ts'
import { ONE_TIER, OURS, RAW, TWO_TIERS } from './harness/entrants.ts'
import { costOfCalls } from './harness/measuring.ts'
import { open, prefixOf } from './harness/opening.ts'
import type { Question, Readings } from './harness/question.ts'

const CALLERS = 64
const COUNTED = 50

export const miss: Question = {
  name: 'miss',
  title: 'A miss',
  about: [
    'getOrSet of a key that nobody has asked for: look, load (at once), store. 64 callers, values of 1 KiB, memory in front of Redis where the library has both. What is measured is what the cache adds to a load.',
    'Commands are counted at Redis, at 50 misses in turn. The limit sends GET and SET on a bare socket; it neither takes a lease for the fleet nor shares loads in the process.',
  ],
  needsRedis: true,
  rounds: 7,
  seconds: 40,
  measures: [
    { name: 'miss', unit: 'µs of CPU', better: 'less' },
    { name: 'misses', unit: 'a second', better: 'more' },
    { name: 'commands', unit: 'each', better: 'less' },
  ],
  limit: RAW.label,
  ours: OURS.label,
  entrants: [RAW, OURS, ...TWO_TIERS, ...ONE_TIER],
  async start(entrant, place) {
    const cache = await open(entrant, place, { prefix: prefixOf('miss', entrant) })
    const calls = place.isQuick ? 500 : 4000
    let asked = 0
    const ask = (): unknown => cache.getOrSet(`product:${asked++}`)
    return {
      async round(): Promise<Readings> {
        const cost = await costOfCalls(CALLERS, calls, ask)
        const commands = await commandsOf(place.redisUrl, async () => {
          for (let n = 0; n < COUNTED; n++) await ask()
        })
        return { miss: cost.cpuUs, misses: cost.perSecond, commands: commands / COUNTED }
      },
      stop: async () => await cache.close(),
    }
  },
}
