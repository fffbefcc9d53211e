// examples/stores/redis.ts
import { createCaches } from 'breakwater'
import { redis } from 'breakwater/redis'

// Two processes of a fleet, here in one.
const open = () =>
  createCaches({ default: { store: redis(process.env['REDIS_URL']), prefix: 'shop', near: {} } })
const here = open()
const there = open()
let loads = 0
const price = async (caches: ReturnType<typeof open>): Promise<number> =>
  await caches.default.getOrSet(['price', 7], () => 10 * ++loads, { ttl: '1h', tags: ['prices'] })

console.log(await Promise.all([price(here), price(there)]), `${loads} load for both`)
await there.default.invalidateTags(['prices'])
console.log(await price(there), 'in the process that invalidated')
// A near copy may live for a moment longer elsewhere; who needs it exact says so.
console.log(await here.default.get(['price', 7], undefined, { strict: true }), 'in the other one')

await here.close()
await there.close()
