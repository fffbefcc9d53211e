import type { CacheCall } from '../../base/call.ts'
import { type Duration, toMs } from '../../base/duration.ts'
import { type CacheErrorCode, isCacheError } from '../../base/errors.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import { aroundCalls } from '../../base/tracing.ts'
import {
  type Attributes,
  checkApi,
  type OpenTelemetryApi,
  SCOPE,
  type Span,
  STATUS_ERROR,
  type Tracer,
} from './api.ts'
import { type KeysShown, shownKeys } from './shown-keys.ts'

/** Which calls become spans, and what they show of keys. */
export interface TraceOptions {
  /** What is answered in this process gets a span only from here on. `'0s'`: always. Default `'10ms'`. */
  readonly slow?: Duration
  /**
   * How keys and tags are shown: by their first part (`product:*`), hashed, as they are, or by a function. Keys can hold names,
   * addresses and whatever a visitor has typed. Default `'head'`.
   */
  readonly keys?: KeysShown
}

const TRACE_DEFAULTS = { slow: '10ms', keys: 'head' } as const satisfies TraceOptions

/**
 * Makes spans of OpenTelemetry for what the caches of this process do: loads, calls that ask a store outside of this process,
 * and whatever is slow. A hit in memory is a number, and no span. What a call does, such as the database's own spans within a
 * loader, belongs under it.
 *
 * @param api `import * as api from '@opentelemetry/api'`
 * @returns ends it
 * @throws {CacheError} `E_OPTION`
 */
export function traceCaches(api: OpenTelemetryApi, options: TraceOptions = {}): () => void {
  checkApi(api)
  refuseUnknown('traceCaches', options, Object.keys(TRACE_DEFAULTS))
  const { slow, keys } = { ...TRACE_DEFAULTS, ...options }
  const tracing = new Tracing(api, toMs(slow, 'slow'), keys)
  return aroundCalls((call, next) => tracing.around(call, next))
}

/** A call that has no span unless it proves worth one. */
interface Pending {
  readonly began: number
  readonly parent: object
}

class Tracing {
  readonly #api: OpenTelemetryApi
  readonly #tracer: Tracer
  readonly #slowMs: number
  readonly #shown: ReturnType<typeof shownKeys>
  readonly #rawKeys: boolean
  readonly #spans = new WeakMap<CacheCall, Span>()
  readonly #pending = new WeakMap<CacheCall, Pending>()

  constructor(api: OpenTelemetryApi, slowMs: number, keys: KeysShown) {
    this.#api = api
    this.#tracer = api.trace.getTracer(SCOPE)
    this.#slowMs = slowMs
    this.#shown = shownKeys(keys)
    this.#rawKeys = keys === 'raw'
  }

  around(call: CacheCall, next: () => Promise<unknown>): void {
    const parent = this.#parentOf(call)
    const began = epochMs()
    if (call.remote || call.kind === 'load') {
      const span = this.#begin(call, parent, began)
      this.#end(call, this.#within(parent, span, next))
    } else {
      this.#pending.set(call, { began, parent })
      this.#end(call, next())
    }
  }

  /** What is active; for a load in memory the span of its call, which is worth one now. */
  #parentOf(call: CacheCall): object {
    const active = this.#api.context.active()
    const { within } = call
    const pending = within === undefined ? undefined : this.#pending.get(within)
    if (call.kind !== 'load' || within === undefined || pending === undefined) return active
    const span = this.#spans.get(within) ?? this.#begin(within, pending.parent, pending.began)
    return this.#api.trace.setSpan(active as never, span as never)
  }

  #begin(call: CacheCall, parent: object, began: number): Span {
    const { alias, keys, operation, store, tags } = call
    const attributes: Attributes = {
      'cache.name': alias,
      'cache.operation': operation,
      'cache.store': store,
    }
    const shownKey = this.#shown(keys)
    const shownTags = this.#shown(tags)
    if (shownKey !== undefined) attributes['cache.key'] = shownKey
    if (shownTags !== undefined) attributes['cache.tags'] = shownTags
    if (call.keyCount > 1) attributes['cache.key_count'] = call.keyCount
    const options = { attributes, startTime: began }
    const span = this.#tracer.startSpan(
      `cache ${operation} ${alias}`,
      options as never,
      parent as never,
    )
    this.#spans.set(call, span)
    return span
  }

  #within(parent: object, span: Span, next: () => Promise<unknown>): Promise<unknown> {
    const context = this.#api.trace.setSpan(parent as never, span as never)
    let running: Promise<unknown> | undefined
    const run = (): void => {
      running = next()
    }
    this.#api.context.with(context as never, run as never)
    return running ?? next()
  }

  /** Messages of our own name keys. */
  #saying(error: unknown): { readonly message: string } {
    if (isCacheError(error) && !this.#rawKeys) return withoutWords(error.code)
    return error instanceof Error ? error : { message: String(error) }
  }

  #end(call: CacheCall, running: Promise<unknown>): void {
    running.then(
      () => this.#ended(call, false, undefined),
      (error: unknown) => this.#ended(call, true, error),
    )
  }

  #ended(call: CacheCall, failed: boolean, error: unknown): void {
    try {
      const pending = this.#pending.get(call)
      const ended = epochMs()
      let span = this.#spans.get(call)
      if (span === undefined && pending !== undefined) {
        if (!failed && !call.bypassed && ended - pending.began < this.#slowMs) return
        span = this.#begin(call, pending.parent, pending.began)
      }
      if (span === undefined) return
      span.setAttributes(outcomeOf(call, failed) as never)
      const load = call.joined && call.load !== undefined ? this.#spans.get(call.load) : undefined
      if (load !== undefined) span.addLink?.({ context: load.spanContext() } as never)
      if (failed) {
        const said = this.#saying(error)
        span.recordException(said as never)
        span.setStatus({ code: STATUS_ERROR, message: said.message })
      }
      span.end(ended as never)
    } catch {
      // A tracer that fails has no say in what the cache answers.
    } finally {
      this.#pending.delete(call)
    }
  }
}

function withoutWords(code: CacheErrorCode): { readonly message: string } {
  return Object.assign({ name: 'CacheError', code }, { message: code })
}

function outcomeOf(call: CacheCall, failed: boolean): Attributes {
  const attributes: Attributes = {}
  if (call.kind !== 'load') attributes['cache.result'] = failed ? 'error' : call.outcome
  if (call.kind === 'get' && call.hits + call.stale + call.misses > 0)
    attributes['cache.hit'] = call.misses === 0
  if (call.layer !== undefined) attributes['cache.layer'] = call.layer
  if (call.joined) attributes['cache.joined'] = true
  return attributes
}

/** With fractions, as spans have it. */
function epochMs(): number {
  return performance.timeOrigin + performance.now()
}
