// What the model of the protocol knows: a source of truth, one key in a store, the generations of one tag, callers of
// getOrSet in two processes, writers. Everything is a small number; a time is the number of stamps issued before it.

/** How far a caller has come. */
export const AT = {
  idle: 0,
  /** Has begun; its process may gather other calls before it reads. */
  begun: 1,
  /** Reads the record and the generations, in either order. */
  looking: 2,
  /** Has found a tag that it did not know of and reads that one's stamp. */
  completing: 3,
  /** Waits for the attempt of another caller of its process. */
  sharing: 4,
  /** Its ACQUIRE is on the way, its process registered for wakes. */
  asking: 5,
  /** The answer to its ACQUIRE is on the way. */
  answered: 6,
  /** Another process loads: sleeps until woken, or until the lease should have lapsed. */
  waiting: 7,
  /** The store named a lease of an attempt of this very process: waits for that one. */
  deferring: 8,
  loading: 9,
  /** Has the value; under a lease its COMMIT is on the way. */
  loaded: 10,
  /** The answer to its COMMIT is on the way. */
  committed: 11,
  done: 12,
} as const

/** What ACQUIRE answers, and whether a load runs under a lease. */
export const OUTCOME = { none: 0, lease: 1, hit: 2, busy: 3, bypass: 4 } as const

/** What lies under the key. */
export const KIND = { nothing: 0, lease: 1, value: 2, quarantine: 3 } as const

/** The one record of the one key. */
export interface StoredRecord {
  kind: number
  version: number
  rev: number
  stamp: number
  /** 0: no lease. */
  token: number
  leaseStamp: number
  /** Processes to be woken, one bit each. */
  waiters: number
  /** Writers whose intents stand here, one bit each. */
  holders: number
  /** Writers whose deadlines must all have passed before a quarantine ends, one bit each. */
  guards: number
}

/** The hash of generations, with the one tag. */
export interface GenerationsState {
  present: number
  clock: number
  floor: number
  tag: number
  /** Writers with an intent on the tag, one bit each. */
  intents: number
}

/** One caller, and the attempt that it may lead. */
export interface Reader {
  at: number
  /** The version that it must at least be given. */
  least: number
  /** The look: what has been read so far, one bit for the record, one for the generations. */
  read: number
  hasValue: number
  version: number
  rev: number
  stamp: number
  leaseToken: number
  leaseStamp: number
  clock: number
  /** The floor, and the tag's stamp as far as it was asked for. */
  need: number
  /** The attempt whose result it waits for: a reader's number. */
  of: number
  /** The store has vouched for that attempt; otherwise its deciding act must come later. */
  checked: number
  /** It leads an attempt. */
  leads: number
  token: number
  outcome: number
  holder: number
  /** The deciding act has begun, and the callers that had begun before it, one bit each. */
  decided: number
  ahead: number
  /** The callers that had begun before this attempt's newest look. */
  lookedBy: number
  rounds: number
  retries: number
  doomed: number
  /** 0 not woken, 1 woken, 2 woken with the record `wakeRev` of version `wakeVersion`. */
  wake: number
  wakeRev: number
  wakeVersion: number
  /** The version that its load has read. */
  loadedVersion: number
  /** Its lease is neither doomed nor lapsed, as seen by one who knows everything. */
  intact: number
  /** The newest version whose invalidation overtook its lease. */
  overtakenBy: number
  /** It was told to wait for a load that had been overtaken before its call. */
  uselessWaits: number
}

/** A wake that is on its way to a process. */
interface WakeMessage {
  process: number
  rev: number
  version: number
}

export interface Writer {
  /** 0 idle, 1 intends, 2 committed, 3 resolved, 4 rolled back. */
  at: number
  version: number
  /** Its acts still to be done: 1 the key, 2 the tag. */
  acts: number
  dead: number
  /** Its intent's deadline: 0 to come, else the stamp that was current then. */
  deadline: number
}

export interface State {
  /** The newest version in the source. */
  source: number
  /** The newest version whose invalidation has resolved. */
  resolved: number
  /** The newest stamp ever issued; the server's time, which no loss of data sets back. */
  time: number
  /** The newest stamp that has ever counted as an invalidation of the tag, also if that was lost or withdrawn later. */
  newest: number
  /** Tokens given so far. */
  tokens: number
  record: StoredRecord
  generations: GenerationsState
  /** Shared with the state before until one is to be changed: {@link edited}. */
  readers: Readonly<Reader>[]
  /** Which readers are this state's own, one bit each. */
  owned: number
  /** By process: the attempt that new callers find; a reader's number, or -1. */
  attempts: number[]
  plainWakes: number
  wakes: WakeMessage[]
  dooms: number[]
  writers: Writer[]
  /** What may still go wrong: evictions of the entry, losses of the generations, loads that fail, a killed process. */
  evictions: number
  losses: number
  failures: number
  kills: number
  loads: number
  /** Failover: 0 replicating, 1 stopped, 2 the replica has taken over. */
  failover: number
  replica: { record: StoredRecord; generations: GenerationsState } | undefined
  /** Processes that have not yet noticed the new server, one bit each. */
  unaware: number
  /** Acts of the journal still to be replayed: 1 the key, 2 the tag. */
  replay: number
  fault: string
}

export function emptyRecord(): StoredRecord {
  return {
    kind: 0,
    version: 0,
    rev: 0,
    stamp: 0,
    token: 0,
    leaseStamp: 0,
    waiters: 0,
    holders: 0,
    guards: 0,
  }
}

export function idleReader(): Reader {
  return {
    at: 0,
    least: 0,
    read: 0,
    hasValue: 0,
    version: 0,
    rev: 0,
    stamp: 0,
    leaseToken: 0,
    leaseStamp: 0,
    clock: 0,
    need: 0,
    of: 0,
    checked: 0,
    leads: 0,
    token: 0,
    outcome: 0,
    holder: 0,
    decided: 0,
    ahead: 0,
    lookedBy: 0,
    rounds: 0,
    retries: 0,
    doomed: 0,
    wake: 0,
    wakeRev: 0,
    wakeVersion: 0,
    loadedVersion: 0,
    intact: 0,
    overtakenBy: 0,
    uselessWaits: 0,
  }
}

// Copies are written out: spreading objects of this size takes ten times as long, and most of the time goes into copying.
function copyReader(from: Readonly<Reader>): Reader {
  return {
    at: from.at,
    least: from.least,
    read: from.read,
    hasValue: from.hasValue,
    version: from.version,
    rev: from.rev,
    stamp: from.stamp,
    leaseToken: from.leaseToken,
    leaseStamp: from.leaseStamp,
    clock: from.clock,
    need: from.need,
    of: from.of,
    checked: from.checked,
    leads: from.leads,
    token: from.token,
    outcome: from.outcome,
    holder: from.holder,
    decided: from.decided,
    ahead: from.ahead,
    lookedBy: from.lookedBy,
    rounds: from.rounds,
    retries: from.retries,
    doomed: from.doomed,
    wake: from.wake,
    wakeRev: from.wakeRev,
    wakeVersion: from.wakeVersion,
    loadedVersion: from.loadedVersion,
    intact: from.intact,
    overtakenBy: from.overtakenBy,
    uselessWaits: from.uselessWaits,
  }
}

function copyRecord(from: StoredRecord): StoredRecord {
  return {
    kind: from.kind,
    version: from.version,
    rev: from.rev,
    stamp: from.stamp,
    token: from.token,
    leaseStamp: from.leaseStamp,
    waiters: from.waiters,
    holders: from.holders,
    guards: from.guards,
  }
}

function copyGenerations(from: GenerationsState): GenerationsState {
  const { present, clock, floor, tag, intents } = from
  return { present, clock, floor, tag, intents }
}

function copyWriter(from: Writer): Writer {
  const { at, version, acts, dead, deadline } = from
  return { at, version, acts, dead, deadline }
}

export function copyState(from: State): State {
  return {
    source: from.source,
    resolved: from.resolved,
    time: from.time,
    newest: from.newest,
    tokens: from.tokens,
    record: copyRecord(from.record),
    generations: copyGenerations(from.generations),
    readers: from.readers.slice(),
    owned: 0,
    attempts: from.attempts.slice(),
    plainWakes: from.plainWakes,
    wakes: from.wakes.length === 0 ? [] : from.wakes.slice(),
    dooms: from.dooms.length === 0 ? [] : from.dooms.slice(),
    writers: from.writers.map(copyWriter),
    evictions: from.evictions,
    losses: from.losses,
    failures: from.failures,
    kills: from.kills,
    loads: from.loads,
    failover: from.failover,
    // Never changed once taken.
    replica: from.replica,
    unaware: from.unaware,
    replay: from.replay,
    fault: from.fault,
  }
}

/** A reader of this state, to be changed. */
export function edited(state: State, index: number): Reader {
  if ((state.owned & bit(index)) === 0) {
    state.owned |= bit(index)
    state.readers[index] = copyReader(state.readers[index] as Reader)
  }
  return state.readers[index] as Reader
}

/** One bit. */
export function bit(index: number): number {
  return 1 << index
}
