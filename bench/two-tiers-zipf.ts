// A day in the life of a cache: some keys are asked for often, most seldom. `npm run bench two-tiers-zipf`.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { OURS, RAW, TWO_TIERS } from './harness/entrants.ts'
import { callAll, costOfCallers } from './harness/measuring.ts'
import { open, prefixOf } from './harness/opening.ts'
import type { Question, Readings } from './harness/question.ts'
import { keysOf, zipf } from './harness/values.ts'

const CALLERS = 64
const THETA = 0.99

export const twoTiersZipf: Question = {
  name: 'two-tiers-zipf',
  title: 'Memory and Redis, as keys are asked for',
  about: [
    'getOrSet by 64 callers: 100,000 keys of 1 KiB in Redis, 10,000 of them have room in memory, and the n-th is asked for 1/n^0.99 as often as the first. How much memory keeps of what is asked for again is part of the result.',
    'The limit here is one GET and JSON.parse on a bare socket for each call, without any memory: a cache with two tiers has to be faster than that. The delay of the event loop is its 99th percentile in a round: how long a request may have to wait for others.',
  ],
  needsRedis: true,
  rounds: 7,
  seconds: 60,
  measures: [
    { name: 'call', unit: 'µs of CPU', better: 'less' },
    { name: 'calls', unit: 'a second', better: 'more' },
    { name: 'loop delay', unit: 'ms, p99', better: 'less' },
  ],
  limit: RAW.label,
  ours: OURS.label,
  entrants: [RAW, OURS, ...TWO_TIERS],
  async start(entrant, place) {
    const keys = keysOf(place.isQuick ? 10_000 : 100_000)
    const maxEntries = keys.length / 10
    const prefix = prefixOf('two-tiers-zipf', entrant)
    const cache = await open(entrant, place, { prefix, maxEntries })
    await callAll(256, keys.length, (n) => cache.getOrSet(keys[n] as string))
    const draws = zipf(keys.length, THETA, 2 ** 18)
    let drawn = 0
    const ask = (): unknown => {
      drawn = (drawn + 1) % draws.length
      return cache.getOrSet(keys[draws[drawn] as number] as string)
    }
    await callAll(CALLERS, place.isQuick ? 5000 : 100_000, ask)
    const delays = monitorEventLoopDelay({ resolution: 1 })
    return {
      async round(): Promise<Readings> {
        delays.reset()
        delays.enable()
        const cost = await costOfCallers(CALLERS, place.isQuick ? 100 : 500, ask)
        delays.disable()
        const delay = delays.percentile(99) / 1e6
        return { call: cost.cpuUs, calls: cost.perSecond, 'loop delay': delay }
      },
      stop: async () => await cache.close(),
    }
  },
}
