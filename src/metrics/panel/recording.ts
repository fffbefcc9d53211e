import type { CacheCall } from '../../base/call.ts'
import { familyOf } from '../../base/family.ts'
import { callSite } from './call-site.ts'
import type { PanelCall, PanelRequest } from './panel-request.ts'
import { repeatsOf } from './repeats.ts'

/** What a request says of itself. */
export interface RequestHead {
  readonly method: string
  readonly url: string
}

const MOST_KEYS = 20
const LONGEST_TEXT = 200

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

/** A request that is being recorded. */
export class Recording {
  readonly id: number
  readonly #head: RequestHead
  readonly #maxCalls: number
  readonly #show: (key: string) => string
  readonly #startedAt = Date.now()
  readonly #began = performance.now()
  readonly #calls: Mutable<PanelCall>[] = []
  readonly #indexes = new WeakMap<CacheCall, number>()
  #dropped = 0
  #durationMs: number | undefined
  status: number | undefined

  constructor(
    id: number,
    head: RequestHead,
    { maxCalls, show }: { readonly maxCalls: number; readonly show: (key: string) => string },
  ) {
    this.id = id
    this.#head = head
    this.#maxCalls = maxCalls
    this.#show = show
  }

  begin(call: CacheCall): void {
    if (this.#calls.length >= this.#maxCalls) {
      this.#dropped++
      return
    }
    const { alias, keyCount, kind, operation, within } = call
    this.#indexes.set(call, this.#calls.length)
    this.#calls.push({
      kind,
      alias,
      operation,
      keyCount,
      keys: call.keys.slice(0, MOST_KEYS).map((key) => cut(this.#show(key))),
      tags: call.tags.slice(0, MOST_KEYS).map((tag) => cut(this.#show(tag))),
      family: call.keys[0] === undefined ? undefined : cut(this.#show(familyOf(call.keys[0]))),
      // A loader is called by the cache: whose code it is, its call has said.
      site: kind === 'load' ? undefined : callSite(),
      within: within === undefined ? undefined : this.#indexes.get(within),
      startMs: this.#now(),
      durationMs: undefined,
      outcome: undefined,
      layer: undefined,
      hits: 0,
      misses: 0,
      savedMs: 0,
      joined: false,
      error: undefined,
    })
  }

  end(call: CacheCall): void {
    const index = this.#indexes.get(call)
    const kept = index === undefined ? undefined : this.#calls[index]
    if (kept === undefined || kept.durationMs !== undefined) return
    kept.durationMs = this.#now() - kept.startMs
    kept.outcome = call.outcome
    kept.layer = call.layer
    kept.hits = call.hits + call.stale
    kept.misses = call.misses
    kept.savedMs = call.savedMs
    kept.joined = call.joined
    if ('error' in call) kept.error = cut(messageOf(call.error))
  }

  /** The request is answered. */
  finish(): void {
    this.#durationMs ??= this.#now()
  }

  read(): PanelRequest {
    const calls = this.#calls.map((call) => ({ ...call }))
    const sum = (of: (call: PanelCall) => number): number =>
      calls.reduce((all, call) => all + of(call), 0)
    return {
      id: this.id,
      method: cut(this.#head.method),
      url: cut(this.#head.url),
      status: this.status,
      startedAt: this.#startedAt,
      durationMs: this.#durationMs,
      calls,
      dropped: this.#dropped,
      hits: sum(({ hits }) => hits),
      misses: sum(({ misses }) => misses),
      stale: sum(({ outcome }) => (outcome === 'stale' ? 1 : 0)),
      loads: sum(({ kind }) => (kind === 'load' ? 1 : 0)),
      cacheMs: timeWithin(calls, this.#now()),
      savedMs: sum(({ savedMs }) => savedMs),
      repeats: repeatsOf(calls),
    }
  }

  #now(): number {
    return performance.now() - this.#began
  }
}

/** How long at least one of them was under way. */
function timeWithin(calls: readonly PanelCall[], now: number): number {
  let total = 0
  let until = 0
  // In the order in which they began.
  for (const { durationMs, startMs } of calls) {
    const end = startMs + (durationMs ?? Math.max(0, now - startMs))
    total += Math.max(0, end - Math.max(until, startMs))
    until = Math.max(until, end)
  }
  return total
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  } catch {
    return 'an error that cannot be told'
  }
}

function cut(text: string): string {
  const { length } = text
  return length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}
