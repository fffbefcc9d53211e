// examples/drop-ins/unstorage.ts
// unstorage, and so Nitro's and Nuxt's storage, over a cache of ours.
import { createStorage } from 'unstorage'
import { createCaches } from 'breakwater'
import { unstorageDriver } from 'breakwater/unstorage'

const caches = createCaches()
const storage = createStorage({
  driver: unstorageDriver(caches.default, { base: 'shop', ttl: '1h' }),
})

await storage.setItem('products:7', { price: 90 }, { ttl: 60 }) // seconds, as unstorage has it
console.log(
  'unstorage:',
  await storage.getItem('products:7'),
  (await storage.getMeta('products:7')).ttl,
)
console.log('keys:', await storage.getKeys('products'))

const products = caches.default.namespace('products')
await products.set([7], { price: 90 }, { ttl: '1m', tags: ['product:7'] })
console.log('natively:', await products.get([7]))

await caches.close()
