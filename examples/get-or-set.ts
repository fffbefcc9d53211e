// examples/get-or-set.ts
import { createCaches } from 'breakwater'

const caches = createCaches()
const cache = caches.default
let loads = 0

const price = (id: number): Promise<number> =>
  cache.getOrSet(
    ['price', id],
    ({ tag }) => {
      loads++
      tag('prices')
      return 1990 + id
    },
    { ttl: '15m', stale: '1h' },
  )

// A hundred requests at once, and one load.
await Promise.all(Array.from({ length: 100 }, () => price(7)))
console.log(`${loads} load for 100 calls`)

await cache.invalidateTags(['prices'])
console.log(await price(7), `after ${loads} loads`)

// What a loader throws reaches its callers, and is not stored.
await cache.getOrSet('rates', () => Promise.reject(new Error('the bank is closed'))).catch(String)
console.log(await cache.getOrSet('rates', () => 1.08))

await caches.close()
