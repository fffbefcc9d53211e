import type { Operation, StoreStats } from '../../base/store.ts'
import type { Server } from './server.ts'

/** Of whole servers, whoever their keys belong to; of several the sums. */
export async function readStats(
  servers: readonly Server[],
  operation: Operation,
): Promise<StoreStats> {
  const answers = await Promise.all(
    servers.map(async (server) => {
      const answer = await server.run([{ line: 'stats' }, { line: 'stats slabs' }], operation)
      return answer?.replies.map(({ rows }) => rows) ?? []
    }),
  )
  const sum = (name: string, index = 0): number =>
    answers.reduce((total, rows) => total + Number(rows[index]?.get(name) ?? 0), 0)
  const first = answers[0]?.[0]
  return {
    // Only by listing: the servers may hold other people's keys.
    entries: undefined,
    bytes: sum('bytes'),
    maxBytes: sum('limit_maxbytes'),
    evictions: sum('evictions'),
    clients: sum('curr_connections'),
    detail: {
      servers: servers.length,
      version: first?.get('version') ?? 'unknown',
      items: sum('curr_items'),
      hits: sum('get_hits'),
      misses: sum('get_misses'),
      uptimeSeconds: Number(first?.get('uptime') ?? 0),
      bytesOfSlabs: sum('total_malloced', 1),
    },
  }
}
