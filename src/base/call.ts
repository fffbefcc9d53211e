import { AsyncLocalStorage } from 'node:async_hooks'

/** Each has a tracing channel of its name. Loads are what a call waits for when its value is not there. */
export const CALL_KINDS = ['get', 'set', 'invalidate', 'load'] as const

export type CallKind = (typeof CALL_KINDS)[number]

/** Where values can come from, nearest first. */
const LAYERS = ['memo', 'near', 'store', 'load'] as const

export type Layer = (typeof LAYERS)[number]

/** What became of a call; `done` where nothing was read. */
export type CallOutcome = 'hit' | 'stale' | 'miss' | 'bypass' | 'error' | 'done'

/** Keys and tags of one call that are told; beyond it they are only counted. */
const MOST_NAMES = 100

/** What is known of a call when it begins. */
export interface CallStart {
  readonly kind: CallKind
  readonly alias: string
  /** The method as it was called: `get`, `setMany`; of a load `load`. */
  readonly operation: string
  /** The store's kind: `memory`, `redis`. */
  readonly store: string
  /** It will ask a store outside of this process, whatever is near. */
  readonly remote: boolean
  /** As the caller wrote them, joined. */
  readonly keys: readonly string[]
  readonly tags?: readonly string[]
}

/**
 * One call of a cache, or one load, as the tracing channels tell it: the same object at its start and at its end. Made only
 * while somebody listens. It has no times: whoever wants them looks at a clock when it is told.
 */
export class CacheCall implements CallStart {
  readonly kind: CallKind
  readonly alias: string
  readonly operation: string
  readonly store: string
  readonly remote: boolean
  /** The first 100. */
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  /** How many keys it concerns; 0 where nobody can tell beforehand. */
  readonly keyCount: number
  /** The load in whose loader it was made; of a load, the call that began it. */
  readonly within: CacheCall | undefined
  hits = 0
  stale = 0
  misses = 0
  /** Values that it stored. */
  stored = 0
  /** The farthest place that a value of it came from. */
  layer: Layer | undefined
  /** It shared a load that another call had begun. */
  joined = false
  /** The load whose value it was given, in this process. */
  load: CacheCall | undefined
  /** Milliseconds of loading that its hits spared. */
  savedMs = 0
  /** The store was away. */
  bypassed = false
  /** Nothing is told of it any more. */
  isOver = false
  /** Set by Node before the end: what the caller is given, which is not to be changed. */
  declare result?: unknown
  /** Set by Node when it failed. */
  declare error?: unknown

  constructor(start: CallStart, within: CacheCall | undefined) {
    const { keys, tags = [] } = start
    this.kind = start.kind
    this.alias = start.alias
    this.operation = start.operation
    this.store = start.store
    this.remote = start.remote
    this.keyCount = keys.length
    this.keys = keys.length > MOST_NAMES ? keys.slice(0, MOST_NAMES) : keys
    this.tags = tags.length > MOST_NAMES ? tags.slice(0, MOST_NAMES) : tags
    this.within = within
  }

  get outcome(): CallOutcome {
    if ('error' in this) return 'error'
    if (this.bypassed) return 'bypass'
    if (this.misses > 0) return 'miss'
    if (this.stale > 0) return 'stale'
    return this.hits > 0 ? 'hit' : 'done'
  }

  /** @param loadMs what the value had cost to load */
  sawHit(loadMs = 0): void {
    if (this.isOver) return
    this.hits++
    this.savedMs += loadMs
  }

  sawStale(loadMs = 0): void {
    if (this.isOver) return
    this.stale++
    this.savedMs += loadMs
  }

  sawMiss(): void {
    if (!this.isOver) this.misses++
  }

  sawStore(): void {
    if (!this.isOver) this.stored++
  }

  sawOutage(): void {
    if (!this.isOver) this.bypassed = true
  }

  /** A value comes from there. */
  reached(layer: Layer): void {
    if (this.isOver) return
    if (this.layer === undefined || LAYERS.indexOf(layer) > LAYERS.indexOf(this.layer))
      this.layer = layer
  }

  sawJoin(): void {
    if (!this.isOver) this.joined = true
  }

  /** @param load undefined: nobody listened when it began, or it ran in another process */
  took(load: CacheCall | undefined): void {
    if (this.isOver || load === undefined) return
    this.load = load
    this.reached('load')
  }
}

const current: AsyncLocalStorage<CacheCall> = new AsyncLocalStorage()
/** Calls that are being told: while there are none, nobody pays for asking which one it is. */
let told = 0

/** The call whose work the running code is, if somebody listens to it. */
export function currentCall(): CacheCall | undefined {
  return told === 0 ? undefined : current.getStore()
}

/** Runs `act` as the work of `call`. */
export async function asWorkOf<T>(call: CacheCall, act: () => Promise<T>): Promise<T> {
  told++
  try {
    return await current.run(call, act)
  } finally {
    call.isOver = true
    told--
  }
}
