import type { StoreDefinition } from '../../base/store.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import { CasStore } from '../../records/cas-store.ts'
import { MemcachedBackend } from './backend.ts'
import { type MemcachedOptions, OPTION_NAMES, resolveOptions } from './options.ts'
import { parseUrl } from './url.ts'

const CAN = {
  shared: true,
  pushWake: false,
  expiry: 'ms',
  scan: false,
  durable: true,
  values: 'copied',
  keeps: true,
} as const

/**
 * Keeps entries in Memcached 1.6 or later, on one server or several. No client is needed.
 *
 * Nothing connects before the store is opened, and a dead server is no error then: acts on its keys reject with
 * `E_STORE_DOWN` until it is there.
 *
 * @param url `memcached://user:password@host:11211,host2:11211?commandTimeout=250ms`; `memcacheds://` with TLS. Options beside
 * it win over those in it. All processes must name the same servers, in any order
 * @throws {CacheError} `E_URL` or `E_OPTION`, at once
 */
export function memcached(
  url: string | undefined,
  options: MemcachedOptions = {},
): StoreDefinition {
  refuseUnknown('memcached()', options, OPTION_NAMES)
  const parsed = parseUrl(url)
  const settings = resolveOptions({
    ...parsed.options,
    ...options,
    retry: { ...parsed.options.retry, ...options.retry },
  })
  const { login, tls } = settings
  const targets = parsed.servers.map((server) => ({ ...server, login, tls }))
  const servers = targets.flatMap((target) => {
    return 'host' in target ? [{ host: target.host, tls: tls !== undefined }] : []
  })
  return {
    name: 'memcached',
    settings: { servers },
    open: (context) =>
      new CasStore('memcached', CAN, context, new MemcachedBackend(targets, settings, context)),
  }
}
