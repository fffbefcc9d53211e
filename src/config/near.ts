import { toBytes, type Bytes } from '../base/bytes.ts'
import type { Codec } from '../base/codec.ts'
import type { Clock } from '../base/clock.ts'
import { toMs, type Duration } from '../base/duration.ts'
import { CacheError, optionError } from '../base/errors.ts'
import type { Store } from '../base/store.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { TokenSource } from '../base/token.ts'
import { memory } from '../stores/memory/memory.ts'
import { NearTier } from '../tiers/near/near-tier.ts'

/** Memory in front of a shared store. */
export interface NearOptions {
  /** Bound on the copies. Default `'64mb'`. */
  readonly maxBytes?: Bytes
  /**
   * How long after an invalidation by another process a copy may still be served here, at the very most: usually it is gone
   * within milliseconds. Reads that say `strict` are exact. Default `'1s'`, at least `'30ms'`.
   */
  readonly maxStaleness?: Duration
  /** No copy is kept longer than this, however long the value is fresh. Default `'1m'`. */
  readonly ttl?: Duration
  /** As for `memory()`: `'frozen'` (default) hands out one decoded, read-only value; `'copied'` gives each reader its own. */
  readonly values?: 'frozen' | 'copied'
}

const NEAR_DEFAULTS = {
  maxBytes: '64mb',
  maxStaleness: '1s',
  ttl: '1m',
  values: 'frozen',
} as const satisfies Required<NearOptions>

export interface NearSettings {
  readonly maxBytes: number
  readonly maxStalenessMs: number
  readonly ttlMs: number
  readonly values: 'frozen' | 'copied'
}

/** @throws {CacheError} `E_OPTION` */
export function resolveNear(given: boolean | NearOptions): NearSettings | undefined {
  if (given === false) return undefined
  const options = given === true ? {} : given
  refuseUnknown("Option 'near'", options, Object.keys(NEAR_DEFAULTS))
  const { maxBytes, maxStaleness, ttl, values } = { ...NEAR_DEFAULTS, ...options }
  const maxStalenessMs = toMs(maxStaleness, 'near.maxStaleness')
  if (!(maxStalenessMs >= 30 && maxStalenessMs < Infinity))
    throw optionError('near.maxStaleness', "30ms or more, such as '1s'", maxStaleness)
  if (values !== 'frozen' && values !== 'copied')
    throw optionError('near.values', "'frozen' or 'copied'", values)
  return Object.freeze({
    maxBytes: toBytes(maxBytes, 'near.maxBytes'),
    maxStalenessMs,
    ttlMs: toMs(ttl, 'near.ttl'),
    values,
  })
}

interface NearSurroundings {
  readonly alias: string
  readonly prefix: string
  readonly clock: Clock
  readonly codec: Codec
  readonly tokens: TokenSource
  readonly failed: (message: string, error: unknown) => void
  /** A copy had to make room for others. */
  readonly evicted: () => void
}

/** How long an act of another process may be on its way: the longest command deadline that anybody should use. */
const SETTLE_MS = 1_000

/** @throws {CacheError} `E_OPTION` for a store that keeps no log of invalidations */
export function openNear(store: Store, settings: NearSettings, around: NearSurroundings): NearTier {
  const { alias, prefix, clock, codec, evicted, failed, tokens } = around
  if (store.feed === undefined) {
    throw new CacheError(
      'E_OPTION',
      `Alias '${alias}': option 'near' needs a store with a log of invalidations, such as redis(); '${store.name}' has none${store.can.shared ? '' : ' and is in this process already'}. Leave 'near' out.`,
    )
  }
  const { maxBytes, maxStalenessMs, ttlMs, values } = settings
  const copies = memory({ maxBytes, values }).open({
    alias,
    prefix,
    processId: tokens.processId,
    clock,
    codec,
    // A copy that makes room is no loss, and no event.
    report: ({ kind }) => {
      if (kind === 'evicted') evicted()
    },
  })
  const parts = { copies, maxStalenessMs, ttlMs, settleMs: SETTLE_MS, failed }
  return new NearTier(store, clock, tokens, parts)
}
