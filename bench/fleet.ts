// What it costs that a dashboard is looked at: four processes on a Redis of this machine, each with one, first with nobody, then
// with fifty viewers of one of them: its overview of all processes, kept up to date. Processor time of all processes
// together, and commands that the server was asked for.
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
const SETTLE_MS = 15_000
const BEGIN_MS = 2500
const FOR_MS = 10_000
const ROUNDS = 5
/** Of a core, all processes together. */
const MOST = 0.02

interface Member {
  readonly child: ChildProcess
  readonly port: number
}

const costs: Record<'without' | 'with', number[]> = { without: [], with: [] }
const server = await startRedis()
const raw = await RawRedis.open(server.port)
try {
  const fleet = await Promise.all(
    Array.from({ length: PROCESSES }, async (_, at) => await start(at)),
  )
  await sleep(SETTLE_MS)
  // In turn, in the same processes: what an idle process of Node takes is more than what is asked for here, and changes.
  for (let round = 0; round < ROUNDS; round++) {
    for (const viewers of [0, VIEWERS]) {
      const streams = await look(fleet[0]?.port, viewers)
      await sleep(BEGIN_MS)
      await raw.send(['CONFIG', 'RESETSTAT'])
      const before = await cpuMs(fleet)
      await sleep(FOR_MS)
      const share = ((await cpuMs(fleet)) - before) / FOR_MS
      costs[viewers === 0 ? 'without' : 'with'].push(share)
      const stats = (await raw.send(['INFO', 'commandstats'])) ?? ''
      const commands = [...stats.matchAll(/^cmdstat_(\w+)\S*:calls=(\d+)/gm)]
      const total = commands.reduce((sum, [, , calls]) => sum + Number(calls), 0)
      const searched = commands.some(([, name = '']) => /^(keys|scan)$/.test(name))
      process.stdout.write(
        `${PROCESSES} processes, ${viewers} viewers who were told ${streams.told} times: ${percent(share)} of a core, ${((total * 1000) / FOR_MS).toFixed(1)} commands/s, KEYS or SCAN: ${searched ? 'yes' : 'none'}\n`,
      )
      streams.close()
    }
  }
  await Promise.all(
    fleet.map(async ({ child }) => {
      const ended = once(child, 'exit')
      child.send('')
      await ended
    }),
  )
} finally {
  raw.close()
  await server.stop()
}

const more = median(costs.with) - median(costs.without)
const good = more < MOST
process.stdout.write(
  `${good ? '✓' : '✗'} ${VIEWERS} viewers cost ${percent(more)} of a core (medians of ${ROUNDS}), under ${percent(MOST)}.\n`,
)
process.exitCode = good ? 0 : 1

async function start(at: number): Promise<Member> {
  const child = fork(PROGRAM, [server.url, `p${at}`, '2s', '0', String(FAMILIES), 'board'])
  const [port] = (await once(child, 'message')) as [number]
  return { child, port }
}

/** Opens the overview of all processes so often, and reads what it is told. */
async function look(
  port: number | undefined,
  viewers: number,
): Promise<{ readonly told: number; close(): void }> {
  const leaving = new AbortController()
  let told = 0
  const { signal } = leaving
  for (let viewer = 0; viewer < viewers; viewer++) {
    const response = await fetch(`http://127.0.0.1:${port}/live?page=&of=fleet`, { signal })
    if (response.status !== 200) throw new Error(`A viewer was answered ${response.status}.`)
    void (async () => {
      for await (const bytes of response.body ?? []) if (bytes.length > 0) told++
    })().catch(() => {})
  }
  return {
    get told() {
      return told
    },
    close: () => leaving.abort(),
  }
}

async function cpuMs(fleet: readonly Member[]): Promise<number> {
  const reports = await Promise.all(
    fleet.map(async ({ child }) => {
      const answer = once(child, 'message')
      child.send('cpu')
      return (await answer)[0] as FleetReport
    }),
  )
  return reports.reduce((sum, report) => sum + report.cpuMs, 0)
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] as number
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}
