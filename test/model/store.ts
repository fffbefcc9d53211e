// The acts of the store, each atomic: the scripts of src/stores/redis/lua without bytes and clocks. They change the state
// they are given, which the caller has just copied.
import type { Rules } from './configuration.ts'
import { AT, bit, edited, emptyRecord, KIND, OUTCOME, type Reader, type State } from './state.ts'

/** A stamp newer than every one before. */
function issue(state: State): number {
  return ++state.time
}

/** A deadline that has not come yet, as a stamp. */
const FAR_AHEAD = 200

/** The deadlines of the tag's intents that have passed; the newest, or 0. */
function expiredDeadline(state: State): number {
  let newest = 0
  for (const [index, writer] of state.writers.entries()) {
    if ((state.generations.intents & bit(index)) !== 0) newest = Math.max(newest, writer.deadline)
  }
  return newest
}

/** INIT: makes the generations if there are none. Everything written before is then invalid. */
function ensureGenerations(state: State, rules: Rules): void {
  if (state.generations.present === 1) return
  const stamp = issue(state)
  const floor = rules.has('lost-generations-zero') ? 0 : stamp
  state.generations = { present: 1, clock: stamp, floor, tag: 0, intents: 0 }
  state.newest = stamp
}

/** HMGET: the clock, and the oldest stamp that is still valid for an entry with the tag (if that is asked for). */
export function readGenerations(
  state: State,
  rules: Rules,
  withTag: boolean,
): { clock: number; need: number } {
  ensureGenerations(state, rules)
  const { clock, floor, tag } = state.generations
  if (!withTag) return { clock, need: floor }
  // A clock that runs ahead sees a deadline as passed that is still to come: newer than every stamp so far.
  const early = rules.has('deadline-judged-early') && state.generations.intents !== 0
  const deadline = early ? FAR_AHEAD : expiredDeadline(state)
  return {
    clock: rules.has('stamp-without-deadlines') ? clock : Math.max(clock, deadline),
    need: Math.max(floor, tag, deadline),
  }
}

/** GET. */
export function readRecord(state: State, reader: Reader): void {
  const { record } = state
  reader.hasValue = record.kind === KIND.value ? 1 : 0
  reader.version = record.version
  reader.rev = record.rev
  reader.stamp = record.stamp
  reader.leaseToken = record.token
  reader.leaseStamp = record.leaseStamp
}

/**
 * ACQUIRE, on behalf of a reader whose look is done.
 *
 * @param lapsed the lease that stands there has run out by now
 */
export function acquire(
  state: State,
  rules: Rules,
  reader: Reader,
  process: number,
  lapsed: boolean,
): void {
  const { record } = state
  if (record.kind === KIND.quarantine && !rules.has('quarantine-stores')) {
    reader.outcome = OUTCOME.bypass
    return
  }
  const seen = rules.has('rev-unseen') ? 0 : reader.rev
  if (record.kind === KIND.value && record.rev !== seen && !rules.has('no-rev-check')) {
    reader.outcome = OUTCOME.hit
    return
  }
  const others = record.token !== 0 && record.token !== reader.token
  const valid = record.leaseStamp >= reader.need || rules.has('no-steal')
  if (others && !lapsed && valid && !rules.has('lease-for-all')) {
    record.waiters |= bit(process)
    reader.outcome = OUTCOME.busy
    reader.holder = record.token
    return
  }
  if (others && lapsed) lapse(state, record.token)
  if (others) doom(state, record.token)
  if (record.kind === KIND.nothing) record.kind = KIND.lease
  record.token = reader.token
  record.leaseStamp = reader.clock
  reader.outcome = OUTCOME.lease
  // What was invalidated since the look: the lease is doomed from birth.
  const doomed = state.generations.present === 0 || reader.clock < state.newest
  reader.intact = doomed ? 0 : 1
  reader.overtakenBy = doomed ? state.resolved : 0
}

/** COMMIT: true when it was stored. */
export function commit(state: State, rules: Rules, reader: Readonly<Reader>): boolean {
  const { record } = state
  if (record.token !== reader.token && !rules.has('commit-without-token')) return false
  const stamp = rules.has('stamp-after-load') ? state.generations.clock : reader.clock
  const { waiters } = record
  const { token, loadedVersion } = reader
  state.record = {
    ...emptyRecord(),
    kind: KIND.value,
    version: loadedVersion,
    rev: token,
    stamp,
  }
  if (rules.has('bare-wakes')) state.plainWakes |= waiters
  else bring(state, waiters, token, loadedVersion)
  return true
}

// Wakes with the record in hand.
function bring(state: State, waiters: number, rev: number, version: number): void {
  for (let process = 0; process < state.attempts.length; process++) {
    if ((waiters & bit(process)) === 0) continue
    if (state.wakes.some((wake) => wake.process === process && wake.rev === rev)) continue
    state.wakes.push({ process, rev, version })
  }
}

/** RELEASE: gives the lease up without a value. */
export function release(state: State, reader: Readonly<Reader>): void {
  const { record } = state
  if (record.token !== reader.token) return
  state.plainWakes |= record.waiters
  if (record.kind === KIND.lease) state.record = emptyRecord()
  else state.record = { ...record, token: 0, leaseStamp: 0, waiters: 0 }
}

/** REMOVE: value and lease go. A quarantine stays: its writer has yet to come. */
export function remove(state: State, rules: Rules): void {
  const { record } = state
  if (record.kind === KIND.quarantine && !rules.has('intent-removed-by-delete')) return
  state.plainWakes |= record.waiters
  if (rules.has('delete-keeps-lease') && record.token !== 0) {
    const { token, leaseStamp } = record
    state.record = { ...emptyRecord(), kind: KIND.lease, token, leaseStamp }
    return
  }
  if (record.token !== 0) doom(state, record.token)
  state.record = emptyRecord()
}

/** BUMP: the tag gets a new stamp. */
export function bump(state: State): void {
  const stamp = issue(state)
  state.newest = stamp
  const { generations } = state
  if (generations.present === 0) {
    state.generations = { present: 1, clock: stamp, floor: stamp, tag: stamp, intents: 0 }
    return
  }
  generations.clock = stamp
  generations.tag = stamp
}

/** An intent on the key: whatever is there goes, and nothing is stored until its writer is done or its deadline passes. */
export function quarantine(state: State, writer: number): void {
  const { record } = state
  if (record.kind === KIND.quarantine) {
    record.holders |= bit(writer)
    record.guards |= bit(writer)
    return
  }
  state.plainWakes |= record.waiters
  if (record.token !== 0) doom(state, record.token)
  state.record = {
    ...emptyRecord(),
    kind: KIND.quarantine,
    holders: bit(writer),
    guards: bit(writer),
  }
}

/** REMOVE with an intent, or its withdrawal: the quarantine goes with its last holder. */
export function endQuarantine(state: State, rules: Rules, writer: number, removes: boolean): void {
  const { record } = state
  if (record.kind !== KIND.quarantine) {
    if (removes) remove(state, rules)
    return
  }
  record.holders &= ~bit(writer)
  if (record.holders === 0 || rules.has('intent-removed-by-others')) {
    state.record = emptyRecord()
    overtake(state, 0)
  }
}

/** Tells the process of a lease that it was taken away. A message about an older round concerns nobody. */
function doom(state: State, token: number): void {
  const known = state.readers.some((reader) => reader.token === token && reader.at !== AT.done)
  if (known && !state.dooms.includes(token)) state.dooms.push(token)
}

// For P2: the lease has run out.
function lapse(state: State, token: number): void {
  const index = state.readers.findIndex((reader) => reader.token === token)
  if (index >= 0) edited(state, index).intact = 0
}

/** For P2: the invalidation of `version` has overtaken every load that runs under a lease now. */
export function overtake(state: State, version: number): void {
  for (const [index, { at, overtakenBy }] of state.readers.entries()) {
    if (at === AT.idle || !holdsLease(state.readers[index] as Readonly<Reader>)) continue
    const reader = edited(state, index)
    reader.intact = 0
    reader.overtakenBy = Math.max(overtakenBy, version)
  }
}

/** The lease is its process's from the answer to ACQUIRE until COMMIT. */
export function holdsLease(reader: Readonly<Reader>): boolean {
  if (reader.outcome !== OUTCOME.lease) return false
  return reader.at === AT.answered || reader.at === AT.loading || reader.at === AT.loaded
}
