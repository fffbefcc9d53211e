// examples/fleet.ts
import { createCaches } from 'breakwater'
import { joinFleet } from 'breakwater/fleet'
import { redis } from 'breakwater/redis'

const caches = createCaches({
  default: { store: redis(process.env['REDIS_URL']), prefix: 'fleet-example' },
})
const member = joinFleet(caches, { label: 'web' })

await caches.default.getOrSet('rates', () => 1.08)
await caches.default.getOrSet('rates', () => 1.08)

// The first look shows this process alone; others are there after two intervals.
for (const { label, measures } of await member.look())
  for (const { alias, counts } of measures)
    console.log(`${label}: ${counts.hits} hit of ${alias}, ${counts.loads} load`)

await member.leave()
await caches.close()
