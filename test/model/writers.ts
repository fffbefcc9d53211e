// Writers commit to the source, then invalidate. With intents they announce it first, and may die at any moment.
import { copied, storeReachable } from './calls.ts'
import type { Offer } from './checker.ts'
import { actsOf, type Rules } from './configuration.ts'
import { bit, emptyRecord, KIND, type State, type Writer } from './state.ts'
import { bump, endQuarantine, overtake, quarantine, remove } from './store.ts'

/** How far a writer has come. */
const WRITER = { idle: 0, intends: 1, committed: 2, resolved: 3, rolledBack: 4 } as const

export function writerSteps(state: State, rules: Rules, offer: Offer<State>): void {
  for (const [index, writer] of state.writers.entries()) {
    const announces = rules.intents && rules.announces[index] === true
    if (announces) deadlineStep(state, index, offer)
    if (writer.dead === 1) continue
    if (writer.at === WRITER.idle) begins(state, rules, index, offer)
    else if (writer.at === WRITER.intends) afterIntent(state, rules, index, offer)
    else if (writer.at === WRITER.committed) invalidates(state, rules, index, offer)
    if (announces && (writer.at === WRITER.intends || writer.at === WRITER.committed)) {
      dies(state, index, offer)
    }
  }
}

function begins(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  // Writers are alike: the first one goes first.
  const before = state.writers[index - 1]
  if (before !== undefined && before.at === WRITER.idle) return
  if (before?.at !== undefined && before.at < WRITER.resolved && !rules.concurrent) return
  if (!rules.intents || rules.announces[index] === false) {
    commits(state, rules, index, offer)
    return
  }
  const next = copied(state)
  ;(next.writers[index] as Writer).at = WRITER.intends
  const target = rules.invalidations[index] as 'key' | 'tag'
  if (!rules.has('no-intents')) {
    if (target === 'key') {
      quarantine(next, index)
      overtake(next, 0)
    } else next.generations.intents |= bit(index)
  }
  offer(next, `writer ${index + 1}: the store has its intent on the ${target}`)
}

function afterIntent(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  const { deadline } = state.writers[index] as Writer
  if (deadline === 0 || rules.has('commit-after-deadline')) commits(state, rules, index, offer)
  const next = copied(state)
  ;(next.writers[index] as Writer).at = WRITER.rolledBack
  next.generations.intents &= ~bit(index)
  endQuarantine(next, rules, index, false)
  offer(next, `writer ${index + 1}: rolls back and withdraws its intent`)
}

function commits(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  const next = copied(state)
  const writer = next.writers[index] as Writer
  next.source++
  writer.at = WRITER.committed
  writer.version = next.source
  writer.acts = actsOf(rules.invalidations[index] ?? 'key')
  offer(next, `writer ${index + 1}: commits version ${next.source} to the source`)
}

// The invalidation resolves with its last act: the earliest moment, and so the hardest for readers.
function invalidates(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  if (!storeReachable(state, rules, 0)) return
  const { acts, version } = state.writers[index] as Writer
  for (const act of [1, 2]) {
    if ((acts & act) === 0 || (rules.keyFirst && act === 2 && (acts & 1) !== 0)) continue
    const next = copied(state)
    const writer = next.writers[index] as Writer
    if (act === 1) {
      if (rules.intents && rules.announces[index] === true) endQuarantine(next, rules, index, true)
      else remove(next, rules)
    } else {
      bump(next)
      dropIntents(next, index)
    }
    overtake(next, version)
    writer.acts &= ~act
    const what = `writer ${index + 1}: the store invalidates the ${act === 1 ? 'key' : 'tag'}`
    if (writer.acts === 0) {
      writer.at = WRITER.resolved
      next.resolved = Math.max(next.resolved, version)
      offer(next, `${what}; the invalidation of version ${version} has resolved`)
    } else offer(next, what)
  }
}

// Its own intent and those that have expired: the new stamp is later than their deadlines.
function dropIntents(state: State, index: number): void {
  state.generations.intents &= ~bit(index)
  for (const [other, writer] of state.writers.entries()) {
    if (writer.deadline !== 0) state.generations.intents &= ~bit(other)
  }
}

function dies(state: State, index: number, offer: Offer<State>): void {
  const next = copied(state)
  const writer = next.writers[index] as Writer
  writer.dead = 1
  // What a writer has committed is safe after its deadline, however it ended.
  if (writer.deadline !== 0) next.resolved = Math.max(next.resolved, writer.version)
  offer(next, `writer ${index + 1}: dies`, true)
}

function deadlineStep(state: State, index: number, offer: Offer<State>): void {
  const { at, deadline } = state.writers[index] as Writer
  if (deadline !== 0 || (at !== WRITER.intends && at !== WRITER.committed)) return
  const next = copied(state)
  const writer = next.writers[index] as Writer
  writer.deadline = ++next.time
  next.resolved = Math.max(next.resolved, writer.version)
  if ((next.generations.intents & bit(index)) !== 0) {
    next.newest = next.time
    overtake(next, writer.version)
  }
  const { record } = next
  const over = next.writers.every(
    (other, at) => (record.guards & bit(at)) === 0 || other.deadline !== 0,
  )
  if (record.kind === KIND.quarantine && over) {
    next.record = emptyRecord()
    overtake(next, 0)
  }
  const promise = writer.version === 0 ? '' : `; version ${writer.version} counts as invalidated`
  offer(next, `the deadline of writer ${index + 1} passes${promise}`)
}
