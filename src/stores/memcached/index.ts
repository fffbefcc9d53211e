export { memcached } from './memcached.ts'
export type { MemcachedOptions } from './options.ts'
