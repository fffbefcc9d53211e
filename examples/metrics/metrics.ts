// examples/metrics/metrics.ts
import { createCaches } from 'breakwater'
import { between, hitRateOf } from 'breakwater/metrics'

const caches = createCaches()
const cache = caches.default

const before = cache.measures()
for (const id of [7, 7, 8, 7]) await cache.getOrSet(['product', id], () => ({ id, price: 1990 }))

const { counts, families } = between(before, cache.measures())
console.log(`${counts.hits} hits, ${counts.misses} misses, hit rate ${hitRateOf(counts)}`)
for (const { family, loads } of families) console.log(`${family}: ${loads} loads`)

await caches.close()
