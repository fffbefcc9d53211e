// One attempt: the rounds of src/cache/get-or-set.ts (#rounds), from ACQUIRE to the landing of a value.
import type { Offer } from './checker.ts'
import type { Rules } from './configuration.ts'
import {
  attempts,
  begunIn,
  clearLook,
  copied,
  finish,
  forget,
  judgesValid,
  nameOf,
  returns,
  tokenFor,
} from './calls.ts'
import { AT, bit, edited, OUTCOME, type Reader, type State } from './state.ts'
import { acquire, commit, holdsLease, release } from './store.ts'

/** The call goes on as the leader of a new attempt, with the look it has just had. */
export function launch(state: State, rules: Rules, index: number): void {
  const reader = edited(state, index)
  reader.leads = 1
  reader.rounds = 0
  state.attempts[rules.callers[index] as number] = index
  ask(state, reader)
}

// Registers for wakes first, so that none falls in between.
function ask(state: State, reader: Reader): void {
  const { rev, clock, need, lookedBy } = reader
  clearLook(reader)
  Object.assign(reader, { rev, clock, need, lookedBy, at: AT.asking })
  reader.token = tokenFor(state)
  reader.decided = 0
  reader.ahead = 0
  reader.doomed = 0
  reader.wake = 0
}

/** What the look of a later round has found. */
export function judgeAgain(state: State, rules: Rules, index: number): void {
  const reader = edited(state, index)
  if (judgesValid(reader)) {
    land(state, rules, index, reader.version, false)
    return
  }
  reader.decided = 0
  reader.ahead = 0
  if (reader.rounds < rules.maxRounds) ask(state, reader)
  else loadUnstored(state, rules, index)
}

/** Another round begins with another look. `counts`: it is one of `maxRounds`; a wait that nobody ended is none. */
export function lookAgain(state: State, rules: Rules, index: number, counts: boolean): void {
  const reader = edited(state, index)
  clearLook(reader)
  if (counts && rules.maxRounds < Infinity) reader.rounds++
  // A new token: late messages about the old one must not end the attempt.
  reader.token = 0
  reader.of = 0
  reader.outcome = OUTCOME.none
  reader.holder = 0
  reader.doomed = 0
  reader.wake = 0
  reader.intact = 0
  reader.overtakenBy = 0
  reader.at = AT.looking
  if (!rules.bumps) Object.assign(reader, { read: 2, clock: 1, need: 1 })
  reader.lookedBy = begunIn(state, rules, rules.callers[index] as number, index)
  reader.decided = 1
  reader.ahead = reader.lookedBy
}

function beginLoad(state: State, rules: Rules, index: number): void {
  const reader = edited(state, index)
  const { clock, outcome } = reader
  clearLook(reader)
  reader.clock = outcome === OUTCOME.lease ? clock : 0
  reader.at = AT.loading
  reader.decided = 1
  reader.ahead = begunIn(state, rules, rules.callers[index] as number, index)
  if (rules.measure === 'loads') state.loads++
}

/** Loads for the callers alone. */
function loadUnstored(state: State, rules: Rules, index: number): void {
  const reader = edited(state, index)
  reader.outcome = OUTCOME.bypass
  beginLoad(state, rules, index)
}

/** A call that shares with nobody. */
function loadAside(state: State, rules: Rules, index: number): void {
  const reader = edited(state, index)
  reader.leads = 0
  loadUnstored(state, rules, index)
}

/** The attempt has a value: its leader has it, and everyone who shares it and may. */
function land(state: State, rules: Rules, index: number, version: number, lateTags: boolean): void {
  const { ahead, decided } = state.readers[index] as Readonly<Reader>
  const process = rules.callers[index] as number
  if (state.attempts[process] === index) state.attempts[process] = -1
  returns(state, index, version)
  for (const [other, reader] of state.readers.entries()) {
    if (reader.of !== index + 1) continue
    const knows = !lateTags || rules.declares[other] === true
    if (reader.at === AT.deferring) {
      if (knows || rules.has('late-tags-unchecked')) land(state, rules, other, version, lateTags)
      else lookAgain(state, rules, other, true)
    } else if (reader.at === AT.sharing) {
      const good = reader.checked === 1 ? knows : decided === 0 || (ahead & bit(other)) !== 0
      const careless = rules.has('naive-single-flight') || rules.has('unchecked-joiners')
      const trusting = reader.checked === 1 && rules.has('late-tags-unchecked')
      if (good || careless || trusting) returns(state, other, version)
      else beginAnew(state, rules, other)
    }
  }
}

function beginAnew(state: State, rules: Rules, index: number): void {
  const reader = edited(state, index)
  const retries = rules.maxRounds < Infinity ? reader.retries + 1 : 0
  // Its new beginning comes after everything decided so far.
  forget(state, index)
  clearLook(reader)
  reader.of = 0
  reader.checked = 0
  if (retries > rules.maxRounds) loadAside(state, rules, index)
  else Object.assign(reader, { at: AT.begun, retries })
}

/** A failed load: its leader and all who share it get the error. */
function fail(state: State, rules: Rules, index: number): void {
  const process = rules.callers[index] as number
  if (state.attempts[process] === index) state.attempts[process] = -1
  finish(state, index)
  for (const [other, reader] of state.readers.entries()) {
    if (reader.of !== index + 1) continue
    if (reader.at === AT.deferring) fail(state, rules, other)
    else finish(state, other)
  }
}

/** Offers what the attempt of a reader may do next. */
export function attemptSteps(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  const reader = state.readers[index] as Readonly<Reader>
  const name = nameOf(rules, index)
  if (reader.at === AT.asking) {
    asks(state, rules, index, false, offer)
    // A lease may have lapsed by the time that somebody asks for it. Nothing else ever depends on it.
    const { token } = state.record
    if (rules.lapses && token !== 0 && token !== reader.token)
      asks(state, rules, index, true, offer)
  } else if (reader.at === AT.answered) {
    hear(state, rules, index, offer)
  } else if (reader.at === AT.waiting) {
    const next = copied(state)
    lookAgain(next, rules, index, false)
    offer(next, `${name}: is not woken in time and looks again`)
  } else if (reader.at === AT.loading) {
    const next = copied(state)
    const loader = edited(next, index)
    loader.at = AT.loaded
    loader.loadedVersion = next.source
    offer(next, `${name}: its load reads version ${next.source} from the source`)
    failing(state, rules, index, offer)
  } else if (reader.at === AT.loaded) {
    loadedStep(state, rules, index, offer)
  } else if (reader.at === AT.committed) {
    const next = copied(state)
    land(next, rules, index, reader.loadedVersion, rules.tagged)
    offer(next, `${name}: returns the version ${reader.loadedVersion} that it has loaded`)
  }
}

const ANSWERS = ['nothing', 'lease', 'hit', 'busy', 'bypass'] as const

function asks(
  state: State,
  rules: Rules,
  index: number,
  lapsed: boolean,
  offer: Offer<State>,
): void {
  const next = copied(state)
  const reader = edited(next, index)
  acquire(next, rules, reader, rules.callers[index] as number, lapsed)
  if (lapsed && reader.outcome !== OUTCOME.lease) return
  if (reader.outcome === OUTCOME.busy && rules.measure === 'uselessWaits') countWait(next, reader)
  reader.at = AT.answered
  reader.rev = 0
  reader.need = 0
  if (reader.outcome !== OUTCOME.lease) reader.clock = 0
  const late = lapsed ? ', after the old lease has lapsed,' : ''
  const answer = ANSWERS[reader.outcome] ?? ''
  offer(next, `${nameOf(rules, index)}: the store handles its ACQUIRE${late} and answers ${answer}`)
}

function hear(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  const name = nameOf(rules, index)
  const process = rules.callers[index] as number
  const next = copied(state)
  const reader = edited(next, index)
  if (reader.outcome === OUTCOME.lease || reader.outcome === OUTCOME.bypass) {
    const how = reader.outcome === OUTCOME.lease ? 'under the lease' : 'without a lease'
    beginLoad(next, rules, index)
    offer(next, `${name}: hears it and begins to load ${how}`)
  } else if (reader.outcome === OUTCOME.hit) {
    lookAgain(next, rules, index, true)
    offer(next, `${name}: hears it and looks again`)
  } else {
    const holder = attempts(next, rules, process).find(
      (other) => (next.readers[other] as Readonly<Reader>).token === reader.holder,
    )
    if (holder !== undefined) {
      reader.decided = 1
      reader.ahead = reader.lookedBy
      reader.at = AT.deferring
      reader.of = holder + 1
      reader.wake = 0
      reader.wakeRev = 0
      reader.wakeVersion = 0
      if (next.attempts[process] === index) next.attempts[process] = holder
      offer(next, `${name}: hears that ${nameOf(rules, holder)} holds the lease and waits for it`)
    } else {
      reader.at = AT.waiting
      const woken = reader.wake !== 0
      if (woken) wakeUp(next, rules, index)
      offer(next, `${name}: hears it and ${woken ? 'has already been woken' : 'waits'}`)
    }
  }
}

/** A waiter was woken: it takes the record that came along if that is the very load it waited for, or looks again. */
export function wakeUp(state: State, rules: Rules, index: number): void {
  const reader = edited(state, index)
  const { wake, wakeRev, wakeVersion, holder } = reader
  const knows = !rules.tagged || rules.declares[index] === true || rules.has('vouched-undeclared')
  if (wake === 2 && (wakeRev === holder || rules.has('wake-from-anyone')) && knows) {
    reader.decided = 1
    reader.ahead = reader.lookedBy
    land(state, rules, index, wakeVersion, false)
  } else {
    lookAgain(state, rules, index, true)
  }
}

function loadedStep(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  const name = nameOf(rules, index)
  const next = copied(state)
  const reader = edited(next, index)
  const version = reader.loadedVersion
  if (reader.outcome === OUTCOME.lease) {
    const stored = commit(next, rules, reader)
    Object.assign(reader, { at: AT.committed, intact: 0, overtakenBy: 0, clock: 0, outcome: 0 })
    offer(next, `${name}: the store ${stored ? 'takes' : 'refuses'} its COMMIT of ${version}`)
  } else {
    land(next, rules, index, version, rules.tagged)
    offer(next, `${name}: returns the version ${version} that it has loaded, stored nowhere`)
  }
}

function failing(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  const name = nameOf(rules, index)
  const reader = state.readers[index] as Readonly<Reader>
  if (reader.doomed === 1 && reader.outcome === OUTCOME.lease) {
    const next = copied(state)
    lookAgain(next, rules, index, true)
    offer(next, `${name}: its load, overtaken, gives up; it looks again`, true)
  }
  if (state.failures > 0) {
    const next = copied(state)
    next.failures--
    if (reader.outcome === OUTCOME.lease) release(next, reader)
    fail(next, rules, index)
    offer(
      next,
      `${name}: its load fails, the lease is given up, all who share it get the error`,
      true,
    )
  }
}

// A fresh reader told to wait for a load that an invalidation had overtaken before the reader began.
function countWait(state: State, reader: Reader): void {
  const holder = state.readers.find((other) => other.token === reader.holder && holdsLease(other))
  if (holder === undefined || holder.overtakenBy === 0) return
  if (holder.overtakenBy <= reader.least) reader.uselessWaits = 1
}
