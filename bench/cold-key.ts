// Many ask for one key that nobody has: `npm run bench cold-key`. (`npm run bench stampede` holds our own promise about it.)
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CallersAsked, CallersTold } from './harness/caller.ts'
import { ONE_TIER, OURS, RAW, TWO_TIERS } from './harness/entrants.ts'
import { prefixOf } from './harness/opening.ts'
import type { Question, Readings } from './harness/question.ts'
import { quantile } from './harness/statistics.ts'

const PROCESSES = 4
const CALLERS = 64
const LOAD_MS = 50
const CALLER = fileURLToPath(new URL('harness/caller.js', import.meta.url))

export const coldKey: Question = {
  name: 'cold-key',
  title: 'A cold key and a crowd',
  about: [
    'A key that nobody has yet, a load of 50 ms, 64 callers at once in one process, and then in each of four processes: how often is it loaded, and how long does a caller wait?',
    'Nobody can be back before 50 ms. On a machine with fewer cores than processes some of the rest is waiting for a core.',
  ],
  needsRedis: true,
  isOnOneNode: true,
  rounds: 10,
  seconds: 45,
  measures: [
    { name: 'four processes', unit: 'loads per key', better: 'less' },
    { name: 'one process', unit: 'loads per key', better: 'less' },
    { name: 'wait p50', unit: 'ms', better: 'less' },
    { name: 'wait p99', unit: 'ms', better: 'less' },
  ],
  limit: undefined,
  ours: OURS.label,
  entrants: [OURS, ...TWO_TIERS, ...ONE_TIER, { ...RAW, label: 'raw socket by hand' }],
  async start(entrant, place) {
    const prefix = prefixOf('cold-key', entrant)
    const asked: CallersAsked = { entrant, place, prefix, callers: CALLERS, loadMs: LOAD_MS }
    const fleet = Array.from({ length: PROCESSES }, () => fork(CALLER, [JSON.stringify(asked)]))
    await Promise.all(fleet.map((child) => once(child, 'message')))
    let key = 0
    return {
      async round(): Promise<Readings> {
        const alone = await told(fleet.slice(0, 1), `alone:${key}`)
        const all = await told(fleet, `key:${key++}`)
        const waited = all.flatMap(({ waitedMs }) => waitedMs)
        return {
          'four processes': all.reduce((sum, { loads }) => sum + loads, 0),
          'one process': alone[0]?.loads,
          'wait p50': quantile(waited, 0.5),
          'wait p99': quantile(waited, 0.99),
        }
      },
      async stop() {
        const ended = fleet.map((child) => once(child, 'exit'))
        for (const child of fleet) child.send('')
        await Promise.all(ended)
      },
    }
  },
}

async function told(fleet: readonly ChildProcess[], key: string): Promise<CallersTold[]> {
  const messages = fleet.map(async (child) => (await once(child, 'message'))[0] as CallersTold)
  for (const child of fleet) child.send(key)
  return await Promise.all(messages)
}
