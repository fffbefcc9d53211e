// A process is killed while it loads: how long until a process that waits has taken its loads over? `npm run bench takeover`.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createCaches } from 'breakwater'
import { redis } from 'breakwater/redis'
import { startRedis } from '../test/servers/redis.ts'

const LEASE_MS = 1000
const ROUNDS = 10
const KEYS = 50
const MOST_LEASES = 1.1

const server = await startRedis()
const delays: number[] = []
try {
  for (let round = 0; round < ROUNDS; round++) delays.push(...(await killHolder(`round${round}`)))
} finally {
  await server.stop()
}

/** Milliseconds from the kill until each key was being loaded again. */
async function killHolder(prefix: string): Promise<number[]> {
  const { default: cache } = createCaches({
    default: { store: redis(server.url), prefix, lease: `${LEASE_MS}ms` },
  })
  await cache.get('connected')
  const args = [server.url, prefix, `${LEASE_MS}ms`, String(KEYS)]
  const holder = fork('.build/test/programs/doomed-holder.js', args)
  await once(holder, 'message')
  const begun: number[] = []
  const waiting = Array.from({ length: KEYS }, (_, n) =>
    cache.getOrSet(`key${n}`, () => void begun.push(performance.now())),
  )
  // Somewhere between two renewals, which come three times per lease.
  await new Promise((resolve) => setTimeout(resolve, LEASE_MS * (1 + Math.random() / 3)))
  if (begun.length > 0) throw new Error('A lease was taken over while its holder lived.')
  holder.kill('SIGKILL')
  const killedAt = performance.now()
  await Promise.all(waiting)
  await cache.close()
  return begun.map((at) => at - killedAt)
}

const sorted = delays.toSorted((a, b) => a - b)
const isSoon = (sorted.at(-1) ?? Infinity) <= MOST_LEASES * LEASE_MS
const inLeases = (share: number): string => {
  const ms = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
  return `${(ms / LEASE_MS).toFixed(2)} leases  (${ms.toFixed(0)} ms)`
}
process.stdout.write(
  [
    `${ROUNDS} processes killed, each while it loaded ${KEYS} keys, a lease of ${LEASE_MS} ms renewed three times in that`,
    `taken over after, p50  ${inLeases(0.5)}`,
    `                  p99  ${inLeases(0.99)}`,
    `                  max  ${inLeases(1)}`,
    '',
    `${isSoon ? '✓' : '✗'} A killed loader is replaced within ${MOST_LEASES} leases.`,
    '',
  ].join('\n'),
)
process.exitCode = isSoon ? 0 : 1
