// examples/migrating/node-cache.ts
import { createCaches, memory } from 'breakwater'

// new NodeCache({ stdTTL: 100, maxKeys: 1000 })
const caches = createCaches({ default: { store: memory({ maxEntries: 1000 }), ttl: '100s' } })
const cache = caches.default

await cache.set('lamp', { price: 10 }, { ttl: '10s' }) // cache.set('lamp', obj, 10)
console.log(await cache.get('lamp'), await cache.get('chair')) // cache.get('lamp')
console.log(Math.ceil(((await cache.ttl('lamp')) ?? 0) / 1000), 'seconds left') // getTtl, which is a moment
await cache.touch('lamp', '1m') // cache.ttl('lamp', 60)
console.log(await cache.take('lamp'), await cache.has('lamp')) // cache.take('lamp')
cache.on('evict', ({ key }) => console.log('gone', key)) // cache.on('del', …)

await caches.close()
