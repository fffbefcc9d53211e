// examples/metrics/advice.ts
import { createCaches } from 'breakwater'
import { adviser } from 'breakwater/metrics/advice'

const caches = createCaches()
const advice = adviser([caches.default])

// A cart is written at every click and hardly ever read.
for (let click = 0; click < 300; click++) await caches.default.set(['cart', click % 20], { click })
for (let id = 0; id < 20; id++) await caches.default.get(['cart', id])

for (const { severity, code, family } of await advice.findings())
  console.log(`${severity}: ${code} ${family ?? ''}`)

advice.close()
await caches.close()
