// Forgets what can no longer matter, so that states that differ only in that count as one. Each rule says why it is so.
import type { Rules } from './configuration.ts'
import { AT, bit, edited, OUTCOME, type Reader, type State } from './state.ts'
import { holdsLease } from './store.ts'

export function tidy(state: State, rules: Rules): void {
  for (const [index, reader] of state.readers.entries()) {
    if (reader.at === AT.idle || reader.at === AT.done) continue
    // A lease that was read is compared with those of attempts of the same process, and tokens never come back.
    if (reader.leaseToken !== 0 && !isOwn(state, rules, reader.leaseToken, index)) {
      Object.assign(edited(state, index), { leaseToken: 0, leaseStamp: 0 })
    }
    if (isLast(state, rules, index)) {
      // Nobody is left to join.
      if (reader.decided !== 0 || reader.ahead !== 0 || reader.lookedBy !== 0) {
        Object.assign(edited(state, index), { decided: 0, ahead: 0, lookedBy: 0 })
      }
      state.attempts[rules.callers[index] as number] = -1
    }
  }
  tidyInvalid(state, rules)
  tidyWakes(state, rules)
  if (state.dooms.length > 0) {
    state.dooms = state.dooms.filter((token) => {
      const index = state.readers.findIndex((reader) => reader.token === token)
      const reader = state.readers[index]
      if (reader === undefined) return false
      // It would hide the attempt from new callers, or stop a load.
      const found = state.attempts[rules.callers[index] as number] === index
      return found || (rules.heeds && holdsLease(reader) && reader.at !== AT.loaded)
    })
  }
}

/** Whether all other callers of its process are done. */
export function isLast(state: State, rules: Rules, index: number): boolean {
  for (const [other, reader] of state.readers.entries()) {
    if (other === index || rules.callers[other] !== rules.callers[index]) continue
    if (reader.at !== AT.done) return false
  }
  return true
}

function isOwn(state: State, rules: Rules, token: number, index: number): boolean {
  return state.readers.some(
    (reader, other) => reader.token === token && rules.callers[other] === rules.callers[index],
  )
}

// Who reads a value that is older than its tag will not use it, unless he has read the tag's stamp before. Only its `rev`
// is then asked for.
function tidyInvalid(state: State, rules: Rules): void {
  const { record, generations } = state
  if (generations.present === 0 || rules.declares.includes(false)) return
  // What was lost may make an old value look valid once more.
  if (rules.failover !== undefined || rules.losses > 0) return
  const need = Math.max(generations.floor, generations.tag)
  let used = record.stamp >= need
  for (const [index, reader] of state.readers.entries()) {
    if (reader.at !== AT.looking) continue
    if ((reader.read & 3) === 2) used ||= record.stamp >= reader.need
    if ((reader.read & 3) === 1 && reader.stamp !== 0 && reader.stamp < need) {
      Object.assign(edited(state, index), { version: 0, stamp: 0 })
    }
  }
  if (used) return
  record.version = 0
  record.stamp = 0
}

// Without a bound on rounds, waking without a record that can be used is the same as not waiting any longer, which a waiter
// may do at any moment. What is left of wakes is then the record that its waiter may take.
function tidyWakes(state: State, rules: Rules): void {
  if (rules.maxRounds < Infinity || rules.has('wake-from-anyone')) return
  state.plainWakes = 0
  // A replica may bring back a lease that was gone, and with it the wait for it.
  if (rules.failover !== undefined) return
  const { record } = state
  if (state.wakes.length > 0) {
    state.wakes = state.wakes.filter(({ process, rev }) => waitsFor(state, rules, process, rev))
  }
  for (let process = 0; process < state.attempts.length; process++) {
    if ((record.waiters & bit(process)) === 0) continue
    if (!waitsFor(state, rules, process, record.token)) record.waiters &= ~bit(process)
  }
  for (const [index, reader] of state.readers.entries()) {
    if (reader.holder <= 0) continue
    const { holder } = reader
    const coming = state.wakes.some(({ rev }) => rev === holder) || reader.wakeRev === holder
    if (coming || record.token === holder || isOwn(state, rules, holder, index)) continue
    edited(state, index).holder = NOBODY
  }
}

/** A token that no lease will ever have. */
const NOBODY = -1

function waitsFor(state: State, rules: Rules, process: number, token: number): boolean {
  return state.readers.some(
    (reader: Reader, index) =>
      rules.callers[index] === process &&
      reader.holder === token &&
      (reader.at === AT.waiting || (reader.at === AT.answered && reader.outcome === OUTCOME.busy)),
  )
}
