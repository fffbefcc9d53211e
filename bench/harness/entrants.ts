import type { Entrant } from './question.ts'

export const RAW: Entrant = { label: 'raw socket', contender: 'raw-socket', tiers: 'redis' }
export const OURS: Entrant = { label: 'breakwater', contender: 'breakwater', tiers: 'both' }

/** Those that have memory in front of Redis. */
export const TWO_TIERS: readonly Entrant[] = [
  { label: 'bentocache', contender: 'bentocache', tiers: 'both' },
  { label: 'cacheable', contender: 'cacheable', tiers: 'both' },
  { label: 'cache-manager', contender: 'cache-manager', tiers: 'both' },
]

/** Those that have Redis alone. */
export const ONE_TIER: readonly Entrant[] = [
  { label: 'async-cache-dedupe, Redis only', contender: 'async-cache-dedupe', tiers: 'redis' },
  { label: 'cachified, Redis only', contender: 'cachified', tiers: 'redis' },
  { label: 'unstorage by hand, Redis only', contender: 'unstorage', tiers: 'redis' },
  { label: 'keyv by hand, Redis only', contender: 'keyv', tiers: 'redis' },
]
