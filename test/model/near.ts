// Near copies in two processes, in front of a store that keeps P1 by itself (that is what protocol.ts shows), and the log of
// invalidations that the processes read. Time passes in ticks; a near copy is served only while the last log read that was
// answered had been sent at most `horizon` ticks ago.
import type { Model, Offer } from './checker.ts'
import type { Mutant } from './mutants.ts'
import { bit } from './state.ts'
import { copyNear, encodeNear, initialNear, NEAR, showNear } from './near-state.ts'
import type { NearProcess, NearReader, NearState } from './near-state.ts'

export interface NearConfiguration {
  /** The process of each reader, 0 the one that invalidates. */
  readonly readers: readonly number[]
  /** How many calls each makes, one after the other. Default 2. */
  readonly calls?: readonly number[]
  /** One after the other. */
  readonly invalidations: readonly ('key' | 'tag')[]
  /** D in ticks. Default 1. */
  readonly horizon?: number
  /** Invalidations resolve when every process has read them, or D has passed: then every read is exact. */
  readonly everywhere?: boolean
  /** All reads ask the store: every one is exact. */
  readonly strict?: boolean
  /** Both processes have a near copy at the start. */
  readonly warm?: boolean
  /** How often the log may lose its oldest records unread. */
  readonly trims?: number
  readonly mutants?: readonly Mutant[]
}

interface NearRules extends Required<Omit<NearConfiguration, 'mutants'>> {
  has(mutant: Mutant): boolean
}

export function near(configuration: NearConfiguration): Model<NearState> {
  const mutants = new Set(configuration.mutants)
  const rules: NearRules = {
    horizon: 1,
    everywhere: false,
    strict: false,
    trims: 0,
    warm: false,
    calls: configuration.readers.map(() => 2),
    ...configuration,
    has: (mutant) => mutants.has(mutant),
  }
  return {
    initial: () => {
      const state = initialNear(rules.calls, rules.trims, rules.horizon)
      if (rules.warm)
        for (const process of state.processes) Object.assign(process, { copied: 1, stamp: 1 })
      return state
    },
    steps: (state, take) => {
      const offer: Offer<NearState> = (next, label, luck) => {
        tidy(next, rules)
        take(next, label, luck)
      }
      for (let index = 0; index < state.readers.length; index++) {
        readerSteps(state, rules, index, offer)
      }
      for (let process = 0; process < state.processes.length; process++) {
        if (reads(state, rules, process)) logSteps(state, rules, process, offer)
      }
      invalidationSteps(state, rules, offer)
      timeSteps(state, rules, offer)
    },
    fault: (state) => (state.fault === '' ? undefined : state.fault),
    isFinal: (state) => state.readers.every((reader) => reader.at === NEAR.done),
    encode: encodeNear,
    show: showNear,
  }
}

function nameOf(rules: NearRules, index: number): string {
  const process = rules.readers[index]
  const before = rules.readers.slice(0, index).filter((other) => other === process).length
  return `${process === 0 ? 'A' : 'B'}${before + 1}`
}

/** The least version for a call that begins now. */
function leastFor(state: NearState, rules: NearRules, process: number): number {
  const exact = rules.strict || rules.everywhere || process === 0
  let least = 0
  for (const [index, age] of state.ended.entries()) {
    if (age >= 0 && (exact || age > rules.horizon)) least = index + 1
  }
  return least
}

function mayServe(process: NearProcess, rules: NearRules): boolean {
  if (rules.strict || process.copied === 0 || process.stamp < process.tag) return false
  return process.age <= rules.horizon || rules.has('past-horizon-served')
}

function returns(state: NearState, index: number, version: number): void {
  const reader = state.readers[index] as NearReader
  if (version < reader.least) {
    state.fault =
      `P1: a read that may be given nothing older than version ${reader.least} ` +
      `was given version ${version}`
  }
  const at = reader.calls > 1 ? NEAR.idle : NEAR.done
  state.readers[index] = { at, least: 0, calls: reader.calls - 1, version: 0, stamp: 0 }
}

function readerSteps(
  state: NearState,
  rules: NearRules,
  index: number,
  offer: Offer<NearState>,
): void {
  const name = nameOf(rules, index)
  const owner = rules.readers[index] as number
  const next = copyNear(state)
  const reader = next.readers[index] as NearReader
  const process = next.processes[owner] as NearProcess
  const { store } = next
  if (reader.at === NEAR.idle) {
    reader.least = leastFor(state, rules, owner)
    const call = `${name}: calls; version ${reader.least} or later will do;`
    if (mayServe(process, rules)) {
      const { version } = process
      returns(next, index, version)
      offer(next, `${call} its near copy is served: version ${version}`)
      return
    }
    reader.at = NEAR.reading
    if (!rules.strict) process.placeholder |= bit(index)
    offer(next, `${call} nothing near, puts a placeholder`)
  } else if (reader.at === NEAR.reading) {
    if (store.kept === 1 && store.stamp >= store.tag) {
      Object.assign(reader, { at: NEAR.found, version: store.version, stamp: store.stamp })
      offer(next, `${name}: the store has version ${store.version}; the answer is on the way`)
    } else if (store.lease === 0 || store.leaseStamp < store.tag) {
      store.lease = index + 1
      store.leaseStamp = store.clock
      Object.assign(reader, { at: NEAR.loading, stamp: store.clock })
      offer(next, `${name}: the store has nothing valid and gives it the lease`)
    }
  } else if (reader.at === NEAR.loading) {
    Object.assign(reader, { at: NEAR.loaded, version: next.source })
    offer(next, `${name}: its load reads version ${next.source} from the source`)
  } else if (reader.at === NEAR.loaded) {
    const { version, stamp } = reader
    const holds = store.lease === index + 1
    if (holds) Object.assign(store, { kept: 1, version, stamp, lease: 0, leaseStamp: 0 })
    reader.at = holds ? NEAR.found : NEAR.refused
    offer(next, `${name}: the store ${holds ? 'takes' : 'refuses'} its COMMIT of ${version}`)
  } else if (reader.at === NEAR.found) {
    fill(process, reader, index, rules)
    const { version } = reader
    returns(next, index, version)
    offer(next, `${name}: hears it and returns version ${version}`)
  } else if (reader.at === NEAR.refused) {
    const { version } = reader
    process.placeholder &= ~bit(index)
    returns(next, index, version)
    offer(next, `${name}: returns version ${version} and keeps no copy`)
  }
}

// A record of the log that came in between has removed the placeholder of this very read.
function fill(process: NearProcess, reader: NearReader, index: number, rules: NearRules): void {
  if (rules.strict) return
  const { version, stamp } = reader
  const own = (process.placeholder & bit(index)) !== 0
  const any = process.placeholder !== 0 && rules.has('shared-placeholder')
  if (own || any || rules.has('no-placeholder')) {
    Object.assign(process, { copied: 1, version, stamp })
  }
  process.placeholder &= ~bit(index)
}

function drop(process: NearProcess): void {
  Object.assign(process, { copied: 0, version: 0, stamp: 0, placeholder: 0 })
}

/** A process asks for what is new in the log, the store answers, the answer arrives. */
function logSteps(
  state: NearState,
  rules: NearRules,
  index: number,
  offer: Offer<NearState>,
): void {
  const name = index === 0 ? 'A' : 'B'
  const next = copyNear(state)
  const process = next.processes[index] as NearProcess
  if (process.poll === 0) {
    Object.assign(process, { poll: 1, sent: 0 })
    offer(next, `process ${name}: asks for what is new in the log`)
  } else if (process.poll === 1) {
    const gap = process.position < next.trimmed ? 1 : 0
    Object.assign(process, { poll: 2, answered: next.log.length, gap })
    offer(next, `process ${name}: the store answers with the log up to record ${next.log.length}`)
  } else {
    if (process.gap === 1 && !rules.has('gap-unnoticed')) drop(process)
    for (let at = process.position; at < process.answered; at++) {
      const stamp = next.log[at] as number
      if (process.gap === 1 && at < next.trimmed) continue
      if (stamp === 0) drop(process)
      else process.tag = stamp
    }
    process.position = process.answered
    process.age = rules.has('horizon-from-answer') ? 0 : process.sent
    Object.assign(process, { poll: 0, sent: 0, answered: 0, gap: 0 })
    offer(next, `process ${name}: reads the log up to record ${process.position}`)
  }
}

/** The writer in process A: commits, tells the store, then the log, then its own near copies, and is done. */
function invalidationSteps(state: NearState, rules: NearRules, offer: Offer<NearState>): void {
  const current = state.ended.length
  const target = rules.invalidations[current]
  if (target === undefined) return
  const next = copyNear(state)
  const { store } = next
  const label = `writer ${current + 1}`
  const early = rules.has('log-before-delete')
  if (state.writing === 0) {
    next.source++
    next.writing = 1
    offer(next, `${label}: commits version ${next.source} to the source`)
  } else if (state.writing === 1) {
    next.writing = target === 'key' ? 2 : 3
    if (target === 'tag') {
      store.clock++
      store.tag = store.clock
      next.log.push(store.clock)
      offer(next, `${label}: the store bumps the tag, and logs it in the same step`)
    } else if (early) {
      next.log.push(0)
      offer(next, `${label}: the log has the key`)
    } else {
      Object.assign(store, { kept: 0, version: 0, stamp: 0, lease: 0, leaseStamp: 0 })
      offer(next, `${label}: the store deletes the key`)
    }
  } else if (state.writing === 2) {
    next.writing = 3
    if (early) {
      Object.assign(store, { kept: 0, version: 0, stamp: 0, lease: 0, leaseStamp: 0 })
      offer(next, `${label}: the store deletes the key`)
    } else {
      next.log.push(0)
      offer(next, `${label}: the log has the key`)
    }
  } else if (state.writing === 3) {
    next.writing = 4
    next.sinceLogged = 0
    const own = next.processes[0] as NearProcess
    if (!rules.has('own-near-unaware')) {
      if (target === 'key') drop(own)
      else own.tag = store.tag
    }
    if (rules.everywhere) {
      offer(next, `${label}: has dropped its own near copies and waits for the others`)
      return
    }
    resolve(next)
    offer(next, `${label}: its invalidation of version ${next.source} has resolved`)
  } else if (mayResolve(state, rules)) {
    resolve(next)
    offer(next, `${label}: its invalidation of version ${next.source} has resolved everywhere`)
  }
}

function reads(state: NearState, rules: NearRules, process: number): boolean {
  return rules.readers.some(
    (owner, index) => owner === process && state.readers[index]?.at !== NEAR.done,
  )
}

// A process without readers left needs no copies, and has nothing against an invalidation. A copy that is older than the
// tag is never served again.
function tidy(state: NearState, rules: NearRules): void {
  for (const [index, process] of state.processes.entries()) {
    if (!reads(state, rules, index)) {
      Object.assign(process, { copied: 0, version: 0, stamp: 0, placeholder: 0, tag: 0 })
      Object.assign(process, { age: 0, poll: 0, sent: 0, answered: 0, gap: 0 })
      process.position = state.log.length
    } else if (process.copied === 1 && process.stamp < process.tag) {
      Object.assign(process, { copied: 0, version: 0, stamp: 0 })
    }
  }
}

function resolve(state: NearState): void {
  state.writing = 0
  state.sinceLogged = 0
  state.ended.push(0)
}

function mayResolve(state: NearState, rules: NearRules): boolean {
  if (rules.has('reach-without-waiting') || state.sinceLogged > rules.horizon) return true
  // Process A has just dropped its own copies.
  return (state.processes[1] as NearProcess).position >= state.log.length
}

function timeSteps(state: NearState, rules: NearRules, offer: Offer<NearState>): void {
  const next = copyNear(state)
  const late = rules.horizon + 1
  for (const [index, process] of next.processes.entries()) {
    if (!reads(state, rules, index)) continue
    process.age = Math.min(process.age + 1, late)
    if (process.poll !== 0) process.sent = Math.min(process.sent + 1, late)
  }
  next.ended = next.ended.map((age) => Math.min(age + 1, late))
  if (next.writing === 4) next.sinceLogged = Math.min(next.sinceLogged + 1, late)
  offer(next, 'a tick passes')
  if (state.trims > 0 && state.trimmed < state.log.length) {
    const trimmed = copyNear(state)
    trimmed.trims--
    trimmed.trimmed = state.log.length
    offer(trimmed, 'the log loses its records', true)
  }
}
