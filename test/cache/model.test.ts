// Random sequences of acts, in random places, by two processes, compared act by act with a model of one Map.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCaches } from '../../src/config/create-caches.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { type Act, Model, perform, type Place } from './model.ts'

const place = fc.constantFrom<Place>('', 'n', 'n>m', 'o')
const key = fc.constantFrom('a', 'b', 'c:d', 'key with blanks')
const tags = fc.uniqueArray(fc.constantFrom('red', 'blue', 'ü:☃'), { maxLength: 2 })
const value = fc.oneof(
  fc.integer(),
  fc.constantFrom<unknown>('text', '12', true, false, 0.5, [1, { a: 2 }]),
)

function acts(timed: boolean): fc.Arbitrary<Act[]> {
  const ttlMs = timed ? fc.constantFrom(0, 100, 5000, Infinity) : fc.constantFrom(0, Infinity)
  const where = { place, key }
  const each: fc.Arbitrary<Act>[] = [
    fc.record({ act: fc.constantFrom('set', 'add'), ...where, value, ttlMs, tags }),
    fc.record({ act: fc.constantFrom('get', 'has', 'delete', 'take', 'invalidate'), ...where }),
    fc.record({ act: fc.constant('touch'), ...where, ttlMs }),
    fc.record({
      act: fc.constant('incr'),
      ...where,
      delta: fc.integer({ min: -50, max: 50 }),
      initial: fc.constantFrom(undefined, 0, 10),
    }),
    fc.record({ act: fc.constant('getOrSet'), ...where, value, tags }),
    fc.record({ act: fc.constantFrom('getMany', 'deleteMany'), place, keys: fc.uniqueArray(key) }),
    fc.record({ act: fc.constant('invalidateTags'), tags }),
    fc.record({ act: fc.constant('clear'), place }),
  ]
  if (timed)
    each.push(fc.record({ act: fc.constant('pass'), ms: fc.constantFrom(1, 99, 100, 4999) }))
  return fc.array(fc.oneof(...each), { minLength: 5, maxLength: 60 })
}

describe('the cache answers as its model does', () => {
  it.each(['frozen', 'copied'] as const)(
    'on memory with %s values, as time passes',
    async (values) => {
      await fc.assert(
        fc.asyncProperty(acts(true), async (sequence) => {
          const clock = fakeClock()
          const store = memory({ values })
          const open = () => createCaches({ default: { store, clock } }).default
          const processes = [open(), open()]
          const model = new Model()
          for (const [index, act] of sequence.entries()) {
            const cache = processes[index % 2] as (typeof processes)[0]
            expect(await perform(cache, act, (ms) => clock.advance(ms))).toEqual(model.apply(act))
          }
          await Promise.all(processes.map((cache) => cache.close()))
        }),
        { numRuns: 150 },
      )
    },
    60_000,
  )

  describe('on Redis', () => {
    let server: RedisServer
    beforeAll(async () => {
      server = await startRedis()
    })
    afterAll(async () => {
      await server.stop()
    })

    it('by two processes in turn', async () => {
      let run = 0
      await fc.assert(
        fc.asyncProperty(acts(false), async (sequence) => {
          const prefix = `model${run++}`
          const open = () => createCaches({ default: { store: redis(server.url), prefix } }).default
          const processes = [open(), open()]
          const model = new Model()
          for (const [index, act] of sequence.entries()) {
            const cache = processes[index % 2] as (typeof processes)[0]
            expect(await perform(cache, act, async () => {})).toEqual(model.apply(act))
          }
          await Promise.all(processes.map((cache) => cache.close()))
        }),
        { numRuns: 100 },
      )
    }, 60_000)
  })
})
