// What one request has read, so that it reads it once: a read of the same key again costs nothing, and shows what it showed
// before, unless this request has changed it.
//
// What is loaded within a request is stored for everybody under a stamp that was read when the load began, so nothing that was
// read before that may go into it: each load has a memo of its own, which begins empty. A write by any of them is known to all
// of them. What is read while something is written is not kept, as nobody can say which came first.
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Bytes, toBytes } from '../base/bytes.ts'
import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import type { Field } from '../base/generation.ts'
import type { Entry } from '../base/record.ts'
import type { Store } from '../base/store.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { fieldsOf } from '../tiers/look.ts'
import type { Landed } from './flight.ts'

/** What tells the end of a request: a response of node:http, or whatever else says `close` once. */
interface Ending {
  once(event: 'close', listener: () => void): unknown
  /** Whether it has said so already. */
  readonly closed?: boolean
}

/** The bounds of what one request remembers. */
export interface RequestMemoOptions {
  /** The request lasts until this says `close`, such as the response of node:http. Default: until what `fn` returns settles. */
  readonly until?: Ending
  /** Values that are remembered; beyond it the oldest go first. A whole number, 1 or more. Default 1,000. */
  readonly maxEntries?: number
  /** The same in bytes, by the codec's measure. Default `'16mb'`. */
  readonly maxBytes?: Bytes
  /** No value is shown for longer than this without asking, however long the request takes. Default `'5s'`. */
  readonly maxAge?: Duration
}

export const REQUEST_MEMO_DEFAULTS = {
  maxEntries: 1000,
  maxBytes: '16mb',
  maxAge: '5s',
} as const satisfies RequestMemoOptions

interface Limits {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly maxAgeMs: number
}

/** What was read under one key: an entry, or that there is none. */
interface Kept {
  readonly landed: Landed | undefined
  readonly until: number
}

/** What is recalled. */
export interface Recalled {
  readonly entry: Entry | undefined
  /** The value, for one reader. */
  hand(): unknown
}

const current: AsyncLocalStorage<RequestMemo | undefined> = new AsyncLocalStorage()
/** Requests that are open in this process: while there are none, nobody pays for asking which one it is. */
let opened = 0

/** The memo of the running request, or of the load within it. */
export function currentMemo(): RequestMemo | undefined {
  if (opened === 0) return undefined
  const memo = current.getStore()
  return memo === undefined || memo.isOver ? undefined : memo
}

/** Runs a load with a memo of its own, where there is one around it. */
export async function inOwnMemo<T>(load: () => Promise<T>): Promise<T> {
  const around = currentMemo()
  if (around === undefined) return await load()
  const memo = around.within()
  try {
    return await current.run(memo, load)
  } finally {
    memo.end()
  }
}

/** Runs what many requests share: none of them may be shown what another has read. */
export function outsideMemo<T>(act: () => T): T {
  return opened === 0 ? act() : current.run(undefined, act)
}

/**
 * Runs a request with a memo: what it reads again through any cache costs no call of the store, and shows what it showed
 * before. It sees its own writes and invalidations at once. Those of others, if they concern what it has read, it sees after
 * `maxAge` at the latest, in another request, or with `strict`. Within a request that has a memo already it has no effect.
 *
 * `app.use((_, next) => withRequestMemo(next))` for Hono, Koa and h3;
 * `app.use((_, res, next) => withRequestMemo(next, { until: res }))` for Express and node:http.
 *
 * @returns what `fn` returns
 * @throws what `fn` throws; {CacheError} `E_OPTION`
 */
export function withRequestMemo<T>(fn: () => T, options: RequestMemoOptions = {}): T {
  const limits = resolveLimits(options)
  if (currentMemo() !== undefined) return fn()
  const { until } = options
  const memo = new RequestMemo(limits, new Shared())
  opened++
  const end = (): void => {
    if (memo.isOver) return
    memo.end()
    opened--
  }
  let settles: Promise<unknown> | undefined
  try {
    const result = current.run(memo, fn)
    if (until === undefined && isThenable(result)) settles = Promise.resolve(result).then(end, end)
    return result
  } finally {
    if (until !== undefined && until.closed !== true) until.once('close', end)
    else if (settles === undefined) end()
  }
}

/** What all memos of one request share. */
class Shared {
  readonly memos = new Set<RequestMemo>()
  /** How often something was written. */
  turn = 0
}

export class RequestMemo {
  isOver = false
  readonly #limits: Limits
  readonly #shared: Shared
  readonly #kept = new Map<Store, Map<string, Kept>>()
  #entries = 0
  #bytes = 0

  constructor(limits: Limits, shared: Shared) {
    this.#limits = limits
    this.#shared = shared
    shared.memos.add(this)
  }

  /** For a load that begins now. */
  within(): RequestMemo {
    return new RequestMemo(this.#limits, this.#shared)
  }

  /** To be read before a read begins, and given to {@link keep} with what it brought. */
  get turn(): number {
    return this.#shared.turn
  }

  /** What was read before, if it may be shown again. */
  recall(store: Store, wire: string, now: number): Recalled | undefined {
    const kept = this.#kept.get(store)?.get(wire)
    if (kept === undefined) return undefined
    const { landed } = kept
    if (kept.until > now) return { entry: landed?.entry, hand: () => landed?.hand() }
    this.#drop(store, wire)
    return undefined
  }

  /**
   * Remembers what was read, or loaded and stored, unless this request has written anything since. What it has shown already
   * stays.
   *
   * @param landed with its entry; undefined: nothing is there
   * @param again it was asked for whatever was shown: it replaces that
   */
  keep(
    store: Store,
    wire: string,
    landed: Landed | undefined,
    { again = false, now, turn }: { again?: boolean; now: number; turn: number },
  ): void {
    if (turn !== this.#shared.turn || this.isOver) return
    const { maxAgeMs, maxBytes, maxEntries } = this.#limits
    const ends = landed?.entry?.freshUntil ?? Infinity
    const until = Math.min(ends, now + maxAgeMs)
    const had = this.#kept.get(store)?.get(wire)
    if (had !== undefined && had.until > now && !again && had.landed !== undefined) return
    this.#drop(store, wire)
    if (until <= now || (landed?.bytes ?? 0) > maxBytes) return
    const ofStore = this.#kept.get(store) ?? new Map<string, Kept>()
    this.#kept.set(store, ofStore)
    ofStore.set(wire, { landed, until })
    this.#entries++
    this.#bytes += landed?.bytes ?? 0
    for (const [oldStore, byWire] of this.#kept) {
      for (const old of byWire.keys()) {
        if (this.#entries <= maxEntries && this.#bytes <= maxBytes) return
        this.#drop(oldStore, old)
      }
    }
  }

  /** This request writes: what it has read of that is forgotten, and what is being read is not kept. */
  wrote(store: Store, wires: readonly string[], fields: readonly Field[]): void {
    this.#shared.turn++
    for (const memo of this.#shared.memos) memo.#forget(store, wires, fields)
  }

  /** A load has stored what it made: what was read there before is forgotten. */
  stored(store: Store, wire: string): void {
    for (const memo of this.#shared.memos) memo.#drop(store, wire)
  }

  /** Everything is read anew, as if the request began now. */
  beginAnew(): void {
    this.#shared.turn++
    for (const memo of this.#shared.memos) memo.#clear()
  }

  /** Nothing is remembered any more, and nothing outlives the request. */
  end(): void {
    this.isOver = true
    this.#shared.memos.delete(this)
    this.#clear()
  }

  #forget(store: Store, wires: readonly string[], fields: readonly Field[]): void {
    for (const wire of wires) this.#drop(store, wire)
    const byWire = fields.length === 0 ? undefined : this.#kept.get(store)
    if (byWire === undefined) return
    for (const [wire, { landed }] of byWire) {
      const isConcerned = fieldsOf(wire, landed?.entry?.tags).some((field) =>
        fields.includes(field),
      )
      if (isConcerned) this.#drop(store, wire)
    }
  }

  #drop(store: Store, wire: string): void {
    const byWire = this.#kept.get(store)
    const kept = byWire?.get(wire)
    if (byWire === undefined || kept === undefined) return
    byWire.delete(wire)
    this.#entries--
    this.#bytes -= kept.landed?.bytes ?? 0
  }

  #clear(): void {
    this.#kept.clear()
    this.#entries = 0
    this.#bytes = 0
  }
}

function resolveLimits(options: RequestMemoOptions): Limits {
  refuseUnknown('withRequestMemo', options, [...Object.keys(REQUEST_MEMO_DEFAULTS), 'until'])
  const { maxAge, maxBytes, maxEntries } = { ...REQUEST_MEMO_DEFAULTS, ...options }
  if (!(Number.isSafeInteger(maxEntries) && maxEntries >= 1))
    throw optionError('maxEntries', 'a whole number, 1 or more', maxEntries)
  const { until } = options
  if (until !== undefined && typeof (until as Partial<Ending> | null)?.once !== 'function')
    throw optionError('until', "what says 'close' once, such as a response of node:http", until)
  return {
    maxEntries,
    maxBytes: toBytes(maxBytes, 'maxBytes'),
    maxAgeMs: toMs(maxAge, 'maxAge'),
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}
