// One cold key, four processes, 64 callers each, a 50 ms load: how many loads are made, and how soon after the store has
// the value do the waiters have it? Run it with `npm run bench stampede` against a redis-server on this machine.
import type { CallersReport } from '../test/programs/callers.ts'
import { Fleet } from '../test/processes/fleet.ts'
import { startRedis } from '../test/servers/redis.ts'

/** Not measured: until then the code is new to the process, as in no server that has been up for a minute. */
const WARM_UP = 150
const ROUNDS = 100
const PROCESSES = 4
const CALLERS = 64
const LOAD_MS = 50
/** On a machine that has nothing else to do. */
const MOST_MS = 5

const server = await startRedis()
const fleet = await Fleet.start(PROCESSES, 'callers.js', [
  server.url,
  'stampede',
  String(CALLERS),
  String(LOAD_MS),
])
const rounds: { loads: number; delays: number[] }[] = []
try {
  for (let round = 0; round < WARM_UP; round++) await fleet.stampede(`warm-up${round}`)
  for (let round = 0; round < ROUNDS; round++)
    rounds.push(measure(await fleet.stampede(`key${round}`)))
} finally {
  await fleet.stop()
  await server.stop()
}

const delays = rounds.flatMap((round) => round.delays).toSorted((a, b) => a - b)
const loads = rounds.reduce((sum, round) => sum + round.loads, 0)
const isOne = loads === ROUNDS
const isQuick = percentile(99) < MOST_MS
process.stdout.write(
  [
    `${ROUNDS} cold keys, ${PROCESSES} processes x ${CALLERS} callers, a load of ${LOAD_MS} ms, Redis on this machine`,
    `loads per key                     ${(loads / ROUNDS).toFixed(2)}`,
    `waiters back after the store, p50 ${percentile(50).toFixed(2)} ms`,
    `                              p99 ${percentile(99).toFixed(2)} ms`,
    `                              max ${percentile(100).toFixed(2)} ms`,
    '',
    `${isOne ? '✓' : '✗'} Each key is loaded once in the whole fleet.`,
    `${isQuick ? '✓' : '✗'} Of 100 waiters 99 are back within ${MOST_MS} ms of the store.`,
    '',
  ].join('\n'),
)
process.exitCode = isOne && isQuick ? 0 : 1

/** Milliseconds from the moment the value was stored until each caller of another process had it. */
function measure(reports: readonly CallersReport[]): { loads: number; delays: number[] } {
  const storedAt = reports.find((report) => report.storedAt !== undefined)?.storedAt
  if (storedAt === undefined) throw new Error('No process has stored the value.')
  const waiting = reports.filter((report) => report.storedAt === undefined)
  const delays = waiting.flatMap(({ returnedAt }) =>
    returnedAt.map((at) => Number(BigInt(at) - BigInt(storedAt)) / 1e6),
  )
  return { loads: reports.reduce((sum, report) => sum + report.loads, 0), delays }
}

function percentile(p: number): number {
  return delays[Math.min(delays.length - 1, Math.ceil((p / 100) * delays.length) - 1)] ?? NaN
}
