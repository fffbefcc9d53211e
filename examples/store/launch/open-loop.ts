// Visitors do not wait for each other: they come when they come, however slow the shop is. A generator that sends the next
// request when the last one was answered measures a slow server kindly (coordinated omission, Gil Tene). So arrivals are
// fixed beforehand, and each latency counts from the arrival, including the time that the generator itself was late.
import type { Random } from '../database/random.ts'
import { Latencies } from './latencies.ts'

export interface Clock {
  now(): number
  sleep(ms: number): Promise<void>
}

const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** Moments, in milliseconds from the start, at which independent visitors come `perSecond` times a second (Poisson). */
export function arrivals(random: Random, perSecond: number, seconds: number): number[] {
  const moments: number[] = []
  for (let at = 0; ;) {
    at -= Math.log(1 - random()) * (1000 / perSecond)
    if (at >= seconds * 1000) return moments
    moments.push(at)
  }
}

export interface Load {
  readonly arrivals: readonly number[]
  /** Resolves true when the visitor got what they came for. Never rejects, and gives up after a while by itself. */
  readonly send: (index: number) => Promise<boolean>
  readonly clock?: Clock
}

export interface LoadResult {
  readonly latencies: Latencies
  /** Good answers that came before the last visitor did: what the server kept up with, not what it finished later. */
  readonly servedInTime: number
}

/** Sends every request at its moment, then waits for those that are still out. */
export async function runOpenLoop({
  arrivals: moments,
  send,
  clock = realClock,
}: Load): Promise<LoadResult> {
  const latencies = new Latencies()
  const start = clock.now()
  const end = start + (moments.at(-1) ?? 0)
  const running: Promise<void>[] = []
  let servedInTime = 0

  for (const [index, moment] of moments.entries()) {
    const due = start + moment
    const wait = due - clock.now()
    if (wait > 0) await clock.sleep(wait)
    running.push(
      send(index).then((ok) => {
        const now = clock.now()
        latencies.add(now - due, ok)
        if (ok && now <= end) servedInTime++
      }),
    )
  }
  await Promise.all(running)
  return { latencies, servedInTime }
}
