// The load generator's own process: what it costs must not be taken from the shop's event loop, and what the shop costs
// must not delay its clock. Takes one job at a time over the IPC channel.
import { seededRandom } from '../database/random.ts'
import { openClient } from './client.ts'
import { arrivals, runOpenLoop } from './open-loop.ts'
import { planVisits } from './visits.ts'

export type Job =
  /** The products in order, as fast as `inFlight` visitors at a time get them. */
  | {
      readonly job: 'warmUp'
      readonly url: string
      readonly products: readonly number[]
      readonly inFlight: number
    }
  | {
      readonly job: 'load'
      readonly url: string
      readonly perSecond: number
      readonly seconds: number
      readonly seed: number
      readonly products: readonly number[]
      readonly categories: readonly string[]
    }

export interface Outcome {
  readonly requests: number
  readonly servedInTime: number
  readonly errors: number
  readonly p50: number
  readonly p99: number
}

process.on('message', (job: Job) => {
  void perform(job).then((outcome) => process.send?.(outcome))
})
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})

async function perform(job: Job): Promise<Outcome> {
  const client = openClient(job.url)
  try {
    if (job.job === 'warmUp') {
      let next = 0
      let errors = 0
      const visitor = async (): Promise<void> => {
        for (let id = job.products[next++]; id !== undefined; id = job.products[next++]) {
          if (!(await client.send({ kind: 'product', path: `/product/${id}` }))) errors++
        }
      }
      await Promise.all(Array.from({ length: job.inFlight }, visitor))
      return {
        requests: job.products.length,
        servedInTime: job.products.length - errors,
        errors,
        p50: 0,
        p99: 0,
      }
    }

    const moments = arrivals(seededRandom(job.seed), job.perSecond, job.seconds)
    const visits = planVisits({ ...job, count: moments.length })
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
