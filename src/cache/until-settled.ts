import type { Clock } from '../base/clock.ts'

/**
 * What `promise` brings; undefined when `patienceMs` have passed before.
 *
 * @param patienceMs `Infinity` waits for as long as it takes
 * @throws the signal's reason when it is aborted before
 */
export async function untilSettled<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  clock: Clock,
  patienceMs: number,
): Promise<T | undefined> {
  if (signal === undefined && patienceMs === Infinity) return await promise
  signal?.throwIfAborted()
  const stops: (() => void)[] = []
  const others = new Promise<undefined>((resolve, reject) => {
    const abort = (): void => reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    stops.push(() => signal?.removeEventListener('abort', abort))
    if (patienceMs < Infinity) stops.push(clock.after(patienceMs, () => resolve(undefined)))
  })
  try {
    return await Promise.race([promise, others])
  } finally {
    for (const stop of stops) stop()
  }
}
