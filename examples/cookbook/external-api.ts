// examples/cookbook/external-api.ts
import { createCaches } from 'breakwater'

const caches = createCaches()
let calls = 0
let isDown = false

/** Somebody else's API: slow, counted by the call, and sometimes away. */
async function fetchRates(_: string, signal: AbortSignal): Promise<{ EUR: number }> {
  calls++
  signal.throwIfAborted()
  if (isDown) throw new Error('503 from rates.example')
  return { EUR: 1.08 }
}

const rates = caches.default.define({
  key: (base: string) => ['rates', base],
  load: (base, { signal }) => fetchRates(base, signal),
  ttl: '10m',
  stale: '1d', // what stands in while the API is away
  loadTimeout: '5s',
})

console.log(await rates.get('USD'), `${calls} call`)
isDown = true
// Fresh for ten minutes. Forced to load all the same, it finds the API away; the value stays.
await rates.refresh('USD').catch((error: unknown) => console.log(String(error)))
console.log(await rates.get('USD'), `${calls} calls`)

await caches.close()
