// Stampede prevention: a hundred readers miss at once, and one query is made; before a value ends, one reader refreshes it.
import { createCaches } from 'breakwater'
import { fakeClock } from 'breakwater/testing'
import { say } from './shop.ts'

const clock = fakeClock()
const caches = createCaches({ default: { clock, jitter: 0 } })
const cache = caches.default
let queries = 0

/** Takes two seconds of the clock. */
async function bestSellers(): Promise<string> {
  queries++
  await new Promise<void>((resolve) => void clock.after(2000, resolve))
  return `list ${queries}`
}

/** A hundred readers at once; the clock goes on by three seconds. */
async function crowd(read: () => Promise<unknown>): Promise<string> {
  const before = queries
  const began = clock.now()
  let waited = 0
  const readers = Array.from({ length: 100 }, async () => {
    await read()
    if (clock.now() > began) waited++
  })
  for (let second = 0; second < 3; second++) await clock.advance(1000)
  await Promise.all(readers)
  return `queries: ${queries - before}, readers that waited: ${waited}`
}

const byHand = async (): Promise<unknown> => {
  const there = await cache.get('by hand')
  if (there !== undefined) return there
  const loaded = await bestSellers()
  await cache.set('by hand', loaded)
  return loaded
}
const plain = cache.define({ key: () => 'plain', load: bestSellers, ttl: '1m', early: 0 })
const stale = cache.define({ key: () => 'stale', load: bestSellers, ttl: '1m', stale: '1h' })

say('get, load, set by hand', await crowd(byHand))
say('getOrSet: one load for all', await crowd(() => plain.get()))
await crowd(() => stale.get())
await clock.advance(60_000)
say('ended: they wait for one load', await crowd(() => plain.get()))
say('ended, with stale: nobody waits', await crowd(() => stale.get()))

await caches.close()
