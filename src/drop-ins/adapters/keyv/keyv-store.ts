import { optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import type { Cache } from '../../../cache/cache.ts'
import { Keyv5Store } from './keyv-5-store.ts'
import { Keyv6Store } from './keyv-6-store.ts'

export interface KeyvStoreOptions {
  /** Which major version of Keyv it is given to: the two say differently when a value ends, and who tells namespaces apart. Default 5. */
  readonly keyv?: 5 | 6
}

/**
 * A storage adapter for Keyv: `new Keyv({ store: keyvStore(cache), namespace: 'users' })`. One for each Keyv: Keyv tells its
 * adapter which namespace `clear` and iterating mean.
 *
 * What Keyv gives no ttl stays until it is deleted or evicted, as Keyv has it. Everything lies in the namespace `keyv` of the
 * cache, so no `clear` reaches anything else of it. While the store is away it does as the alias's `onOutage` says.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function keyvStore(cache: Cache, options: KeyvStoreOptions & { keyv: 6 }): Keyv6Store
export function keyvStore(cache: Cache, options?: KeyvStoreOptions & { keyv?: 5 }): Keyv5Store
export function keyvStore(cache: Cache, options: KeyvStoreOptions = {}): Keyv5Store | Keyv6Store {
  refuseUnknown('keyvStore', options, ['keyv'])
  const { keyv = 5 } = options
  if (keyv === 5) return new Keyv5Store(cache)
  if (keyv === 6) return new Keyv6Store(cache)
  throw optionError('keyv', '5 or 6', keyv)
}
