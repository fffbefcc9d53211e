// examples/migrating/bentocache.ts
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCaches } from 'breakwater'

let loads = 0
const factory = async (): Promise<string> => `lamp ${++loads}`

const before = new BentoCache({
  default: 'shop',
  stores: { shop: bentostore().useL1Layer(memoryDriver({ maxSize: '64mb' })) },
})
console.log(
  await before.getOrSet({ key: 'lamp', factory, ttl: '5m', grace: '1h', tags: ['lamps'] }),
)
await before.deleteByTag({ tags: ['lamps'] })

loads = 0
const caches = createCaches()
const after = caches.default
const options = { ttl: '5m', stale: '1h', tags: ['lamps'] } as const
console.log(await after.getOrSet('lamp', factory, options))
await after.invalidateTags(['lamps'])
console.log(await after.getOrSet('lamp', factory, options))

await before.disconnectAll()
await caches.close()
