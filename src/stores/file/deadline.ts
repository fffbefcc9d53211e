import type { Clock } from '../../base/clock.ts'
import { CacheError } from '../../base/errors.ts'

/**
 * The promise, unless the signal or the deadline comes first: then whether the act took place is unknown, since no call of
 * the file system can be called back.
 */
export async function before<T>(
  act: Promise<T>,
  { clock, root, timeoutMs }: { clock: Clock; root: string; timeoutMs: number },
  signal: AbortSignal | undefined,
): Promise<T> {
  let end = (): void => {}
  const ended = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    const cancel = clock.after(timeoutMs, () =>
      reject(
        new CacheError(
          'E_STORE_TIMEOUT',
          `The files in ${root} did not answer within ${timeoutMs}ms (option 'timeout'). Whether it was done is unknown.`,
        ),
      ),
    )
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
