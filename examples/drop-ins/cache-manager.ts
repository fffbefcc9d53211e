// examples/drop-ins/cache-manager.ts
// cache-manager over a cache of ours, and the same without it.
import { createCache } from 'cache-manager'
import Keyv from 'keyv'
import { createCaches } from 'breakwater'
import { keyvStore } from 'breakwater/keyv'

const caches = createCaches()
const manager = createCache({
  stores: [new Keyv({ store: keyvStore(caches.default) })],
  ttl: 60_000,
})

const product = await manager.wrap('product:7', async () => await Promise.resolve({ price: 90 }))
console.log('cache-manager:', product)
await manager.clear() // one step, and nothing else of the cache
console.log('after clear:', await manager.get('product:7'))

const again = await caches.default.getOrSet('product:7', () => ({ price: 90 }), {
  ttl: '1m',
  stale: '1h',
})
console.log('natively:', again)

await caches.close()
