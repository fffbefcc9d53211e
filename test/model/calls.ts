// What calls of getOrSet have in common in the model: their names, their beginnings and ends, their looks.
import type { Rules } from './configuration.ts'
import { AT, bit, copyState, edited, idleReader, type Reader, type State } from './state.ts'

export { copyState as copied }

/** `A1`: the first caller of process A. */
export function nameOf(rules: Rules, index: number): string {
  const process = rules.callers[index] as number
  const before = rules.callers.slice(0, index).filter((other) => other === process).length
  return `${processName(process)}${before + 1}`
}

export function processName(process: number): string {
  return process === 0 ? 'A' : 'B'
}

export function tokenFor(state: State): number {
  return ++state.tokens
}

/** The other callers of a process that have begun and are not done, one bit each. */
export function begunIn(state: State, rules: Rules, process: number, self: number): number {
  let bits = 0
  for (const [index, reader] of state.readers.entries()) {
    if (rules.callers[index] !== process || index === self) continue
    if (reader.at !== AT.idle && reader.at !== AT.done) bits |= bit(index)
  }
  return bits
}

/** The attempts of a process, by their leaders. */
export function attempts(state: State, rules: Rules, process: number): number[] {
  const found: number[] = []
  for (const [index, reader] of state.readers.entries()) {
    if (rules.callers[index] === process && reader.leads === 1) found.push(index)
  }
  return found
}

/** The validity rule, on what a look has brought. */
export function judgesValid(reader: Readonly<Reader>): boolean {
  return reader.hasValue === 1 && reader.stamp >= reader.need
}

/** Whether a process is connected to the server of now and may ask it. */
export function storeReachable(state: State, rules: Rules, process: number): boolean {
  if ((state.unaware & bit(process)) !== 0) return false
  return process !== 0 || state.replay === 0 || rules.has('journal-after-reads')
}

/** Forgets a look: nobody will ask for it any more. */
export function clearLook(reader: Reader): void {
  reader.read = 0
  reader.hasValue = 0
  reader.version = 0
  reader.rev = 0
  reader.stamp = 0
  reader.leaseToken = 0
  reader.leaseStamp = 0
  reader.clock = 0
  reader.need = 0
  reader.lookedBy = 0
  reader.wakeRev = 0
  reader.wakeVersion = 0
}

/** The call ends with a value: the place where P1 is judged. */
export function returns(state: State, index: number, version: number): void {
  const { least } = state.readers[index] as Readonly<Reader>
  if (version < least) {
    state.fault =
      `P1: a reader that began after the invalidation of version ${least} had resolved ` +
      `was given version ${version}`
  }
  finish(state, index)
}

/** The call ends. */
export function finish(state: State, index: number): void {
  const { uselessWaits } = state.readers[index] as Readonly<Reader>
  state.readers[index] = { ...idleReader(), at: AT.done, uselessWaits }
  state.owned |= bit(index)
  forget(state, index)
}

/** Nothing decided so far came after this call's beginning. */
export function forget(state: State, index: number): void {
  const others = ~bit(index)
  for (const [at, { ahead, lookedBy }] of state.readers.entries()) {
    if (((ahead | lookedBy) & bit(index)) === 0) continue
    const reader = edited(state, at)
    reader.ahead &= others
    reader.lookedBy &= others
  }
}
