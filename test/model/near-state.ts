/** How far a reader has come. */
export const NEAR = {
  idle: 0,
  reading: 1,
  /** A value is on the way to it. */
  found: 2,
  loading: 3,
  loaded: 4,
  /** Its COMMIT was refused. */
  refused: 5,
  done: 6,
} as const

export interface NearReader {
  at: number
  /** The version that it must at least be given. */
  least: number
  calls: number
  version: number
  stamp: number
}

/** What a process keeps: a near copy, the tag's stamp as the log has told it, and how far it has read the log. */
export interface NearProcess {
  copied: number
  version: number
  stamp: number
  /** Reads whose result may be kept, one bit each. */
  placeholder: number
  tag: number
  position: number
  /** Ticks since the sending of the last log read that was answered. */
  age: number
  /** 0 none, 1 sent, 2 answered and on the way back; and the ticks since it was sent. */
  poll: number
  sent: number
  answered: number
  /** The answer said that records were lost since the last. */
  gap: number
}

/** The entry with its lease, and the generations. */
interface NearStore {
  kept: number
  version: number
  stamp: number
  /** A reader's number, from 1. */
  lease: number
  leaseStamp: number
  clock: number
  tag: number
}

export interface NearState {
  source: number
  store: NearStore
  /** A stamp for the tag, 0 for the key. */
  log: number[]
  /** Records before this one are lost. */
  trimmed: number
  trims: number
  processes: NearProcess[]
  readers: NearReader[]
  /** How far the current invalidation has come. */
  writing: number
  sinceLogged: number
  /** By version: ticks since its invalidation resolved. */
  ended: number[]
  fault: string
}

export function initialNear(readers: readonly number[], trims: number, horizon: number): NearState {
  const process: NearProcess = {
    copied: 0,
    version: 0,
    stamp: 0,
    placeholder: 0,
    tag: 0,
    position: 0,
    age: horizon,
    poll: 0,
    sent: 0,
    answered: 0,
    gap: 0,
  }
  return {
    source: 0,
    store: { kept: 1, version: 0, stamp: 1, lease: 0, leaseStamp: 0, clock: 1, tag: 0 },
    log: [],
    trimmed: 0,
    trims,
    processes: [{ ...process }, { ...process }],
    readers: readers.map((calls) => {
      return { at: NEAR.idle, least: 0, calls, version: 0, stamp: 0 }
    }),
    writing: 0,
    sinceLogged: 0,
    ended: [],
    fault: '',
  }
}

// Written out, as in state.ts: spreading takes far longer.
export function copyNear(from: NearState): NearState {
  return {
    source: from.source,
    store: copyStore(from.store),
    log: from.log.length === 0 ? [] : from.log.slice(),
    trimmed: from.trimmed,
    trims: from.trims,
    processes: from.processes.map(copyProcess),
    readers: from.readers.map(copyReader),
    writing: from.writing,
    sinceLogged: from.sinceLogged,
    ended: from.ended.length === 0 ? [] : from.ended.slice(),
    fault: from.fault,
  }
}

function copyStore(from: NearStore): NearStore {
  const { kept, version, stamp, lease, leaseStamp, clock, tag } = from
  return { kept, version, stamp, lease, leaseStamp, clock, tag }
}

function copyReader(from: NearReader): NearReader {
  const { at, least, calls, version, stamp } = from
  return { at, least, calls, version, stamp }
}

function copyProcess(from: NearProcess): NearProcess {
  return {
    copied: from.copied,
    version: from.version,
    stamp: from.stamp,
    placeholder: from.placeholder,
    tag: from.tag,
    position: from.position,
    age: from.age,
    poll: from.poll,
    sent: from.sent,
    answered: from.answered,
    gap: from.gap,
  }
}

export function encodeNear(state: NearState, bytes: Uint8Array): number {
  let length = 0
  const put = (...values: readonly number[]): void => {
    for (const value of values) bytes[length++] = value
  }
  const { store } = state
  put(state.source, state.trimmed, state.trims, state.writing, state.sinceLogged)
  put(store.kept, store.version, store.stamp, store.lease, store.leaseStamp, store.clock, store.tag)
  put(state.log.length, ...state.log)
  for (const process of state.processes) {
    put(process.copied, process.version, process.stamp, process.placeholder, process.tag)
    put(process.position, process.age, process.poll, process.sent, process.answered, process.gap)
  }
  for (const { at, least, calls, version, stamp } of state.readers) {
    put(at, least, calls, version, stamp)
  }
  put(state.ended.length, ...state.ended, state.fault === '' ? 0 : 1)
  return length
}

export function showNear(state: NearState): string {
  const { store } = state
  const copies = state.processes.map(({ copied, version, placeholder, age }, index) => {
    const name = index === 0 ? 'A' : 'B'
    const copy = copied === 1 ? `version ${version}` : 'nothing'
    return `near ${name} ${copy}${placeholder === 0 ? '' : ' +placeholder'}, log read ${age} ago`
  })
  const kept = store.kept === 1 ? `version ${store.version}` : 'empty'
  return [`source ${state.source}`, `store ${kept}`, ...copies].join(' | ')
}
