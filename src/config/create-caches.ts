import { type Clock, systemClock } from '../base/clock.ts'
import { CacheError, show } from '../base/errors.ts'
import { EventHub } from '../base/events.ts'
import type { Store, StoreEvent } from '../base/store.ts'
import { hint } from '../base/suggest.ts'
import { TokenSource } from '../base/token.ts'
import { Cache } from '../cache/cache.ts'
import { CacheCore, type StoreGuard } from '../cache/core.ts'
import { NoticedStore } from '../cache/noticed-store.ts'
import { Tally } from '../cache/tally.ts'
import { memory } from '../stores/memory/memory.ts'
import { Breaker } from '../tiers/breaker.ts'
import { GuardedStore } from '../tiers/guarded-store.ts'
import { Journal } from '../tiers/journal.ts'
import { SharedTier } from '../tiers/shared-tier.ts'
import { type AliasOptions, type GuardSettings, type ResolvedAlias, resolveAlias } from './alias.ts'
import { CountedCodec } from './counted-codec.ts'
import { aliasesFromEnvironment } from './environment.ts'
import { openNear } from './near.ts'
import { LimitedCodec } from './limited-codec.ts'
import { rememberSettings } from './settings.ts'

/** Caches by alias, and what concerns all of them. */
export type Caches<Aliases extends string = 'default'> = Readonly<Record<Aliases, Cache>> &
  CachesTools

interface CachesTools extends AsyncDisposable {
  /** The caches that are in use: opened by a first access. */
  opened(): Cache[]
  /** Closes those in use. Idempotent. */
  close(): Promise<void>
  /** The names of the aliases: logging the object must neither open a cache nor show its settings. */
  toJSON(): { readonly aliases: readonly string[] }
}

const TOOLS = ['opened', 'close', 'toJSON'] as const
const ALIAS = /^[A-Za-z][\w-]{0,63}$/

/**
 * Caches by alias. Everything is checked here and now; a store is opened when its alias is first used.
 *
 * With nothing given, the environment decides: `BREAKWATER_URL` or `REDIS_URL` for `default`, `BREAKWATER_URL_SESSIONS` for
 * `sessions`, and so on; with none of them, `default` is a memory cache, so that development needs no server.
 *
 * @throws {CacheError} `E_OPTION`, `E_URL`; accessing an unknown alias throws `E_ALIAS` with the nearest right name
 */
export function createCaches(): Caches
export function createCaches<const Options extends Readonly<Record<string, AliasOptions>>>(
  options: Options,
): Caches<Extract<keyof Options, string>>
export function createCaches(given?: Readonly<Record<string, AliasOptions>>): unknown {
  const configured: unknown = given === undefined ? aliasesFromEnvironment(process.env) : given
  if (typeof configured !== 'object' || configured === null) {
    throw new CacheError(
      'E_OPTION',
      `Expected an object of aliases such as { default: { … } }, got ${show(given)}.`,
    )
  }
  const resolved = new Map<string, ResolvedAlias>()
  for (const [alias, options] of Object.entries(
    configured as Readonly<Record<string, AliasOptions>>,
  )) {
    checkAlias(alias)
    resolved.set(alias, resolveAlias(alias, options))
  }
  refuseSharedPrefixes([...resolved.values()])
  return access(resolved)
}

function checkAlias(alias: string): void {
  if (!ALIAS.test(alias)) {
    throw new CacheError(
      'E_OPTION',
      `Expected an alias of letters, digits, _ and -, beginning with a letter, got '${alias}'.`,
    )
  }
  if ((TOOLS as readonly string[]).includes(alias)) {
    throw new CacheError(
      'E_OPTION',
      `The alias '${alias}' is taken: caches.${alias}() is a tool. Choose another name.`,
    )
  }
}

/** Two aliases on one store with one prefix would read each other's keys. */
function refuseSharedPrefixes(aliases: readonly ResolvedAlias[]): void {
  for (const [index, a] of aliases.entries()) {
    for (const b of aliases.slice(index + 1)) {
      if (a.prefix !== b.prefix || a.store !== b.store || a.store === undefined) continue
      throw new CacheError(
        'E_OPTION',
        `Aliases '${a.alias}' and '${b.alias}' share the prefix '${a.prefix}' on one store: they would read each other's keys. Give one of them another prefix.`,
      )
    }
  }
}

function access(resolved: ReadonlyMap<string, ResolvedAlias>): Caches<string> {
  const open = new Map<string, Cache>()
  const close = async (): Promise<void> => {
    await Promise.all([...open.values()].map((cache) => cache.close()))
  }
  const tools: CachesTools = {
    opened: () => [...open.values()],
    close,
    toJSON: () => ({ aliases: [...resolved.keys()] }),
    [Symbol.asyncDispose]: close,
  }
  return new Proxy(tools, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name)
      const cache = open.get(name)
      if (cache !== undefined) return cache
      const alias = resolved.get(name)
      // Promises ask every object whether it has `then`.
      if (alias === undefined && name === 'then') return undefined
      if (alias === undefined) {
        throw new CacheError(
          'E_ALIAS',
          `There is no cache '${name}'. ${hint(name, [...resolved.keys()])}`,
        )
      }
      const made = openCache(alias)
      open.set(name, made)
      return made
    },
    has: (target, name) => name in target || (typeof name === 'string' && resolved.has(name)),
    ownKeys: () => [...resolved.keys()],
    getOwnPropertyDescriptor(_, name) {
      if (typeof name !== 'string' || !resolved.has(name)) return undefined
      return { enumerable: true, configurable: true }
    },
  }) as Caches<string>
}

function openCache(resolved: ResolvedAlias): Cache {
  const { alias, prefix, version, policy, random } = resolved
  const clock = resolved.clock ?? systemClock
  const tokens = new TokenSource()
  const events = new EventHub()
  const tally = new Tally(clock, resolved.families)
  const codec = new LimitedCodec(resolved.codec, resolved.maxValueBytes)
  const definition = resolved.store ?? memory()
  const report = (event: StoreEvent): void => {
    if (event.kind === 'evicted') tally.evictions++
    tell(events, alias, event)
  }
  const { processId } = tokens
  const opened = definition.open({
    alias,
    prefix,
    processId,
    clock,
    codec: new CountedCodec(codec, tally),
    report,
  })
  const safe = opened.can.shared ? guarded(opened, resolved.guards, clock, report) : undefined
  const store = new NoticedStore(safe ?? opened)
  const evicted = (): void => {
    tally.evictions++
  }
  const failed = (message: string, error: unknown): void =>
    report({ kind: 'error', message, error })
  const tier =
    resolved.near === undefined
      ? new SharedTier(store, clock, tokens)
      : openNear(store, resolved.near, {
          alias,
          prefix,
          clock,
          codec,
          tokens,
          failed,
          evicted,
        })
  const guard = safe && ((): StoreGuard => safe.guard)
  const parts = { alias, store, tier, tokens, clock, codec, events, policy, random, tally, guard }
  const core = new CacheCore(parts)
  rememberSettings(core, resolved)
  return new Cache(core, { prefix, version, namespaces: [] })
}

/** What is in this process cannot be away, be late or forget. */
function guarded(
  store: Store,
  settings: GuardSettings,
  clock: Clock,
  report: (event: StoreEvent) => void,
): GuardedStore {
  const { onDataLoss, journalMs } = settings
  const breaker = new Breaker(clock, settings.breaker, (state, retryInMs) => {
    if (state !== 'open') return
    const message = `The store '${store.name}' answers too late and is not asked for ${retryInMs}ms.`
    report({ kind: 'error', message, error: new CacheError('E_STORE_TIMEOUT', message) })
  })
  return new GuardedStore(store, { breaker, journal: new Journal(clock, journalMs), onDataLoss })
}

function tell(events: EventHub, alias: string, event: StoreEvent): void {
  const about = { alias, ...(event.key === undefined ? {} : { key: event.key }) }
  if (event.kind === 'evicted') {
    if (events.wants('evict')) {
      events.emit('evict', {
        ...about,
        ...(event.bytes === undefined ? {} : { bytes: event.bytes }),
      })
    }
  } else if (event.kind !== 'connected' && events.wants('error')) {
    events.emit('error', { ...about, error: event.error, message: event.message })
  }
}
