import type { Operation, StoreStats } from '../../base/store.ts'
import type { Line } from './line.ts'

/** From INFO: of whole servers, whoever their keys belong to. Of a cluster the sums, and the details of its first node. */
export async function readStats(lines: readonly Line[], operation: Operation): Promise<StoreStats> {
  const answers = await Promise.all(
    lines.map(async (line) => await line.run([['INFO'], ['DBSIZE']], operation)),
  )
  const infos = answers.map(([text]) => parseInfo(String(text)))
  const sum = (name: string): number | undefined => {
    const values = infos.map((info) => numberIn(info, name)).filter((value) => value !== undefined)
    return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0)
  }
  const maxBytes = sum('maxmemory')
  const keys = answers.reduce((total, [, count]) => total + Number(count), 0)
  const detail: Record<string, string | number> = { keysInDatabase: keys }
  if (lines.length > 1) detail['nodes'] = lines.length
  const [first = new Map<string, string>()] = infos
  for (const name of SHOWN) {
    const value = first.get(name)
    if (value !== undefined) detail[name] = numberIn(first, name) ?? value
  }
  return {
    // Only by scanning: the database may hold other people's keys.
    entries: undefined,
    bytes: sum('used_memory'),
    // Redis writes 0 for no bound.
    maxBytes: maxBytes === 0 ? undefined : maxBytes,
    evictions: sum('evicted_keys'),
    clients: sum('connected_clients'),
    detail,
  }
}

function numberIn(info: ReadonlyMap<string, string>, name: string): number | undefined {
  const value = Number(info.get(name))
  return info.has(name) && Number.isFinite(value) ? value : undefined
}

const SHOWN = [
  'redis_version',
  'valkey_version',
  'redis_mode',
  'role',
  'uptime_in_seconds',
  'maxmemory_policy',
  'mem_fragmentation_ratio',
  'keyspace_hits',
  'keyspace_misses',
  'expired_keys',
  'instantaneous_ops_per_sec',
  'rejected_connections',
]

/** INFO's lines, by name. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const info = new Map<string, string>()
  for (const row of text.split('\r\n')) {
    const colon = row.indexOf(':')
    if (colon > 0 && !row.startsWith('#')) info.set(row.slice(0, colon), row.slice(colon + 1))
  }
  return info
}

/** ASYNC: the keys are gone at once, and the server frees their memory without stopping for it. */
export async function flushAll(lines: readonly Line[], operation: Operation): Promise<void> {
  await Promise.all(lines.map((line) => line.run([['FLUSHALL', 'ASYNC']], operation)))
}
