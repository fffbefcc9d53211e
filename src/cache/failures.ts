import type { Clock } from '../base/clock.ts'
import { showMs } from '../base/duration.ts'
import { CacheError, show } from '../base/errors.ts'
import type { Mark } from '../base/record.ts'
import type { Token } from '../base/token.ts'
import type { Look } from '../tiers/look.ts'
import { type Freshness, pauseMs } from './freshness.ts'

/** Errors kept as they were thrown. Each is gone when its mark is; the bound is for a flood of failing keys. */
const MAX_KEPT = 1000
/** Values whose refresh failed a moment ago. */
const MAX_PAUSED = 10_000
/** Of what a failed load said, as much goes to other processes. */
const MAX_TEXT = 500

/** What this process remembers of loads that brought nothing: which error it was, and which refresh is not to be tried yet. */
export class Failures {
  readonly #clock: Clock
  readonly #errors = new Map<Token, { readonly error: unknown; readonly forget: () => void }>()
  readonly #paused = new Map<string, { readonly rev: Token; readonly until: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Keeps the error of the load under `token`, as it is, for as long as others may be told of it. */
  keep(token: Token, error: unknown, forMs: number): void {
    if (this.#errors.size >= MAX_KEPT) {
      const [oldest] = this.#errors.keys()
      this.#forget(oldest as Token)
    }
    const forget = this.#clock.after(forMs, () => this.#errors.delete(token))
    this.#errors.set(token, { error, forget })
  }

  /**
   * Why a new caller is not to load: a load failed, nothing that it read has been invalidated since, and the caller's
   * `failureTtl` has not passed.
   */
  standing(key: string, look: Look, freshness: Freshness): CacheError | undefined {
    const mark = look.record?.mark
    if (freshness.failureTtlMs === 0 || mark?.kind !== 'failed' || mark.stamp < look.need)
      return undefined
    // A mark says when it ends, not when it began: its `failureTtl` is taken to be the caller's.
    const now = this.#clock.now()
    const forMs = pauseMs(freshness)
    const until = mark.until - forMs + freshness.failureTtlMs
    if (until <= now) return undefined
    return this.#error(key, mark, now - (mark.until - forMs), until - now)
  }

  /** What a caller is told who had waited for that very load. */
  ofHolder(key: string, mark: Mark | undefined): CacheError {
    if (mark === undefined) {
      const message = `The refresh of '${key}' in another process brought no new value.`
      return new CacheError('E_LOAD_FAILED', message, { key })
    }
    return this.#error(key, mark, 0, 0)
  }

  /** The refresh of the value that `rev` wrote brought nothing: it is served on, and not refreshed for a while. */
  pause(wire: string, rev: Token, forMs: number): void {
    this.#paused.delete(wire)
    if (this.#paused.size >= MAX_PAUSED) {
      const [oldest] = this.#paused.keys()
      this.#paused.delete(oldest as string)
    }
    this.#paused.set(wire, { rev, until: this.#clock.now() + forMs })
  }

  isPaused(wire: string, rev: Token): boolean {
    if (this.#paused.size === 0) return false
    const paused = this.#paused.get(wire)
    if (paused === undefined) return false
    if (paused.rev === rev && paused.until > this.#clock.now()) return true
    this.#paused.delete(wire)
    return false
  }

  /** Nothing is kept beyond the cache's life. */
  close(): void {
    for (const token of this.#errors.keys()) this.#forget(token)
    this.#paused.clear()
  }

  #forget(token: Token): void {
    this.#errors.get(token)?.forget()
    this.#errors.delete(token)
  }

  #error(key: string, mark: Mark, agoMs: number, nextMs: number): CacheError {
    const kept = this.#errors.get(mark.token)
    const when = agoMs < 1 ? 'just now' : `${showMs(Math.round(agoMs))} ago`
    const next =
      nextMs > 0
        ? ` The next attempt may be made in ${showMs(Math.ceil(nextMs))}, or once the key or one of its tags is invalidated.`
        : ''
    return new CacheError(
      'E_LOAD_FAILED',
      `The load of '${key}' failed ${when}${kept === undefined ? ' in another process' : ''}: ${mark.text}.${next}`,
      { key, cause: kept?.error },
    )
  }
}

/** What others are told of an error: its name and message, never its stack. */
export function failureText(error: unknown): string {
  let text = typeof error === 'string' ? error : show(error)
  if (error instanceof Error) text = `${error.name}: ${error.message}`
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text
}
