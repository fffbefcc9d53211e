import type { Clock } from './clock.ts'

/** What ends the wait before the act does. */
export interface Limits {
  readonly clock: Pick<Clock, 'after'>
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  /** Made when the time is over. */
  readonly late: () => Error
}

/**
 * What `act` brings, unless the deadline or the signal comes first. The act goes on then although nobody waits for it, and how
 * it ends concerns nobody.
 *
 * @throws what `act` rejects with, what `late` makes, or what the signal was aborted with
 */
export async function untilLate<T>(
  act: Promise<T>,
  { clock, late, signal, timeoutMs }: Limits,
): Promise<T> {
  let end = (): void => {}
  const ended = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    const cancel = clock.after(timeoutMs, () => reject(late()))
    end = () => {
      cancel()
      signal?.removeEventListener('abort', abort)
    }
  })
  try {
    return await Promise.race([act, ended])
  } finally {
    end()
  }
}
