// examples/cookbook/settings.ts
import { createCaches } from 'breakwater'

const caches = createCaches()
const cache = caches.default
const table = new Map<string, boolean>([['new-checkout', false]])
let queries = 0

/** Read on every request, changed twice a year. */
const settings = cache.define({
  key: () => 'settings',
  load: async () => {
    queries++
    return Object.fromEntries(table)
  },
  ttl: 'forever',
})

async function change(name: string, value: boolean): Promise<void> {
  table.set(name, value)
  await settings.invalidate()
}

for (let request = 0; request < 1000; request++) await settings.get()
console.log(await settings.get(), `${queries} query for 1001 reads`)
await change('new-checkout', true)
console.log(await settings.get(), `${queries} queries`)

await caches.close()
