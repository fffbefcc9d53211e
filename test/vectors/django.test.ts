// The recorded answers of real Django, replayed on every store. What is compared are the answers of the cache's methods, which
// are the same code on every store, and the store contract has each act on each store: the ordinary run replays all sequences
// in memory, and every fifth on each of the other stores, beginning with another one on each. `npm run test:long` replays all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TESTED_AND_PGLITE, type TestedStore } from '../cache/stores.ts'
import { some } from '../setup/long.ts'
import { type Answer, readVectors, replay, type Vector } from './replay.ts'

const vectors = readVectors()

/** What all of Django's backends agree on; where they do not, what Breakwater answers (docs/django.md says why). */
function expected({ ops, answers, disagree }: Vector, index: number): Answer {
  if (!disagree.includes(index)) return answers.redis[index] as Answer
  const op = ops[index]?.op
  // Redis is the one that never shows dead values; where it has slips of its own, local memory is right.
  const backend =
    op === 'incr_version' || op === 'decr_version' || op === 'touch' ? 'locmem' : 'redis'
  return answers[backend][index] as Answer
}

describe('the recorded operations', () => {
  it('are 150 sequences of 40, of which Django disagrees with itself on 54', () => {
    expect(vectors).toHaveLength(150)
    expect(vectors.every(({ ops }) => ops.length === 40)).toBe(true)
    expect(vectors.flatMap(({ disagree }) => disagree)).toHaveLength(54)
  })
})

describe.each(TESTED_AND_PGLITE)('Django on %s', (name, start) => {
  const from = TESTED_AND_PGLITE.findIndex(([other]) => other === name)
  const replayed = name === 'memory' ? vectors : some(vectors, 5, from)
  let store: TestedStore

  beforeAll(async () => {
    store = await start()
  })
  afterAll(async () => {
    await store.stop()
  })

  it.each(replayed.map((vector) => [vector.seed, vector] as const))(
    "sequence %d: every answer is Django's",
    async (_, vector) => {
      const cache = store.open()
      const answers: Answer[] = []
      for (const operation of vector.ops) answers.push(await replay(cache, operation))
      await store.renew()

      expect(answers).toEqual(vector.ops.map((__, index) => expected(vector, index)))
    },
  )
})
