// examples/stores/memory.ts
import { createCaches, memory } from 'breakwater'

const caches = createCaches({ default: { store: memory({ maxBytes: '128mb' }), ttl: '15m' } })
const cache = caches.default

await cache.set(['cart', 7], { lamps: 2 }, { ttl: '2h' })
const cart = (await cache.get(['cart', 7])) as object
console.log(cart)
try {
  Object.assign(cart, { lamps: 3 })
} catch (error) {
  console.log(`nobody changes what is cached: ${(error as Error).name}`)
}
console.log(await cache.get('nothing'), await cache.get('nothing', 'a fallback'))

await caches.close()
