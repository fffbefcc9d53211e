// examples/stores/memcached.ts
import { createCaches } from 'breakwater'
import { memcached } from 'breakwater/memcached'

const store = memcached(process.env['MEMCACHED_URL'] ?? 'memcached://localhost:11211')
const caches = createCaches({ default: { store, prefix: 'shop', ttl: '1h' } })
const cache = caches.default

await cache.setMany([
  [['stock', 'lamp'], 3],
  [['stock', 'chair'], 5],
])
console.log(await cache.decr(['stock', 'lamp']), 'lamps left')
console.log(
  await cache.getMany([
    ['stock', 'lamp'],
    ['stock', 'chair'],
    ['stock', 'desk'],
  ]),
)

await caches.close()
