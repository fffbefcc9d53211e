// What nobody decides: messages that arrive, evictions, losses, the death of a process.
import { attempts, copied, nameOf, processName } from './calls.ts'
import type { Offer } from './checker.ts'
import type { Rules } from './configuration.ts'
import { wakeUp } from './rounds.ts'
import {
  AT,
  bit,
  edited,
  emptyRecord,
  idleReader,
  KIND,
  OUTCOME,
  type Reader,
  type State,
} from './state.ts'
import { holdsLease, overtake } from './store.ts'

/** Messages arrive in any order, late, or never. */
export function messageSteps(state: State, rules: Rules, offer: Offer<State>): void {
  // Without a bound on rounds a bare wake does just what waking by oneself does.
  const bare = rules.maxRounds === Infinity ? 0 : state.plainWakes
  for (let process = 0; process < state.attempts.length; process++) {
    if ((bare & bit(process)) === 0) continue
    const next = copied(state)
    next.plainWakes &= ~bit(process)
    wake(next, rules, process, 1, 0, 0)
    offer(next, `process ${processName(process)}: a wake arrives`, true)
  }
  for (const [at, message] of state.wakes.entries()) {
    const next = copied(state)
    next.wakes.splice(at, 1)
    wake(next, rules, message.process, 2, message.rev, message.version)
    const name = processName(message.process)
    offer(next, `process ${name}: a wake arrives with version ${message.version}`, true)
  }
  for (const [at, token] of state.dooms.entries()) {
    const next = copied(state)
    next.dooms.splice(at, 1)
    const index = next.readers.findIndex((reader) => reader.token === token)
    if (index < 0) continue
    doomed(next, rules, index)
    offer(next, `${nameOf(rules, index)}: hears that its lease was taken away`, true)
  }
}

function doomed(state: State, rules: Rules, index: number): void {
  const process = rules.callers[index] as number
  const reader = state.readers[index] as Readonly<Reader>
  if (state.attempts[process] === index) state.attempts[process] = -1
  if (rules.heeds && holdsLease(reader) && reader.at !== AT.loaded) {
    edited(state, index).doomed = 1
  }
}

/** All who are registered are woken, and only they. */
function wake(
  state: State,
  rules: Rules,
  process: number,
  kind: number,
  rev: number,
  version: number,
): void {
  for (const index of attempts(state, rules, process)) {
    const reader = state.readers[index] as Readonly<Reader>
    if (![AT.asking, AT.answered, AT.waiting].some((at) => at === reader.at)) continue
    if (reader.at === AT.answered && reader.outcome !== OUTCOME.busy) continue
    if (reader.wake !== 0) continue
    Object.assign(edited(state, index), { wake: kind, wakeRev: rev, wakeVersion: version })
    if (reader.at === AT.waiting) wakeUp(state, rules, index)
  }
}

/** The store evicts, a process is killed. */
export function accidentSteps(state: State, rules: Rules, offer: Offer<State>): void {
  const { record } = state
  if (state.evictions > 0 && record.kind !== KIND.nothing) {
    const next = copied(state)
    next.evictions--
    next.record = emptyRecord()
    overtake(next, 0)
    offer(next, 'the store evicts the entry', true)
  }
  if (state.losses > 0 && state.generations.present === 1) {
    const next = copied(state)
    next.losses--
    next.generations = { present: 0, clock: 0, floor: 0, tag: 0, intents: 0 }
    overtake(next, 0)
    offer(next, 'the store loses the generations', true)
  }
  if (state.kills > 0) {
    const next = copied(state)
    next.kills--
    killProcess(next, rules)
    offer(next, 'process B is killed', true)
  }
}

function killProcess(state: State, rules: Rules): void {
  for (const [index, process] of rules.callers.entries()) {
    if (process === 1) state.readers[index] = { ...idleReader(), at: AT.done }
  }
  state.attempts[1] = -1
  state.plainWakes &= 1
  state.wakes = state.wakes.filter((wake) => wake.process !== 1)
}
