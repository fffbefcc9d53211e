// examples/locks.ts
import { createCaches, isCacheError } from 'breakwater'

const caches = createCaches()
const cache = caches.default

const first = await cache.lock(['report', 'monday'], { ttl: '10s' })
try {
  await cache.lock(['report', 'monday'])
} catch (error) {
  console.log(isCacheError(error) && error.code)
}

// Who waits is woken when it is released.
const waiting = cache.lock(['report', 'monday'], { wait: '1m' })
await first.release()
const second = await waiting
console.log(`the fence has grown: ${second.fence > first.fence}`)
await second.release()

await caches.close()
