// examples/stores/null.ts
import { createCaches, nullStore } from 'breakwater'

const caches = createCaches({ default: { store: nullStore() } })
let loads = 0

await caches.default.getOrSet('lamp', () => ++loads)
await caches.default.getOrSet('lamp', () => ++loads)
console.log(`${loads} loads for 2 calls`)

await caches.close()
