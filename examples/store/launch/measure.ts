import type { ChildProcess } from 'node:child_process'
import type { StoreNumbers } from '../routes/cache-stats.ts'
import { arrivalsOf, type Job, type Load, type Outcome } from './generator.ts'
import { end, forkProgram, startSubject } from './subject.ts'
import type { Subject } from './subject.ts'

export interface Plan {
  /** Requests a second on an ordinary day. */
  readonly normal: number
  readonly times: number
  /** Length of each measured phase. */
  readonly seconds: number
  /** Visits before anything is measured, as fast as they are answered. */
  readonly warmUp: number
  /** A shop without a cache would take minutes for them, and keeps nothing of them anyway. */
  readonly warmUpSeconds: number
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

/** Both shops, one after the other on a fresh server each: an ordinary day, then the launch. */
export async function measure(plan: Plan, onProgress: (text: string) => void): Promise<Phase[]> {
  const without = await measureShop(plan, false, (text) => onProgress(`without cache: ${text}`))
  const withCache = await measureShop(plan, true, (text) => onProgress(`with cache: ${text}`))
  return [...without, ...withCache]
}

async function measureShop(
  plan: Plan,
  cache: boolean,
  onProgress: (text: string) => void,
): Promise<Phase[]> {
  onProgress('starting the shop')
  const subject = await startSubject({ cache: cache ? 'on' : 'off' })
  const generator = forkProgram('launch/generator')
  try {
    const { url } = subject
    const categories = await readCategories(url)

    onProgress('warming up')
    const warmUp = {
      kind: 'warmUp',
      visits: plan.warmUp,
      atMostSeconds: plan.warmUpSeconds,
    } as const
    await perform(generator, { url, categories, from: 0, pace: warmUp })

    const phases: Phase[] = []
    let from = plan.warmUp
    for (const [index, name] of ['normal day', 'launch'].entries()) {
      const perSecond = plan.normal * (index === 0 ? 1 : plan.times)
      onProgress(`${name}, ${perSecond} requests a second`)
      // The seed belongs to the phase: with and without cache, the same visitors come at the same moments.
      const pace: Load = { kind: 'load', perSecond, seconds: plan.seconds, seed: index + 1 }
      const observation = await observe(subject, plan.seconds, () =>
        perform(generator, { url, categories, from, pace }),
      )
      phases.push(toPhase({ cache, name, seconds: plan.seconds, ...observation }))
      from += arrivalsOf(pace).length
    }
    return phases
  } finally {
    await Promise.all([end(generator), subject.stop()])
  }
}

interface Observation {
  readonly before: StoreNumbers
  readonly outcome: Outcome
  readonly after: StoreNumbers
}

/** Reads the shop's totals when the phase starts and when its last visitor has come; the queue left behind counts no more. */
async function observe(
  subject: Subject,
  seconds: number,
  run: () => Promise<Outcome>,
): Promise<Observation> {
  const before = await subject.numbers()
  const after = new Promise((resolve) => setTimeout(resolve, seconds * 1000)).then(() =>
    subject.numbers(),
  )
  const outcome = await run()
  return { before, outcome, after: await after }
}

function toPhase(run: { cache: boolean; name: string; seconds: number } & Observation): Phase {
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
