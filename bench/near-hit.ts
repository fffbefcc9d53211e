// What a value costs that this process has in its memory: `npm run bench near-hit`.
import type { Opened } from './harness/contender.ts'
import { costInTurn } from './harness/measuring.ts'
import { contenderOf, open, prefixOf } from './harness/opening.ts'
import type { Entrant, Place, Question, Readings } from './harness/question.ts'
import { keysOf } from './harness/values.ts'

const KEYS = keysOf(1000)
const TAGS = ['products', 'catalogue']

const memory = (contender: Entrant['contender'], label: string = contender): Entrant => ({
  label,
  contender,
  tiers: 'memory',
})

export const nearHit: Question = {
  name: 'near-hit',
  title: 'A hit in memory',
  about: [
    'getOrSet of a value that is there, in a cache that keeps it in this process: 1,000 keys in turn, values of 1 KiB, one call after the other. Tagged: the same with two tags on each value, where the library must look whether they were invalidated.',
    'The limit is `Map.get` behind an `await`. Where a library can hand out references it does so; the others are given no choice of ours.',
  ],
  needsRedis: false,
  rounds: 7,
  seconds: 45,
  measures: [
    { name: 'hit', unit: 'µs of CPU', better: 'less' },
    { name: 'hits', unit: 'a second', better: 'more' },
    { name: 'tagged hit', unit: 'µs of CPU', better: 'less' },
  ],
  limit: 'Map + await',
  ours: 'breakwater',
  entrants: [
    memory('map', 'Map + await'),
    memory('breakwater'),
    memory('lru-cache', 'lru-cache fetch'),
    memory('async-cache-dedupe'),
    memory('cachified', 'cachified over lru-cache'),
    memory('bentocache-by-reference', 'bentocache, by reference'),
    memory('bentocache'),
    memory('unstorage', 'unstorage by hand'),
    memory('keyv', 'keyv by hand'),
    memory('cacheable'),
    memory('cache-manager'),
  ],
  async start(entrant, place) {
    const plain = await open(entrant, place, { prefix: prefixOf('near-hit', entrant) })
    const tagged = await openTagged(entrant, place)
    for (const key of KEYS) {
      await plain.getOrSet(key)
      await tagged?.tagged?.(key, TAGS)
    }
    const forMs = place.isQuick ? 60 : 200
    const { cannot } = await contenderOf(entrant)
    return {
      async round(): Promise<Readings> {
        const hit = await costInTurn(forMs, (n) => plain.getOrSet(KEYS[n % 1000] as string))
        const tag =
          tagged === undefined
            ? (cannot.tagged as string)
            : (await costInTurn(forMs, (n) => tagged.tagged?.(KEYS[n % 1000] as string, TAGS)))
                .cpuUs
        return { hit: hit.cpuUs, hits: hit.perSecond, 'tagged hit': tag }
      },
      async stop() {
        await plain.close()
        await tagged?.close()
      },
    }
  },
}

async function openTagged(entrant: Entrant, place: Place): Promise<Opened | undefined> {
  const { cannot } = await contenderOf(entrant)
  if (cannot.tagged !== undefined) return undefined
  return await open(entrant, place, { prefix: prefixOf('near-hit-tagged', entrant), tags: true })
}
