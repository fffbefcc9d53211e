import { AsyncLocalStorage } from 'node:async_hooks'
import { showMs } from '../base/duration.ts'
import { CacheError } from '../base/errors.ts'
import { isTraced, traced } from '../base/tracing.ts'
import type { CacheCore } from './core.ts'
import type { Flight } from './flight.ts'
import { inOwnMemo } from './request-memo.ts'
import { callStart } from './traced-methods.ts'

/** The attempt whose loader the running code belongs to: what it asks of the cache in turn is nested in that load. */
export const currentLoad: AsyncLocalStorage<Flight> = new AsyncLocalStorage()

/**
 * Runs one loader: waits for a place among the loads that may run at once, then for the loader, at most `timeoutMs`.
 *
 * @param key as the caller wrote it; a list for a batch
 * @throws what the loader throws; {CacheError} `E_LOAD_TIMEOUT`; the reason, when the flight is aborted before it begins
 */
export async function runLoad<T>(
  core: CacheCore,
  flight: Flight,
  timeoutMs: number,
  key: string | readonly string[],
  load: () => T | Promise<T>,
): Promise<T> {
  const leave = await core.slots.enter(flight)
  try {
    const told = isTraced('load') ? () => tracedLoad(core, flight, key, load) : load
    return await runPart(core, flight, told, timeoutMs, key)
  } finally {
    // Also when it did not stop in time: a load that hangs must not keep its place for ever.
    leave()
  }
}

/** The same without a place: a member of a batch asks for its part, and it is the batch that has the place and the time. */
export async function runPart<T>(
  core: CacheCore,
  flight: Flight,
  load: () => T | Promise<T>,
  timeoutMs = Infinity,
  key?: string | readonly string[],
): Promise<T> {
  // The load begins here and not earlier: what was invalidated while it queued was invalidated before it.
  flight.decidedAt = core.flights.tick()
  let stopTimer = (): void => {}
  const stopped = new Promise<never>((_, reject) => {
    flight.stop = (reason) => {
      reject(reason)
      flight.controller.abort(reason)
    }
    if (timeoutMs === Infinity) return
    stopTimer = core.clock.after(timeoutMs, () => flight.stop?.(tooLate(timeoutMs, key)))
  })
  try {
    const running = currentLoad.run(flight, async () => await inOwnMemo(async () => await load()))
    return await Promise.race([running, stopped])
  } finally {
    stopTimer()
    flight.stop = undefined
  }
}

/** Tells those who listen of the load, and those who share it whose it was. */
async function tracedLoad<T>(
  core: CacheCore,
  flight: Flight,
  key: string | readonly string[],
  load: () => T | Promise<T>,
): Promise<T> {
  const keys = typeof key === 'string' ? [key] : key
  return await traced(
    callStart(core, 'load', 'load', keys),
    async () => await load(),
    (call) => (flight.call = call),
  )
}

function tooLate(timeoutMs: number, given: string | readonly string[] | undefined): CacheError {
  const key = typeof given === 'string' ? given : undefined
  return new CacheError(
    'E_LOAD_TIMEOUT',
    `The load of ${key === undefined ? 'a batch' : `'${key}'`} took longer than ${showMs(timeoutMs)}, its loadTimeout. What it still brings is dropped.`,
    { key },
  )
}
