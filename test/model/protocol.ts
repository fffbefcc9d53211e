// The protocol of src/cache/get-or-set.ts on the store of store.ts, as a model: what each caller, message, writer and
// accident may do next. The order of the offers depends on the state alone.
import { begunIn, clearLook, copied, judgesValid, nameOf, returns } from './calls.ts'
import type { Model, Offer } from './checker.ts'
import { type Configuration, type Rules, rulesOf } from './configuration.ts'
import { encoderOf } from './encoding.ts'
import { accidentSteps, messageSteps } from './events.ts'
import { failoverSteps, mayAsk } from './failover.ts'
import { attemptSteps, judgeAgain, launch } from './rounds.ts'
import { show } from './show.ts'
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
import { holdsLease, readGenerations, readRecord } from './store.ts'
import { isLast, tidy } from './tidy.ts'
import { writerSteps } from './writers.ts'

/** The protocol under a configuration, ready to be explored. */
export function protocol(configuration: Configuration): Model<State> {
  const rules = rulesOf(configuration)
  return {
    initial: () => initial(rules),
    steps: (state, take) => {
      const offer: Offer<State> = (next, label, luck) => {
        tidy(next, rules)
        const goesOn =
          next.fault === '' &&
          urgentSteps(next, rules, (further, what) => offer(further, joined(label, what), luck))
        if (!goesOn) take(next, label, luck)
      }
      for (let index = 0; index < state.readers.length; index++) {
        if (mayAsk(state, rules, index)) readerSteps(state, rules, index, offer)
      }
      messageSteps(state, rules, offer)
      writerSteps(state, rules, offer)
      accidentSteps(state, rules, offer)
      failoverSteps(state, rules, offer)
    },
    fault: (state) => {
      if (state.fault !== '') return state.fault
      return rules.p2 ? twoLeases(state) : undefined
    },
    isFinal: (state) => state.readers.every((reader) => reader.at === AT.done),
    encode: encoderOf(rules),
    show: (state) => show(state, rules),
    measure: (state) => {
      if (rules.measure === 'loads') return state.loads
      return Math.max(...state.readers.map((reader) => reader.uselessWaits))
    },
  }
}

function initial(rules: Rules): State {
  const state = fresh(rules)
  const writer = state.writers[0]
  if (rules.expired && writer !== undefined) {
    Object.assign(writer, { at: 2, version: 1, acts: 2, dead: 1, deadline: 2 })
    Object.assign(state, { source: 1, resolved: 1, time: 2, newest: 2 })
    state.generations.intents = 1
  }
  return state
}

function fresh(rules: Rules): State {
  const record = emptyRecord()
  if (rules.warm) Object.assign(record, { kind: KIND.value, rev: 1, stamp: 1 })
  return {
    source: 0,
    resolved: 0,
    time: 1,
    newest: 0,
    tokens: 1,
    record,
    generations: { present: 1, clock: 1, floor: 1, tag: 0, intents: 0 },
    readers: rules.callers.map(() => idleReader()),
    owned: 0,
    attempts: [-1, -1],
    plainWakes: 0,
    wakes: [],
    dooms: [],
    writers: rules.invalidations.map(() => ({ at: 0, version: 0, acts: 0, dead: 0, deadline: 0 })),
    evictions: rules.evictions,
    losses: rules.losses,
    failures: rules.failures,
    kills: rules.kills,
    loads: 0,
    failover: 0,
    replica: undefined,
    unaware: 0,
    replay: 0,
    fault: '',
  }
}

/**
 * Steps that nothing can come before, or that nothing else depends on, are taken together with the step before: the same
 * faults are found in far fewer states. A call sends its read before its process hears of anything else. And what the only call that its process
 * has left does within it, between an answer of the store and the next act on it, is seen by nobody.
 */
function urgentSteps(state: State, rules: Rules, offer: Offer<State>): boolean {
  for (const [index, reader] of state.readers.entries()) {
    if (reader.at === AT.begun) {
      const process = rules.callers[index] as number
      readerSteps(state, rules, index, offer)
      // Others may call in the same go.
      for (const [other, twin] of state.readers.entries()) {
        if (twin.at === AT.idle && rules.callers[other] === process)
          readerSteps(state, rules, other, offer)
      }
      return true
    }
  }
  if (rules.failover !== undefined) return false
  for (const [index, reader] of state.readers.entries()) {
    const inside =
      (reader.at === AT.looking && (reader.read & 3) === 3) ||
      reader.at === AT.answered ||
      reader.at === AT.committed ||
      (reader.at === AT.loaded && reader.outcome !== OUTCOME.lease)
    if (!inside || (rules.late && !isLast(state, rules, index))) continue
    readerSteps(state, rules, index, offer)
    return true
  }
  return false
}

function twoLeases(state: State): string | undefined {
  let intact = 0
  for (const reader of state.readers) if (reader.intact === 1 && holdsLease(reader)) intact++
  return intact > 1
    ? 'P2: two loads run under leases that are neither doomed nor lapsed'
    : undefined
}

function readerSteps(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  const reader = state.readers[index] as Readonly<Reader>
  const name = nameOf(rules, index)
  if (reader.at === AT.idle) {
    const next = copied(state)
    const begun = edited(next, index)
    begun.at = AT.begun
    begun.least = leastFor(state, rules, index)
    const label = `${name}: calls getOrSet; version ${begun.least} or later will do`
    if (rules.failover !== undefined || !isLast(state, rules, index)) offer(next, label)
    else callsAlone(next, rules, index, label, offer)
  } else if (reader.at === AT.begun) {
    begins(state, rules, index, offer)
  } else if (reader.at === AT.looking) {
    looks(state, rules, index, offer)
  } else if (reader.at === AT.completing) {
    const next = copied(state)
    const looking = edited(next, index)
    looking.need = Math.max(looking.need, readGenerations(next, rules, true).need)
    looking.at = AT.looking
    looking.read = 7
    offer(next, `${name}: reads the stamp of the tag it has found`)
  } else {
    attemptSteps(state, rules, index, offer)
  }
}

// Between a failover and the replay only the process of the journal can know what was lost.
function leastFor(state: State, rules: Rules, index: number): number {
  const exposed = state.failover === 2 && state.replay !== 0 && rules.callers[index] !== 0
  return exposed && !rules.heldDuringFailover ? 0 : state.resolved
}

function begins(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  const process = rules.callers[index] as number
  const name = nameOf(rules, index)
  const next = copied(state)
  const reader = edited(next, index)
  const running = next.attempts[process] as number
  if (rules.has('naive-single-flight') && running >= 0) {
    Object.assign(reader, { at: AT.sharing, of: running + 1, checked: 1 })
    offer(next, `${name}: joins the load of ${nameOf(rules, running)} without looking`)
    return
  }
  reader.at = AT.looking
  // Where nothing ever changes the generations it does not matter when they are read.
  if (!rules.bumps) Object.assign(reader, { read: 2, clock: 1, need: 1 })
  reader.lookedBy = begunIn(next, rules, process, index)
  offer(next, `${name}: sends its read`)
}

// Where nobody else can join, a call may as well begin just before its first read: later calls are promised more.
function callsAlone(
  state: State,
  rules: Rules,
  index: number,
  label: string,
  offer: Offer<State>,
): void {
  begins(state, rules, index, (sent) => {
    looks(sent, rules, index, (read, what) => {
      offer(read, joined(label, what))
    })
  })
}

// One sentence of two, about one and the same caller.
function joined(label: string, what: string): string {
  const name = what.slice(0, what.indexOf(':') + 2)
  return `${label}; ${label.startsWith(name) ? what.slice(name.length) : what}`
}

function looks(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  const { read } = state.readers[index] as Readonly<Reader>
  const name = nameOf(rules, index)
  if ((read & 3) === 3) {
    judges(state, rules, index, offer)
    return
  }
  if ((read & 1) === 0) {
    const next = copied(state)
    const reader = edited(next, index)
    readRecord(next, reader)
    reader.read |= 1
    complete(reader, rules, index)
    offer(next, `${name}: reads the record`)
  }
  if ((read & 2) === 0) {
    const next = copied(state)
    const reader = edited(next, index)
    const asks = rules.tagged && rules.declares[index] === true
    const { clock, need } = readGenerations(next, rules, asks)
    reader.clock = clock
    reader.need = need
    reader.read |= 2
    complete(reader, rules, index)
    offer(next, `${name}: reads the generations`)
  }
}

// An entry whose tag nobody had asked for takes one more read.
function complete(reader: Reader, rules: Rules, index: number): void {
  if (reader.read !== 3 || reader.hasValue === 0) return
  if (!rules.tagged || rules.declares[index] === true || rules.has('late-tags-unread')) return
  reader.at = AT.completing
}

function judges(state: State, rules: Rules, index: number, offer: Offer<State>): void {
  const process = rules.callers[index] as number
  const name = nameOf(rules, index)
  const next = copied(state)
  const reader = edited(next, index)
  if (reader.leads === 1) {
    const { version } = reader
    const valid = judgesValid(reader)
    judgeAgain(next, rules, index)
    offer(
      next,
      `${name}: ${valid ? `finds version ${version} and returns it` : 'finds nothing valid'}`,
    )
    return
  }
  if (judgesValid(reader)) {
    const { version } = reader
    returns(next, index, version)
    offer(next, `${name}: it is a hit: returns version ${version}`)
    return
  }
  const running = next.attempts[process] as number
  const leader = next.readers[running]
  if (leader !== undefined) {
    const ahead = leader.decided === 0 || (leader.ahead & bit(index)) !== 0
    const vouched = reader.leaseToken === leader.token && reader.leaseStamp >= reader.need
    if (ahead || (reader.leaseToken !== 0 && vouched) || rules.has('unchecked-joiners')) {
      clearLook(reader)
      Object.assign(reader, { at: AT.sharing, of: running + 1, checked: ahead ? 0 : 1 })
      offer(next, `${name}: a miss: joins the attempt of ${nameOf(rules, running)}`)
      return
    }
  }
  launch(next, rules, index)
  offer(next, `${name}: a miss: asks for the lease`)
}
