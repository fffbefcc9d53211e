import type { Clock } from '../base/clock.ts'
import type { Reason } from './reasons.ts'

/** What came of asking the store for something. */
export type Heard =
  | { readonly kind: 'value'; readonly value: unknown }
  /** Our own loader was started. */
  | { readonly kind: 'leads' }
  | { readonly kind: 'none'; readonly why: Reason }

/**
 * Asks the store, but not for ever, and survives whatever it does.
 *
 * @param onStart is given what to call when the caller's own loader is started: nobody waits for the answer then
 */
export async function within(
  policy: {
    readonly clock: Clock
    readonly waitMs: number
    readonly onError: (error: unknown) => void
  },
  act: () => Promise<unknown>,
  onStart: (started: () => void) => void,
): Promise<Heard> {
  const { clock, onError, waitMs } = policy
  let stop = (): void => {}
  try {
    return await new Promise<Heard>((resolve) => {
      onStart(() => resolve({ kind: 'leads' }))
      stop = clock.after(waitMs, () => resolve({ kind: 'none', why: 'store slow' }))
      // The store may reject long after: the load that it ran for us is then not stored, and that is all.
      const acting = (async () => await act())()
      acting.then(
        (value) => resolve({ kind: 'value', value }),
        (error: unknown) => {
          onError(error)
          resolve({ kind: 'none', why: 'store failed' })
        },
      )
    })
  } finally {
    stop()
  }
}
