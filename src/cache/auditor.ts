// Watches the promise that the rest of this package makes: after an invalidation nobody gets what was loaded before it.
// It measures, it does not prevent: whatever it finds is a bug, here, in a store, or in a foreign writer.
//
// As Meta's Polaris does ("Cache made consistent", 2022): a sample of what was invalidated is read again at growing ages,
// and what is still served is reported by its age. The source is asked only at the end, and only if the application says how.
//
// With copies near by, their log tells of the acts of other processes, too: a tag's stamp is checked as our own are; of a key
// it says only that something was done, so that a copy is compared with what the store has, once the bound has passed.
import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import type { Entry } from '../base/record.ts'
import { processOf } from '../base/token.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { fieldsOf } from '../tiers/look.ts'
import type { Invalidation, TierObserver } from '../tiers/observer.ts'
import type { CacheCore } from './core.ts'

/** What is re-read, when, and who is told. */
export interface AuditorOptions {
  /** The share of keys that is watched, from 0 to 1. By the key, so that every process watches the same ones. Default 0.01. */
  readonly sample?: number
  /** How long after an invalidation a watched key is read again. Default `['0ms', '1s', '10s', '1m']`. */
  readonly ages?: readonly Duration[]
  /**
   * Asked at the last age whether a value that is still served is what the source has: finds invalidations that nobody sent.
   * Default: not asked.
   */
  readonly verify?: (key: string, value: unknown) => boolean | Promise<boolean>
  /** Called for each finding, at once. What it throws is dropped. */
  readonly onStale?: (finding: StaleFinding) => void
}

/** A value that should not have been served any more. */
export interface StaleFinding {
  /** Wire key. */
  readonly key: string
  /** Where it was found. */
  readonly tier: 'near' | 'shared'
  /** Milliseconds since the invalidation began. */
  readonly ageMs: number
  /**
   * `resurrected`: its load began before the invalidation. `outdated`: a copy of what the store does not have any more, longer
   * than `near.maxStaleness`. `differs`: the source has something else.
   */
  readonly kind: 'resurrected' | 'outdated' | 'differs'
}

/** What was found so far. */
export interface AuditReport {
  /** Watched keys that this process has invalidated. */
  readonly invalidated: number
  /** Watched keys of which the log of near copies has told, our own acts among them. */
  readonly heard: number
  /** Reads made to check on them. */
  readonly reads: number
  /** Checks that could not be made: the store was away. */
  readonly failed: number
  /** For each age in milliseconds, how many watched keys were still served stale then. */
  readonly staleByAge: ReadonlyMap<number, number>
  /** Reads whose value `verify` has called wrong. */
  readonly differing: number
  /** The newest findings, at most 100. */
  readonly findings: readonly StaleFinding[]
}

/** A watched key, and what happened to it. */
interface Watched extends Pick<Invalidation, 'began' | 'stamp' | 'heard'> {
  readonly key: string
}

const DEFAULT_AGES: readonly Duration[] = ['0ms', '1s', '10s', '1m']
/** Watched keys whose tags are remembered, so that an invalidation of a tag or a namespace finds them. */
const MAX_SEEN = 10_000
const MAX_PENDING = 1_000
const MAX_FINDINGS = 100
/** By how much two processes may disagree about the server's clock: what was loaded this close to an invalidation passes. */
const CLOCK_ERROR_MS = 20

/** Re-reads a sample of what is invalidated. Made by `cache.auditor()`; stops with `close` or with the cache. */
export class Auditor implements TierObserver {
  readonly #core: CacheCore
  readonly #sample: number
  readonly #ages: readonly number[]
  readonly #options: AuditorOptions
  readonly #seen = new Map<string, readonly string[]>()
  readonly #timers = new Set<() => void>()
  readonly #staleByAge: Map<number, number>
  readonly #findings: StaleFinding[] = []
  #invalidated = 0
  #heard = 0
  #reads = 0
  #failed = 0
  #differing = 0

  /** @throws {CacheError} `E_OPTION` */
  constructor(core: CacheCore, options: AuditorOptions = {}) {
    refuseUnknown('auditor', options, ['sample', 'ages', 'verify', 'onStale'])
    const { sample = 0.01, ages = DEFAULT_AGES } = options
    if (!(sample >= 0 && sample <= 1)) throw optionError('sample', 'a number from 0 to 1', sample)
    if (!Array.isArray(ages) || ages.length === 0)
      throw optionError('ages', 'a list of durations, at least one', ages)
    this.#core = core
    this.#sample = sample
    this.#ages = ages.map((age: Duration) => toMs(age, 'ages')).toSorted((a, b) => a - b)
    this.#options = options
    this.#staleByAge = new Map(this.#ages.map((age) => [age, 0]))
  }

  /** What was found so far. */
  report(): AuditReport {
    return {
      invalidated: this.#invalidated,
      heard: this.#heard,
      reads: this.#reads,
      failed: this.#failed,
      staleByAge: new Map(this.#staleByAge),
      differing: this.#differing,
      findings: [...this.#findings],
    }
  }

  /** Ends the checks that are still to come. */
  close(): void {
    if (this.#core.tier.observer === this) this.#core.tier.observer = undefined
    for (const stop of this.#timers) stop()
    this.#timers.clear()
  }

  /** @internal */
  saw(key: string, tags: readonly string[]): void {
    if (!this.#isWatched(key)) return
    this.#seen.delete(key)
    this.#seen.set(key, tags)
    if (this.#seen.size <= MAX_SEEN) return
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest)
      return
    }
  }

  /** @internal */
  wants(keys: readonly string[]): boolean {
    return keys.some((key) => this.#isWatched(key))
  }

  /** @internal */
  invalidated(invalidation: Invalidation): void {
    const { keys, fields } = invalidation
    for (const key of keys) if (this.#isWatched(key)) this.#watch({ ...invalidation, key })
    if (fields.length === 0) return
    for (const [key, tags] of this.#seen) {
      if (fieldsOf(key, tags).some((field) => fields.includes(field)))
        this.#watch({ ...invalidation, key })
    }
  }

  #watch(watched: Watched): void {
    if (watched.heard === true) this.#heard++
    else this.#invalidated++
    if (this.#timers.size < MAX_PENDING) this.#later(watched, 0)
  }

  #later(watched: Watched, index: number): void {
    const age = this.#ages[index]
    if (age === undefined || this.#core.closing.aborted) return
    const { clock } = this.#core
    const stop = clock.after(Math.max(0, watched.began + age - clock.now()), () => {
      this.#timers.delete(stop)
      this.#core.runInBackground(
        this.#check(watched, index).then(() => this.#later(watched, index + 1)),
        'An audit failed.',
        watched.key,
      )
    })
    this.#timers.add(stop)
  }

  async #check(watched: Watched, index: number): Promise<void> {
    const { key } = watched
    const { clock, tier } = this.#core
    try {
      // The copy first: what the store had before it was asked, the copy should have been, too.
      const near = await tier.peek(key)
      const shared = (await tier.lookOne(key, { strict: true })).entry
      const ageMs = clock.now() - watched.began
      for (const [name, entry] of [
        ['near', near],
        ['shared', shared],
      ] as const) {
        if (entry === undefined) continue
        const found = (kind: StaleFinding['kind']): void =>
          this.#found({ key, tier: name, ageMs, kind }, index)
        if (this.#isResurrected(entry, watched)) found('resurrected')
        else if (name === 'near' && this.#isOutdated(entry, shared, watched)) found('outdated')
        else if (index === this.#ages.length - 1 && !(await this.#isTrue(key, entry.value)))
          found('differs')
      }
    } catch {
      this.#failed++
    }
    this.#reads++
  }

  // Of a key, the log tells no more than that something was done: then the copy must be what the store has, unless that is
  // younger than the bound.
  #isOutdated(copy: Entry, shared: Entry | undefined, { began, heard }: Watched): boolean {
    const { clock, tier } = this.#core
    if (heard !== true || copy.rev === shared?.rev) return false
    const reached = clock.now() - (tier.nearBoundMs ?? 0) - CLOCK_ERROR_MS
    return (shared?.storedAt ?? began) < reached && began < reached
  }

  // A newer stamp was read after the invalidation, so the load began after it. An older one may have been, too: read before,
  // and the lease asked for after. Then the clocks decide.
  #isResurrected(entry: Entry, { began, stamp }: Watched): boolean {
    if (entry.stamp >= stamp) return false
    const isOurs = processOf(entry.rev) === this.#core.tokens.processId
    return entry.storedAt - entry.loadMs < began - (isOurs ? 0 : CLOCK_ERROR_MS)
  }

  async #isTrue(key: string, value: unknown): Promise<boolean> {
    const { verify } = this.#options
    if (verify === undefined) return true
    try {
      return await verify(key, value)
    } catch {
      this.#failed++
      return true
    }
  }

  #found(finding: StaleFinding, index: number): void {
    const age = this.#ages[index] as number
    if (finding.kind === 'differs') this.#differing++
    else this.#staleByAge.set(age, (this.#staleByAge.get(age) ?? 0) + 1)
    this.#findings.push(finding)
    if (this.#findings.length > MAX_FINDINGS) this.#findings.shift()
    try {
      this.#options.onStale?.(finding)
    } catch (error) {
      this.#core.failed('onStale of an auditor threw.', error, finding.key)
    }
  }

  // FNV-1a: the same keys in every process, whatever order they come in.
  #isWatched(key: string): boolean {
    if (this.#sample === 1) return true
    let hash = 0x81_1c_9d_c5
    for (let at = 0; at < key.length; at++)
      hash = Math.imul(hash ^ key.charCodeAt(at), 0x01_00_01_93)
    return (hash >>> 0) / 2 ** 32 < this.#sample
  }
}
