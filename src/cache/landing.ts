import type { Entry } from '../base/record.ts'
import type { CacheCore } from './core.ts'
import type { Landed } from './flight.ts'

/**
 * Callers who share a load must not be able to change each other's value. Where the store hands out frozen values, all get
 * one frozen copy; elsewhere the first gets the value itself and each other one a copy of it as it was when it landed.
 *
 * @param entry as it is in the store, if it is
 */
export function landing(
  value: unknown,
  core: CacheCore,
  tags: readonly string[] = [],
  entry?: Entry,
): Landed {
  return { ...handOut(value, core), tags, entry }
}

/** What a refresh brings that nobody waits for: nothing, and nobody is handed it. */
export const LEFT: Landed = Object.freeze({
  hand: () => undefined,
  tags: [],
  entry: undefined,
  bytes: 0,
})

function handOut(value: unknown, core: CacheCore): Pick<Landed, 'hand' | 'bytes'> {
  if (typeof value === 'string') return { hand: () => value, bytes: 2 * value.length }
  if (typeof value !== 'object' || value === null) return { hand: () => value, bytes: 8 }
  const frozen = core.store.can.values === 'frozen'
  try {
    const master = core.codec.copy(value, frozen)
    const { bytes } = master
    if (frozen && master.shareable) return { hand: () => master.value, bytes }
    let handed = frozen
    const hand = (): unknown => {
      if (handed) return core.codec.copy(master.value, frozen).value
      handed = true
      return value
    }
    return { hand, bytes }
  } catch {
    // What cannot be copied is not stored either, and stays with those who loaded it.
    return { hand: () => value, bytes: Infinity }
  }
}
