import type { Cache } from '../../src/cache/cache.ts'
import { createCaches } from '../../src/config/create-caches.ts'
import { redis } from '../../src/stores/redis/redis.ts'

/** A cache in Redis that waits for it however busy the machine is: what is judged is what it says, not how soon. */
export function patientCache(url: string, prefix: string, near?: object): Cache {
  const store = redis(url, { commandTimeout: '20s', connectTimeout: '20s' })
  return createCaches({ default: { store, prefix, near: near ?? false, onOutage: 'throw' } })
    .default
}
