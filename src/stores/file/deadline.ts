import type { Clock } from '../../base/clock.ts'
import { CacheError } from '../../base/errors.ts'
import { untilLate } from '../../base/until-late.ts'

/**
 * The promise, unless the signal or the deadline comes first: then whether the act took place is unknown, since no call of
 * the file system can be called back.
 */
export async function before<T>(
  act: Promise<T>,
  { clock, root, timeoutMs }: { clock: Clock; root: string; timeoutMs: number },
  signal: AbortSignal | undefined,
): Promise<T> {
  const late = (): CacheError =>
    new CacheError(
      'E_STORE_TIMEOUT',
      `The files in ${root} did not answer within ${timeoutMs}ms (option 'timeout'). Whether it was done is unknown.`,
    )
  return await untilLate(act, { clock, timeoutMs, signal, late })
}
