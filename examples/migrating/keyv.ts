// examples/migrating/keyv.ts
import { createCaches, memory } from 'breakwater'
import Keyv from 'keyv'

const before = new Keyv({ namespace: 'shop', ttl: 60_000 })
await before.set('lamp', { price: 10 })
console.log(await before.get('lamp'), await before.has('chair'))
await before.clear()

const caches = createCaches({ default: { store: memory(), prefix: 'shop', ttl: '60s' } })
const after = caches.default
await after.set('lamp', { price: 10 })
console.log(await after.get('lamp'), await after.has('chair'))
await after.clear()

// What Keyv leaves to you: load what is missing, once, and not over a later change.
console.log(await after.getOrSet('chair', async () => ({ price: 40 })))

await caches.close()
