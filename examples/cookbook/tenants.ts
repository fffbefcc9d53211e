// examples/cookbook/tenants.ts
import { createCaches } from 'breakwater'

const caches = createCaches()

/** All that one tenant has: cheap to make, so make it for each request. */
const cacheOf = (tenant: string) => caches.default.namespace(`tenant-${tenant}`)

await cacheOf('acme').set(['product', 7], 'an anvil')
await cacheOf('zenith').set(['product', 7], 'a telescope')
console.log(
  await cacheOf('acme').get(['product', 7]),
  'and',
  await cacheOf('zenith').get(['product', 7]),
)

// One tenant imports a new catalogue: all of theirs goes in one step, and nobody else's.
await cacheOf('acme').clear()
console.log(
  await cacheOf('acme').get(['product', 7]),
  'and',
  await cacheOf('zenith').get(['product', 7]),
)

await caches.close()
