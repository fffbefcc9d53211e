import type { ChildProcess } from 'node:child_process'
import type { StoreNumbers } from '../routes/cache-stats.ts'
import type { Job, Outcome } from './generator.ts'
import { end, forkProgram, startSubject } from './subject.ts'
import type { Subject } from './subject.ts'
import { readTrace } from './trace.ts'

export interface Plan {
  /** Requests a second on an ordinary day. */
  readonly normal: number
  readonly times: number
  /** Length of each measured phase. */
  readonly seconds: number
  /** How many product requests of the trace, just before the measured ones, make up the warm-up. */
  readonly warmUp: number
}

export interface Phase {
  readonly cache: boolean
  readonly name: string
  readonly offeredPerSecond: number
  readonly servedPerSecond: number
  readonly p50: number
  readonly p99: number
  readonly requests: number
  readonly errors: number
  readonly queriesPerSecond: number
  /** `undefined` without a cache. */
  readonly hitRate: number | undefined
}

/** Where in the trace measuring begins: far enough in that it has a past to warm up with. */
const START = 20_000

/** Visitors at a time during warm-up: enough to keep the database busy, not enough to queue. */
const WARM_UP_VISITORS = 32

/** Both shops, one after the other on a fresh server each: an ordinary day, then the launch. */
export async function measure(plan: Plan, onProgress: (text: string) => void): Promise<Phase[]> {
  const phases: Phase[] = []
  for (const cache of [false, true]) {
    const what = cache ? 'with cache' : 'without cache'
    onProgress(`${what}: starting the shop`)
    const subject = await startSubject({ cache: cache ? 'on' : 'off' })
    const generator = forkProgram('launch/generator')
    try {
      onProgress(`${what}: warming up`)
      const trace = readTrace()
      const warm = [...new Set(trace.slice(START - plan.warmUp, START))]
      await perform(generator, {
        job: 'warmUp',
        url: subject.url,
        products: warm,
        inFlight: WARM_UP_VISITORS,
      })

      const categories = await readCategories(subject.url)
      let position = START
      for (const [index, name] of ['normal day', 'launch'].entries()) {
        const perSecond = plan.normal * (index === 0 ? 1 : plan.times)
        onProgress(`${what}: ${name}, ${perSecond} requests a second`)
        const products = trace.slice(position)
        position += perSecond * plan.seconds
        // The seed belongs to the phase: with and without cache, the same visitors come at the same moments.
        const job: Job = {
          job: 'load',
          url: subject.url,
          perSecond,
          seconds: plan.seconds,
          seed: index + 1,
          products,
          categories,
        }
        const [before, outcome, after] = await observed(subject, plan.seconds, () =>
          perform(generator, job),
        )
        phases.push(toPhase({ cache, name, seconds: plan.seconds, outcome, before, after }))
      }
    } finally {
      await Promise.all([end(generator), subject.stop()])
    }
  }
  return phases
}

/** Reads the shop's totals when the phase starts and when its last visitor has come; the queue left behind counts no more. */
async function observed(
  subject: Subject,
  seconds: number,
  run: () => Promise<Outcome>,
): Promise<[before: StoreNumbers, outcome: Outcome, after: StoreNumbers]> {
  const before = await subject.numbers()
  const after = new Promise((resolve) => setTimeout(resolve, seconds * 1000)).then(() =>
    subject.numbers(),
  )
  const outcome = await run()
  return [before, outcome, await after]
}

function toPhase(run: {
  cache: boolean
  name: string
  seconds: number
  outcome: Outcome
  before: StoreNumbers
  after: StoreNumbers
}): Phase {
  const { cache, name, seconds, outcome, before, after } = run
  const elapsed = (after.atMs - before.atMs) / 1000
  const served = after.cache.hits + after.cache.stale - before.cache.hits - before.cache.stale
  const reads = served + after.cache.misses - before.cache.misses
  return {
    cache,
    name,
    offeredPerSecond: outcome.requests / seconds,
    servedPerSecond: outcome.servedInTime / seconds,
    p50: outcome.p50,
    p99: outcome.p99,
    requests: outcome.requests,
    errors: outcome.errors,
    queriesPerSecond: (after.databaseQueries - before.databaseQueries) / elapsed,
    hitRate: cache && reads > 0 ? served / reads : undefined,
  }
}

/** Finds the categories as a visitor does: in the navigation. */
async function readCategories(url: string): Promise<string[]> {
  const home = await (await fetch(url)).text()
  return [
    ...new Set([...home.matchAll(/href="\/categories\/([\w-]+)"/g)].map((match) => match[1] ?? '')),
  ]
}

async function perform(generator: ChildProcess, job: Job): Promise<Outcome> {
  return await new Promise((resolve, reject) => {
    const ended = (code: number | null): void =>
      reject(new Error(`the load generator ended with code ${code}`))
    generator.once('exit', ended)
    generator.once('message', (outcome: Outcome) => {
      generator.off('exit', ended)
      resolve(outcome)
    })
    generator.send(job)
  })
}
