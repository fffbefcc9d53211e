// examples/metrics/panel.ts
import { createCaches } from 'breakwater'
import { requestPanel } from 'breakwater/metrics/panel'

const panel = requestPanel()
const caches = createCaches()

// A job; requests of node:http are recorded without a word.
await panel.run({ url: 'nightly report' }, async () => {
  for (const id of [1, 2, 3, 4])
    await caches.default.getOrSet(['product', id], () => ({ id, price: 1990 }))
})

for (const { url, hits, misses, loads, repeats } of panel.requests()) {
  console.log(`${url}: ${hits} hits, ${misses} misses, ${loads} loads`)
  for (const { kind, name, count } of repeats) console.log(`${name} ${kind}, ${count} times`)
}

panel.close()
await caches.close()
