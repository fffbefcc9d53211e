import type { Cache } from '../cache/cache.ts'
import type { CacheCore } from '../cache/core.ts'
import { TARGET } from '../cache/transaction.ts'
import type { ResolvedAlias } from './alias.ts'

const settings = new WeakMap<CacheCore, ResolvedAlias>()

export function rememberSettings(core: CacheCore, resolved: ResolvedAlias): void {
  settings.set(core, resolved)
}

/** How the alias of a cache is configured, for tools that judge it. */
export function settingsOf(cache: Cache): ResolvedAlias | undefined {
  return settings.get(cache[TARGET].core)
}
