// A replica takes over without the last writes. Replication may stop at any moment; what is written after it is lost when
// the replica takes over, so any number of last writes may be. Process A invalidates, and keeps a journal of it.
import { clearLook, copied, processName, storeReachable } from './calls.ts'
import type { Offer } from './checker.ts'
import { actsOf, type Rules } from './configuration.ts'
import { lookAgain } from './rounds.ts'
import { AT, bit, edited, OUTCOME, type Reader, type State } from './state.ts'
import { bump, holdsLease, overtake, remove } from './store.ts'

const FAILOVER = { replicating: 0, stopped: 1, over: 2 } as const

/** Whether the next step of a reader is open to it: a step on the store needs a connection. */
export function mayAsk(state: State, rules: Rules, index: number): boolean {
  if (storeReachable(state, rules, rules.callers[index] as number)) return true
  const { at, read, outcome } = state.readers[index] as Readonly<Reader>
  if (at === AT.looking) return (read & 3) === 3
  if (at === AT.loaded) return outcome !== OUTCOME.lease
  return at !== AT.completing && at !== AT.asking
}

export function failoverSteps(state: State, rules: Rules, offer: Offer<State>): void {
  if (rules.failover === undefined) return
  if (state.failover === FAILOVER.replicating) {
    const next = copied(state)
    next.failover = FAILOVER.stopped
    next.replica = { record: { ...state.record }, generations: { ...state.generations } }
    offer(next, 'replication stops', true)
  } else if (state.failover === FAILOVER.stopped) {
    takesOver(state, rules, offer)
  }
  for (let process = 0; process < state.attempts.length; process++) {
    if ((state.unaware & bit(process)) !== 0) notices(state, rules, process, offer)
  }
  if ((state.unaware & 1) === 0) replays(state, rules, offer)
}

function takesOver(state: State, rules: Rules, offer: Offer<State>): void {
  const { replica } = state
  if (replica === undefined) return
  const next = copied(state)
  next.failover = FAILOVER.over
  if (rules.failover !== 'generations') next.record = { ...replica.record }
  if (rules.failover !== 'entries') next.generations = { ...replica.generations }
  next.replica = undefined
  next.unaware = (1 << state.attempts.length) - 1
  if (!rules.has('no-journal')) {
    for (const [index, writer] of state.writers.entries()) {
      if (writer.at >= 2) next.replay |= actsOf(rules.invalidations[index] ?? 'key') & ~writer.acts
    }
  }
  for (const index of next.readers.keys()) {
    const reader = edited(next, index)
    reader.intact = 0
    const exposed = next.replay !== 0 && rules.callers[index] !== 0
    if (exposed && !rules.heldDuringFailover) reader.least = 0
  }
  offer(next, 'the replica takes over, without what was written since', true)
}

/** A process finds another server: its leases are void, its looks begin anew, its waiters look again. */
function notices(state: State, rules: Rules, process: number, offer: Offer<State>): void {
  const next = copied(state)
  next.unaware &= ~bit(process)
  const survives = rules.has('lease-survives-failover')
  if (!survives) next.attempts[process] = -1
  for (const [index, owner] of rules.callers.entries()) {
    if (owner !== process) continue
    const reader = edited(next, index)
    if (reader.at === AT.looking || reader.at === AT.completing) {
      const { lookedBy } = reader
      clearLook(reader)
      Object.assign(reader, { at: AT.looking, lookedBy })
    } else if (reader.at === AT.waiting) {
      lookAgain(next, rules, index, true)
    } else if (reader.at === AT.answered && !(survives && holdsLease(reader))) {
      lookAgain(next, rules, index, true)
    } else if (holdsLease(reader) && !survives) {
      reader.outcome = OUTCOME.bypass
      reader.clock = 0
    }
  }
  offer(next, `process ${processName(process)}: finds another server`)
}

function replays(state: State, rules: Rules, offer: Offer<State>): void {
  for (const act of [1, 2]) {
    if ((state.replay & act) === 0) continue
    const next = copied(state)
    next.replay &= ~act
    if (act === 1) remove(next, rules)
    else bump(next)
    overtake(next, state.resolved)
    offer(next, `process A: replays its invalidation of the ${act === 1 ? 'key' : 'tag'}`)
  }
}
