// Which states are alike. Tokens are names: only which are equal counts, so they are numbered in the order in which they
// appear. Two callers of one process that have the same part to play may change places.
import type { Rules } from './configuration.ts'
import type { GenerationsState, Reader, State, StoredRecord } from './state.ts'

export function encoderOf(rules: Rules): (state: State, bytes: Uint8Array) => number {
  const twins =
    rules.callers.length > 1 &&
    rules.callers[0] === rules.callers[1] &&
    rules.declares[0] === rules.declares[1]
  const same = rules.callers.map((_, index) => index)
  const swapped = same.map((index) => (index < 2 ? 1 - index : index))
  const sink = new Sink()
  const bounded = rules.maxRounds < Infinity
  return (state, bytes) => {
    const swap =
      twins && comesLater(state.readers[0] as Reader, state.readers[1] as Readonly<Reader>)
    sink.begin(bytes, swap)
    sink.put(bounded ? state.plainWakes : 0)
    write(sink, state, swap ? swapped : same)
    return sink.length
  }
}

// Any order will do as long as it does not depend on who is first.
function comesLater(a: Readonly<Reader>, b: Readonly<Reader>): boolean {
  if (a.at !== b.at) return a.at > b.at
  if (a.least !== b.least) return a.least > b.least
  if (a.read !== b.read) return a.read > b.read
  if (a.of !== b.of) return (a.of === 0 ? 0 : 1) > (b.of === 0 ? 0 : 1)
  if (a.outcome !== b.outcome) return a.outcome > b.outcome
  if (a.loadedVersion !== b.loadedVersion) return a.loadedVersion > b.loadedVersion
  if (a.rounds !== b.rounds) return a.rounds > b.rounds
  if (a.clock !== b.clock) return a.clock > b.clock
  return a.version > b.version
}

class Sink {
  length = 0
  #bytes: Uint8Array = new Uint8Array(0)
  #swap = false
  readonly #names: number[] = []

  begin(bytes: Uint8Array, swap: boolean): void {
    this.length = 0
    this.#bytes = bytes
    this.#swap = swap
    this.#names.length = 0
  }

  put(value: number): void {
    this.#bytes[this.length++] = value
  }

  /** A token. */
  name(token: number): void {
    if (token <= 0) {
      this.put(token === 0 ? 0 : 255)
      return
    }
    let at = this.#names.indexOf(token)
    if (at < 0) at = this.#names.push(token) - 1
    this.put(at + 1)
  }

  /** A caller's number, from 0. */
  caller(index: number): void {
    this.put(this.#swap && index >= 0 && index < 2 ? 1 - index : index)
  }

  /** Callers, one bit each. */
  callers(bits: number): void {
    if (!this.#swap) this.put(bits)
    else this.put((bits & ~3) | ((bits & 1) << 1) | ((bits & 2) >> 1))
  }
}

function write(sink: Sink, state: State, order: readonly number[]): void {
  sink.put(state.source)
  sink.put(state.resolved)
  sink.put(state.time)
  sink.put(state.newest)
  writeRecord(sink, state.record)
  writeGenerations(sink, state.generations)
  for (const index of order) writeReader(sink, state.readers[index] as Readonly<Reader>)
  for (const leader of state.attempts) sink.caller(leader)
  sink.put(state.wakes.length)
  for (const { process, rev, version } of state.wakes.toSorted(byProcess)) {
    sink.put(process)
    sink.name(rev)
    sink.put(version)
  }
  for (const index of order) {
    const { token } = state.readers[index] as Readonly<Reader>
    sink.put(token !== 0 && state.dooms.includes(token) ? 1 : 0)
  }
  for (const { at, version, acts, dead, deadline } of state.writers) {
    sink.put(at)
    sink.put(version)
    sink.put(acts)
    sink.put(dead)
    sink.put(deadline)
  }
  sink.put(state.evictions)
  sink.put(state.losses)
  sink.put(state.failures)
  sink.put(state.kills)
  sink.put(state.loads)
  sink.put(state.failover)
  sink.put(state.unaware)
  sink.put(state.replay)
  sink.put(state.fault === '' ? 0 : 1)
  if (state.replica !== undefined) {
    writeRecord(sink, state.replica.record)
    writeGenerations(sink, state.replica.generations)
  }
}

function byProcess(
  a: { process: number; version: number },
  b: { process: number; version: number },
): number {
  return a.process - b.process || a.version - b.version
}

function writeRecord(sink: Sink, record: StoredRecord): void {
  sink.put(record.kind)
  if (record.kind === 0) return
  sink.put(record.version)
  sink.name(record.rev)
  sink.put(record.stamp)
  sink.name(record.token)
  sink.put(record.leaseStamp)
  sink.put(record.waiters)
  sink.put(record.holders)
  sink.put(record.guards)
}

function writeGenerations(sink: Sink, generations: GenerationsState): void {
  sink.put(generations.present)
  sink.put(generations.clock)
  sink.put(generations.floor)
  sink.put(generations.tag)
  sink.put(generations.intents)
}

function writeReader(sink: Sink, reader: Readonly<Reader>): void {
  sink.put(reader.at)
  sink.put(reader.uselessWaits)
  // One who has not begun, or is done, has nothing else to tell.
  if (reader.at === 0 || reader.at === 12) return
  sink.put(reader.least)
  sink.put(reader.read)
  sink.put(reader.hasValue)
  sink.put(reader.version)
  sink.name(reader.rev)
  sink.put(reader.stamp)
  sink.name(reader.leaseToken)
  sink.put(reader.leaseStamp)
  sink.put(reader.clock)
  sink.put(reader.need)
  sink.caller(reader.of - 1)
  sink.put(reader.checked)
  sink.put(reader.leads)
  sink.name(reader.token)
  sink.put(reader.outcome)
  sink.name(reader.holder)
  sink.put(reader.decided)
  sink.callers(reader.ahead)
  sink.callers(reader.lookedBy)
  sink.put(reader.rounds)
  sink.put(reader.retries)
  sink.put(reader.doomed)
  sink.put(reader.wake)
  sink.name(reader.wakeRev)
  sink.put(reader.wakeVersion)
  sink.put(reader.loadedVersion)
  sink.put(reader.intact)
  sink.put(reader.overtakenBy)
}
