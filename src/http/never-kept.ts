import { AsyncLocalStorage } from 'node:async_hooks'

const within = new AsyncLocalStorage<true>()

/** Runs `act`, and what it starts: no page cache within reads or fills. */
export function neverKept<T>(act: () => T): T {
  return within.run(true, act)
}

export function isNeverKept(): boolean {
  return within.getStore() === true
}
