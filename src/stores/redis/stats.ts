import type { Operation, StoreStats } from '../../base/store.ts'
import type { Line } from './line.ts'

/** From INFO: of the whole server, whoever its keys belong to. */
export async function readStats(line: Line, operation: Operation): Promise<StoreStats> {
  const [text, keys] = await line.run([['INFO'], ['DBSIZE']], operation)
  const info = parse(String(text))
  const number = (name: string): number | undefined => {
    const value = Number(info.get(name))
    return info.has(name) && Number.isFinite(value) ? value : undefined
  }
  const maxBytes = number('maxmemory')
  const detail: Record<string, string | number> = { keysInDatabase: Number(keys) }
  for (const name of SHOWN) {
    const value = info.get(name)
    if (value !== undefined) detail[name] = number(name) ?? value
  }
  return {
    // Only by scanning: the database may hold other people's keys.
    entries: undefined,
    bytes: number('used_memory'),
    // Redis writes 0 for no bound.
    maxBytes: maxBytes === 0 ? undefined : maxBytes,
    evictions: number('evicted_keys'),
    clients: number('connected_clients'),
    detail,
  }
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

function parse(text: string): ReadonlyMap<string, string> {
  const info = new Map<string, string>()
  for (const row of text.split('\r\n')) {
    const colon = row.indexOf(':')
    if (colon > 0 && !row.startsWith('#')) info.set(row.slice(0, colon), row.slice(colon + 1))
  }
  return info
}
