import type { CacheCore } from './core.ts'
import type { Landed } from './flight.ts'

/**
 * Callers who share a load must not be able to change each other's value. Where the store hands out frozen values, all get
 * one frozen copy; elsewhere the first gets the value itself and each other one a copy of it as it was when it landed.
 */
export function landing(value: unknown, core: CacheCore, tags: readonly string[] = []): Landed {
  return { hand: handOut(value, core), tags }
}

/** What a refresh brings that nobody waits for: nothing, and nobody is handed it. */
export const LEFT: Landed = Object.freeze({ hand: () => undefined, tags: [] })

function handOut(value: unknown, core: CacheCore): () => unknown {
  if (typeof value !== 'object' || value === null) return () => value
  const frozen = core.store.can.values === 'frozen'
  try {
    const master = core.codec.copy(value, frozen)
    if (frozen && master.shareable) return () => master.value
    let handed = frozen
    return () => {
      if (handed) return core.codec.copy(master.value, frozen).value
      handed = true
      return value
    }
  } catch {
    // What cannot be copied is not stored either, and stays with those who loaded it.
    return () => value
  }
}
