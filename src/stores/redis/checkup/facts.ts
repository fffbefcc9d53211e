// What a server says of itself, and who else lives on it: gathered in a bounded number of steps, also on large servers.
import type { Operation } from '../../../base/store.ts'
import type { Reply } from '../port.ts'
import type { Line } from '../line.ts'
import { parseInfo } from '../stats.ts'
import { type Database, databasesIn, findTenants, type Tenant } from './tenants.ts'

/** `undefined` is what the server does not tell: managed services hide some of it. */
export interface ServerFacts {
  /** 0 for no bound. */
  readonly maxBytes: number | undefined
  readonly policy: string | undefined
  readonly isReplica: boolean
  /** It writes snapshots, or a log of its commands. */
  readonly persists: boolean | undefined
  /** Keys of all databases, and those of them that expire. */
  readonly keys: number
  readonly expiring: number
  /** Keys it has evicted since it started. */
  readonly evicted: number
  /** Job queues that have keys here, by name. */
  readonly queues: readonly string[]
  /** Whose sessions are here. */
  readonly sessions: readonly string[]
}

export async function gatherFacts(
  lines: readonly Line[],
  operation: Operation = {},
): Promise<ServerFacts> {
  const [first] = lines as readonly [Line]
  const [text] = await first.run([['INFO']], operation)
  const info = parseInfo(String(text))
  const numberIn = (name: string): number | undefined =>
    info.has(name) ? Number(info.get(name)) : undefined
  const databases = databasesIn(info)
  const sum = (what: keyof Database): number =>
    databases.reduce((total, database) => total + database[what], 0)
  const tenants = await Promise.all(
    lines.map(async (line) => await findTenants(line, databases, operation)),
  )
  const named = (kind: Tenant['kind']): string[] => [
    ...new Set(tenants.flat().flatMap((tenant) => (tenant.kind === kind ? [tenant.name] : []))),
  ]
  return {
    maxBytes: numberIn('maxmemory'),
    policy: info.get('maxmemory_policy'),
    isReplica: info.get('role') === 'slave',
    persists: await persists(first, info, operation),
    keys: sum('keys'),
    expiring: sum('expiring'),
    evicted: numberIn('evicted_keys') ?? 0,
    queues: named('queue'),
    sessions: named('session'),
  }
}

async function persists(
  line: Line,
  info: ReadonlyMap<string, string>,
  operation: Operation,
): Promise<boolean | undefined> {
  if (info.get('aof_enabled') === '1') return true
  const [reply] = (await line
    .run([['CONFIG', 'GET', 'save']], operation)
    // Forbidden by many managed services.
    .catch(() => [])) as readonly Reply[]
  if (reply === undefined) return undefined
  const values = Array.isArray(reply) ? (reply as readonly Reply[]) : Object.values(reply as object)
  return String(values.at(-1) ?? '') !== ''
}
