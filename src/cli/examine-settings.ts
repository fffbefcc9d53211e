import { isIP } from 'node:net'
import { showBytes } from '../base/bytes.ts'
import { showMs } from '../base/duration.ts'
import type { ResolvedAlias } from '../config/alias.ts'
import type { Finding } from './findings.ts'

type Found = Omit<Finding, 'alias' | 'source'>
type Check = (settings: ResolvedAlias, isProduction: boolean) => Found | undefined

const MB = 1024 ** 2
const SHORTEST_SESSION_MS = 600_000
const LONGEST_STALENESS_MS = 10_000
const LARGE_VALUE = 16 * MB
const FOREVER = Infinity
const SESSIONS = /sess/i

/** What one alias says of itself that will hurt. Each has its sentence, and what to do. */
const CHECKS: readonly Check[] = [
  function unboundedMemory({ store }) {
    if (store?.settings?.maxBytes !== Infinity) return undefined
    return {
      severity: 'error',
      code: 'memory-unbounded',
      message: 'Its memory has no bound: it grows until the process is killed.',
      remedy: "Give memory({ maxBytes: '64mb' }).",
    }
  },
  function unboundedNear({ near }) {
    if (near?.maxBytes !== Infinity) return undefined
    return {
      severity: 'error',
      code: 'near-unbounded',
      message: 'Its near copies have no bound: they grow until the process is killed.',
      remedy: "Give near: { maxBytes: '64mb' }.",
    }
  },
  function staleNear({ near }) {
    if (near === undefined || near.maxStalenessMs <= LONGEST_STALENESS_MS) return undefined
    return {
      severity: 'warning',
      code: 'near-stale',
      message: `Where news of invalidations are lost, near copies may be served for ${showMs(near.maxStalenessMs)} more.`,
      remedy: "Give near: { maxStaleness: '1s' }; a longer one saves next to nothing.",
    }
  },
  function inMemory({ store, alias }, isProduction) {
    if (!isProduction || (store !== undefined && store.name !== 'memory')) return undefined
    const isSessions = SESSIONS.test(alias)
    return {
      severity: isSessions ? 'error' : 'note',
      code: isSessions ? 'sessions-in-memory' : 'memory-in-production',
      message: isSessions
        ? 'Sessions lie in the memory of each process: users are logged out by each deployment and by the other processes.'
        : 'Each process has a cache of its own: what one invalidates, the others go on serving until it expires.',
      remedy: 'Give it a store that the processes share, such as redis(process.env.REDIS_URL).',
    }
  },
  function storesNothing({ policy, store }) {
    if (policy.ttlMs > 0 || store?.name === 'null') return undefined
    return {
      severity: 'warning',
      code: 'stores-nothing',
      message: "Its ttl is '0s': what says no ttl of its own is not stored.",
      remedy: "Give a ttl such as '5m', or nullStore() to say that it is meant.",
    }
  },
  function forever({ policy, alias }) {
    if (policy.ttlMs !== FOREVER) return undefined
    const isSessions = SESSIONS.test(alias)
    return {
      severity: 'warning',
      code: isSessions ? 'sessions-without-ttl' : 'forever',
      message: isSessions
        ? 'Sessions never end: each visitor leaves one behind for ever.'
        : 'Values never expire: what an invalidation misses is served for ever, and what nobody reads is kept.',
      remedy: isSessions ? "Give a ttl such as '14d'." : "Give a ttl such as '7d'.",
    }
  },
  function shortSessions({ policy, alias }) {
    if (!SESSIONS.test(alias) || policy.ttlMs >= SHORTEST_SESSION_MS) return undefined
    return {
      severity: 'warning',
      code: 'sessions-short',
      message: `Sessions end after ${showMs(policy.ttlMs)} unless each is stored with a ttl of its own: users are logged out.`,
      remedy: "Give the alias a ttl such as '14d'.",
    }
  },
  function largeValues({ maxValueBytes }) {
    if (maxValueBytes <= LARGE_VALUE) return undefined
    return {
      severity: 'warning',
      code: 'values-unbounded',
      message: `Single values may take ${showBytes(maxValueBytes)}: one that is too large holds up all others on the connection.`,
      remedy: "Give maxValueBytes: '1mb', and keep large files elsewhere.",
    }
  },
  function inTheClear({ store }) {
    const open = (store?.settings?.servers ?? []).filter(({ host, tls }) => !tls && isPublic(host))
    const [first] = open
    if (first === undefined) return undefined
    return {
      severity: 'warning',
      code: 'tls-missing',
      message: `What is cached, and the password, go to ${first.host} unencrypted.`,
      remedy: `Use TLS: ${store?.name === 'memcached' ? 'memcacheds' : 'rediss'}://, if the way there leads through a network that is not yours alone.`,
    }
  },
  function sensitiveInTheClear({ sensitive, codec, store }) {
    if (!sensitive || codec.encrypts === true || store?.name === 'null') return undefined
    return {
      severity: 'note',
      code: 'sensitive-unencrypted',
      message:
        'It is sensitive and not encrypted: in memory that is allowed, and any other store will refuse to be built.',
      remedy:
        'Give encrypt: { keys: [process.env.CACHE_KEY] }, so that production does not differ.',
    }
  },
  function throwing({ policy }) {
    if (policy.onOutage !== 'throw') return undefined
    return {
      severity: 'note',
      code: 'outage-throws',
      message: "With onOutage: 'throw' an outage of the cache is one of the application.",
      remedy: "Leave it out, unless nothing can be done without the cache's answer.",
    }
  },
  function noJitter({ policy }) {
    if (policy.jitter > 0 || policy.early > 0) return undefined
    return {
      severity: 'note',
      code: 'no-jitter',
      message:
        'With neither jitter nor early refresh, what is stored together expires together, and is loaded together.',
      remedy: 'Leave one of both at its default.',
    }
  },
]

/** What a configuration says that will hurt: of each alias, and of some together. */
export function examineSettings(
  aliases: readonly ResolvedAlias[],
  isProduction: boolean,
): Finding[] {
  const found = aliases.flatMap((settings) => {
    return CHECKS.flatMap((check) => {
      const finding = check(settings, isProduction)
      return finding === undefined ? [] : [{ ...finding, alias: settings.alias }]
    })
  })
  return [...found, ...sharedKeys(aliases)].map((each) => ({ ...each, source: 'configuration' }))
}

/** Two stores that are one: the same address, told twice. */
function sharedKeys(aliases: readonly ResolvedAlias[]): (Found & { alias: string })[] {
  const seen = new Map<string, string>()
  return aliases.flatMap(({ alias, prefix, store }) => {
    const place = store?.settings?.place
    if (place === undefined) return []
    const where = `${place} ${prefix}`
    const other = seen.get(where)
    seen.set(where, other ?? alias)
    if (other === undefined) return []
    return [
      {
        alias,
        severity: 'error' as const,
        code: 'prefix-shared',
        message: `It has the prefix '${prefix}' on the same server as '${other}': they read, and empty, each other's keys.`,
        remedy: 'Give one of them another prefix.',
      },
    ]
  })
}

/** Whether a host is reached through networks of others, as far as its name tells. */
function isPublic(host: string): boolean {
  if (isIP(host) === 4)
    return !/^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(
      host,
    )
  if (isIP(host) === 6) return !/^(::1$|f[cd]|fe80)/i.test(host)
  // A name without a dot is one of this machine, or of a network of containers.
  return (
    host.includes('.') && !/\.(local|localhost|internal|lan|home|corp|svc|cluster)$/i.test(host)
  )
}
