import { createCaches } from '../../src/config/create-caches.ts'
import type { Cache } from '../../src/cache/cache.ts'
import { redis } from '../../src/stores/redis/redis.ts'
import { freePort } from '../servers/port.ts'

/** A cache whose server is not there. */
export async function away(onOutage: 'bypass' | 'throw'): Promise<Cache> {
  const store = redis(`redis://127.0.0.1:${await freePort()}`)
  return createCaches({ default: { store, onOutage } }).default
}
