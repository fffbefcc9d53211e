// examples/migrating/cache-manager.ts
import { createCaches, memory } from 'breakwater'
import { createCache } from 'cache-manager'

let loads = 0
const load = async (): Promise<string> => `lamp ${++loads}`

const before = createCache({ ttl: 60_000, refreshThreshold: 10_000 })
console.log(await before.wrap('lamp', load), await before.wrap('lamp', load))
await before.mset([
  { key: 'a', value: 1 },
  { key: 'b', value: 2 },
])
console.log(await before.mget(['a', 'b', 'c']))
await before.del('lamp')

loads = 0
const caches = createCaches({ default: { store: memory(), ttl: '60s' } })
const after = caches.default
console.log(await after.getOrSet('lamp', load), await after.getOrSet('lamp', load))
await after.setMany([
  ['a', 1],
  ['b', 2],
])
console.log(await after.getMany(['a', 'b', 'c']))
await after.delete('lamp')

await before.disconnect()
await caches.close()
