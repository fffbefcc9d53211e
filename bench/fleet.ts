// What it costs that a fleet is looked at: four processes on a Redis of this machine, first with nobody, then with fifty
// viewers in one of them. Processor time of all together, and commands that the server was asked for.
// `npm run bench fleet`.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FleetReport } from '../test/programs/fleet-member.ts'
import { RawRedis } from '../test/servers/raw-redis.ts'
import { startRedis } from '../test/servers/redis.ts'

const PROGRAM = fileURLToPath(new URL('../test/programs/fleet-member.js', import.meta.url))
const PROCESSES = 4
const VIEWERS = 50
/** As many families as a large application has. */
const FAMILIES = 100
const SETTLE_MS = 8_000
const FOR_MS = 30_000

const server = await startRedis()
const raw = await RawRedis.open(server.port)
try {
  for (const viewers of [0, VIEWERS]) {
    const fleet = await Promise.all(
      Array.from({ length: PROCESSES }, async (_, at) => await start(at, at === 0 ? viewers : 0)),
    )
    await sleep(SETTLE_MS)
    await raw.send(['CONFIG', 'RESETSTAT'])
    const before = await cpuMs(fleet)
    await sleep(FOR_MS)
    const spent = (await cpuMs(fleet)) - before
    const stats = (await raw.send(['INFO', 'commandstats'])) ?? ''
    const commands = [...stats.matchAll(/^cmdstat_(\w+)\S*:calls=(\d+)/gm)]
    const total = commands.reduce((sum, [, , calls]) => sum + Number(calls), 0)
    const searched = commands.some(([, name = '']) => /^(keys|scan)$/.test(name))
    process.stdout.write(
      `${PROCESSES} processes, ${viewers} viewers: ${((100 * spent) / FOR_MS).toFixed(2)} % of a core, ${((total * 1000) / FOR_MS).toFixed(1)} commands/s, KEYS or SCAN: ${searched ? 'yes' : 'none'}\n`,
    )
    await Promise.all(
      fleet.map(async (child) => {
        const ended = once(child, 'exit')
        child.send('')
        await ended
      }),
    )
  }
} finally {
  raw.close()
  await server.stop()
}

async function start(at: number, viewers: number): Promise<ChildProcess> {
  const child = fork(PROGRAM, [server.url, `p${at}`, '2s', String(viewers), String(FAMILIES)])
  await once(child, 'message')
  return child
}

async function cpuMs(fleet: readonly ChildProcess[]): Promise<number> {
  const reports = await Promise.all(
    fleet.map(async (child) => {
      const answer = once(child, 'message')
      child.send('cpu')
      return (await answer)[0] as FleetReport
    }),
  )
  return reports.reduce((sum, report) => sum + report.cpuMs, 0)
}
