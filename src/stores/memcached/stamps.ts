// What the generations of one prefix are where they lie in an item that anybody may have written.
import type { Stamp } from '../../base/generation.ts'
import { decodeStamps, newStamps, type Stamps } from '../../records/stamps.ts'

/** Longer than two processes can differ about the time: see `ServerTime`. */
const MARGIN_MS = 6000

/**
 * Nothing of before counts: what was stored by a process whose clock is ahead of this one's is older too.
 *
 * @param after the newest stamp that this process has seen
 */
export function firstStamps(now: number, after: Stamp): Stamps {
  return newStamps(now + MARGIN_MS, after, '')
}

/** `undefined` for anything that `encodeStamps` did not make. */
export function stampsIn(bytes: Buffer): Stamps | undefined {
  try {
    const stamps = decodeStamps(bytes)
    const { clock, floor } = stamps
    return Number.isSafeInteger(clock) && Number.isSafeInteger(floor) ? stamps : undefined
  } catch {
    return undefined
  }
}
