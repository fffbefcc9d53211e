// The load generator's own process: what it costs must not be taken from the shop's event loop, and what the shop costs
// must not delay its clock. Takes one job at a time over the IPC channel.
import { seededRandom } from '../database/random.ts'
import { type Client, openClient } from './client.ts'
import { arrivals, runOpenLoop } from './open-loop.ts'
import { readTrace } from './trace.ts'
import { planVisits, type Visit } from './visits.ts'

/** All visits of a run are one list, the same for every shop that is measured; a job takes it up where the last one ended. */
export interface Job {
  readonly url: string
  readonly categories: readonly string[]
  /** Index of its first visit. */
  readonly from: number
  readonly pace: WarmUp | Load
}

/** So many visits, as fast as they are answered. */
interface WarmUp {
  readonly kind: 'warmUp'
  readonly visits: number
  readonly atMostSeconds: number
}

/** Visitors come at their own times, however the shop is doing. */
export interface Load {
  readonly kind: 'load'
  readonly perSecond: number
  readonly seconds: number
  readonly seed: number
}

export interface Outcome {
  readonly requests: number
  readonly servedInTime: number
  readonly errors: number
  readonly p50: number
  readonly p99: number
}

/** Visitors at a time during warm-up: enough to keep the database busy, not enough to queue for long. */
const WARM_UP_VISITORS = 32

/** Where in the trace a run begins: far enough in that the favourites have become favourites. */
const TRACE_START = 12_000

const VISITS_SEED = 7

export function arrivalsOf({ seed, perSecond, seconds }: Load): number[] {
  return arrivals(seededRandom(seed), perSecond, seconds)
}

// Without a channel this file was only imported, for its types and times.
if (process.send) {
  process.on('message', (job: Job) => {
    void perform(job).then((outcome) => process.send?.(outcome))
  })
  process.on('disconnect', () => process.exit(0))
  // Ctrl+C reaches the whole group; the launch decides when its generator goes.
  process.on('SIGINT', () => {})
}

async function perform({ url, categories, from, pace }: Job): Promise<Outcome> {
  const moments = pace.kind === 'load' ? arrivalsOf(pace) : []
  const count = pace.kind === 'load' ? moments.length : pace.visits
  const products = readTrace().slice(TRACE_START)
  const plan = planVisits({ seed: VISITS_SEED, count: from + count, products, categories })
  const visits = plan.slice(from)

  const client = openClient(url)
  try {
    if (pace.kind === 'warmUp') return await warmUp(client, visits, pace.atMostSeconds)

    const { latencies, servedInTime } = await runOpenLoop({
      arrivals: moments,
      send: async (index) => {
        const visit = visits[index]
        return visit ? await client.send(visit) : false
      },
    })
    return {
      requests: latencies.count,
      servedInTime,
      errors: latencies.errors,
      p50: latencies.percentile(0.5),
      p99: latencies.percentile(0.99),
    }
  } finally {
    client.close()
  }
}

async function warmUp(
  client: Client,
  visits: readonly Visit[],
  atMostSeconds: number,
): Promise<Outcome> {
  const end = performance.now() + atMostSeconds * 1000
  let next = 0
  let errors = 0
  const visitor = async (): Promise<void> => {
    while (performance.now() < end) {
      const visit = visits[next++]
      if (!visit) return
      if (!(await client.send(visit))) errors++
    }
  }
  await Promise.all(Array.from({ length: WARM_UP_VISITORS }, visitor))
  const requests = Math.min(next, visits.length)
  return { requests, servedInTime: requests - errors, errors, p50: 0, p99: 0 }
}
