// examples/drop-ins/bentocache.ts
// BentoCache with a cache of ours as its second layer, and the same without BentoCache.
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCaches } from 'breakwater'
import { bentoDriver } from 'breakwater/bentocache'

const caches = createCaches()
const bento = new BentoCache({
  default: 'tiered',
  stores: {
    tiered: bentostore().useL1Layer(memoryDriver()).useL2Layer(bentoDriver(caches.default)),
  },
})

const options = { key: 'users:7', ttl: '1m', grace: '1h' }
console.log('BentoCache:', await bento.getOrSet({ ...options, factory: () => ({ name: 'Ada' }) }))
await bento.namespace('users').clear() // one step, in the second layer

const user = await caches.default.getOrSet(['users', 7], () => ({ name: 'Ada' }), {
  ttl: '1m',
  stale: '1h',
})
console.log('natively:', user)

await bento.disconnectAll()
await caches.close()
