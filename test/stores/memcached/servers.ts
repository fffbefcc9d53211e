import { afterEach } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { createCaches } from '../../../src/config/create-caches.ts'
import type { AliasOptions } from '../../../src/config/alias.ts'
import { memcached, type MemcachedOptions } from '../../../src/stores/memcached/index.ts'
import {
  type MemcachedServer,
  type MemcachedServerOptions,
  startMemcached,
} from '../../servers/memcached.ts'

// An unhandled rejection or 'error' event anywhere here fails the run: vitest sees to it.

const QUICK: MemcachedOptions = {
  commandTimeout: '1s',
  connectTimeout: '1500ms',
  retry: { min: '10ms', max: '50ms' },
}

const endings: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

export async function server(options?: MemcachedServerOptions): Promise<MemcachedServer> {
  const started = await startMemcached(options)
  endings.push(async () => await started.stop())
  return started
}

export function urlOf(servers: readonly MemcachedServer[]): string {
  return `memcached://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
}

/** A process's cache on these servers; errors of the store are thrown unless said otherwise. */
export function open(url: string, options: AliasOptions = {}, store: MemcachedOptions = {}): Cache {
  const definition = memcached(url, { ...QUICK, ...store })
  const cache = createCaches({
    default: { store: definition, prefix: 'shop', onOutage: 'throw', jitter: 0, ...options },
  }).default
  endings.push(async () => await cache.close())
  return cache
}

/** The code of the error that an act ends with, or what it answers. */
export async function endOf(act: Promise<unknown>): Promise<unknown> {
  return await act.then(
    (answer) => answer,
    (error: unknown) => (error as { code: string }).code,
  )
}

/** Tries an act until it ends as expected; ten seconds at most. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not happen within 10 seconds')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
