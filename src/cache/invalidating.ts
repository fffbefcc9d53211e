import { CacheError, optionError } from '../base/errors.ts'
import type { Field } from '../base/generation.ts'
import { type Key, keyText } from '../base/key.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { SWEEP } from '../base/sweeping.ts'
import { checkReadOptions, checkSignal, type ReadOptions, tagFields } from './options.ts'
import { sweep } from '../tiers/sweep.ts'
import { Counting } from './counting.ts'
import { globMatcher, literalHead } from './glob.ts'

/** Options of calls that invalidate. */
export interface InvalidateOptions {
  /** Aborting it rejects the call with the signal's reason; whether it took effect is then unknown. */
  readonly signal?: AbortSignal
  /**
   * `'store'` (default): resolves when the store has it; near caches of other processes follow at once, and after their
   * `maxStaleness` at the latest. `'everywhere'`: resolves when no process serves a copy from before any more. No difference
   * where no process keeps anything near.
   */
  readonly reach?: 'store' | 'everywhere'
}

/** What became of an invalidation. */
export interface Invalidated {
  /** The store has confirmed it. False when the store was away and `onOutage` is `'bypass'`. */
  readonly applied: boolean
  /** It was not confirmed and is sent again as soon as the store is back, before this process serves anything of it. */
  readonly queued: boolean
}

export interface PatternOptions extends ReadOptions {
  /** Keys asked for at a time. Default 500. */
  readonly batch?: number
  /** Told after each batch how many keys have been removed so far. */
  readonly onProgress?: (removed: number) => void
}

/** The part of a cache that invalidates: one key, many under a tag, a namespace, everything, or what matches a pattern. */
export abstract class Invalidating extends Counting {
  /**
   * Invalidates one key: when it resolves, no reader gets a value whose load began before the call.
   *
   * @throws {CacheError} outages only under `onOutage: 'throw'`
   */
  async invalidate(
    key: Key,
    options?: InvalidateOptions & Pick<ReadOptions, 'version'>,
  ): Promise<Invalidated> {
    checkReach(options, 'invalidate', ['version'])
    const wire = this.wireKey(key, options?.version)
    this.core.detach(wire)
    const label = keyText(key)
    return await this.timed('invalidate', () =>
      this.#invalidated({ label, wire }, [], options?.reach, () =>
        this.core.tier.remove([wire], { signal: options?.signal }),
      ),
    )
  }

  /** Invalidates every entry of the alias that carries one of these tags, in one round trip however many there are. */
  async invalidateTags(tags: Iterable<string>, options?: InvalidateOptions): Promise<Invalidated> {
    checkReach(options, 'invalidateTags')
    const fields = tagFields(tags)
    if (fields.length === 0) return { applied: true, queued: false }
    return await this.timed('invalidateTags', () => this.#bump(fields, options))
  }

  /**
   * Empties what this cache speaks of and nothing else: on an alias everything under its prefix (all versions and
   * namespaces), on a namespace that namespace. O(1); what became unreachable is swept in the background.
   */
  async clear(options?: InvalidateOptions): Promise<Invalidated> {
    checkReach(options, 'clear')
    const done = await this.timed('clear', () => this.#bump([this.field], options))
    if (done.applied) this[SWEEP]()
    return done
  }

  /** See {@link SWEEP}. @internal */
  [SWEEP](): void {
    this.core.runInBackground(this.#sweep(), 'Sweeping after a clear failed.')
  }

  /**
   * The caller's keys of this version that match a glob (`*` any characters, `?` one, `[abc]` one of), as an async
   * iterable of batches that never blocks the server. Keys that were hashed for their length appear as hashed. Under
   * `onOutage: 'bypass'` it ends where the store goes away.
   */
  async *keys(
    pattern = '*',
    options: PatternOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    checkPattern(options, 'keys')
    const batches = this.#living(pattern, options)
    try {
      for (;;) {
        const next = await this.core.guard(
          () => batches.next(),
          () => undefined,
        )
        if (next === undefined || next.done === true) return
        yield* next.value
      }
    } finally {
      await batches.return()
    }
  }

  async *#living(
    pattern: string,
    options: PatternOptions,
  ): AsyncGenerator<string[], void, undefined> {
    const head = this.head(options.version)
    for await (const batch of this.#matching(pattern, options)) {
      const looks = await this.core.tier.look(batch, { values: false, signal: options.signal })
      const living = looks.filter(({ entry }) => entry !== undefined)
      yield living.map(({ key }) => key.slice(head.length))
    }
  }

  /** Removes what matches a glob, in batches. O(number of keys of the alias): prefer tags or a namespace. @returns how many */
  async deletePattern(pattern: string, options: PatternOptions = {}): Promise<number> {
    checkPattern(options, 'deletePattern')
    this.core.detach()
    return await this.timed('deletePattern', () =>
      this.core.guard(
        async () => {
          let removed = 0
          for await (const batch of this.#matching(pattern, options)) {
            const gone = await this.core.tier.remove(batch, { signal: options.signal })
            for (const [index, wire] of batch.entries()) {
              if (gone[index] === undefined) continue
              this.core.tally.removed(wire)
              removed++
            }
            options.onProgress?.(removed)
          }
          return removed
        },
        () => 0,
      ),
    )
  }

  /**
   * Empties the whole server or store of this alias: every prefix, every application, sessions and queues too.
   * To empty this alias alone, use `clear`.
   *
   * @param options.reallyEverything also where a Redis holds keys of others. Default: it is refused there
   * @throws {CacheError} `E_NOT_ALONE`, saying how many keys, and whose
   */
  async flushServer(
    options?: Pick<ReadOptions, 'signal'> & { readonly reallyEverything?: boolean },
  ): Promise<Invalidated> {
    if (options !== undefined) {
      refuseUnknown('flushServer', options, ['signal', 'reallyEverything'])
      checkSignal(options.signal)
    }
    this.core.detach()
    return await this.timed('flushServer', () =>
      this.#invalidated(undefined, ['server'], 'store', () => this.core.store.flushServer(options)),
    )
  }

  async #bump(
    fields: readonly Field[],
    options: InvalidateOptions | undefined,
  ): Promise<Invalidated> {
    // Running loads are checked against the store; only those of an outage are nobody's to check.
    if (this.core.blind) this.core.detach()
    const { signal, reach } = options ?? {}
    return await this.#invalidated(undefined, fields, reach, () =>
      this.core.tier.bump(fields, { signal }),
    )
  }

  async #invalidated(
    key: { readonly label: string; readonly wire: string } | undefined,
    fields: readonly string[],
    reach: InvalidateOptions['reach'],
    act: () => Promise<unknown>,
  ): Promise<Invalidated> {
    const applied = await this.core.guard(
      async () => {
        await act()
        if (reach === 'everywhere') await this.core.tier.reachEverywhere()
        return true
      },
      () => {
        this.core.detach()
        return false
      },
      key?.label,
    )
    if (applied) this.core.tally.invalidated(key?.wire)
    if (applied && this.core.events.wants('invalidate')) {
      const { alias } = this.core
      this.core.events.emit('invalidate', {
        alias,
        fields,
        ...(key === undefined ? {} : { key: key.label }),
      })
    }
    return { applied, queued: !applied && fields[0] !== 'server' && this.core.store.can.shared }
  }

  async *#matching(
    pattern: string,
    options: PatternOptions,
  ): AsyncGenerator<string[], void, undefined> {
    const { can, name } = this.core.store
    if (!can.scan) {
      throw new CacheError(
        'E_UNSUPPORTED',
        `The store '${name}' cannot list its keys (cache.can.scan is false).`,
      )
    }
    const head = this.head(options.version)
    const matches = globMatcher(pattern)
    const batches = this.core.store.scan(head + literalHead(pattern), {
      signal: options.signal,
      ...(options.batch === undefined ? {} : { batch: options.batch }),
    })
    for await (const batch of batches) {
      const keys = batch.filter((wire) => {
        const key = wire.slice(head.length)
        // Keys of nested namespaces are not this view's.
        return !key.includes('>') && matches(key)
      })
      if (keys.length > 0) yield keys
    }
  }

  async #sweep(): Promise<void> {
    if (!this.core.store.can.scan) return
    const { closing } = this.core
    const head = this.space.namespaces.length === 0 ? `${this.space.prefix}:` : this.head()
    try {
      for await (const batch of this.core.store.scan(head, { signal: closing })) {
        if (batch.length > 0) await sweep(this.core.tier, batch, { signal: closing })
      }
    } catch (error) {
      // Closing while sweeping leaves work for the entries' own expiry.
      if (!closing.aborted) throw error
    }
  }
}

function checkPattern(options: PatternOptions, call: string): void {
  checkReadOptions(options, call, ['batch', 'onProgress'])
  const { batch, onProgress } = options
  if (batch !== undefined && !(Number.isSafeInteger(batch) && batch >= 1))
    throw optionError('batch', 'a whole number, 1 or more', batch)
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw optionError('onProgress', 'a function', onProgress)
}

function checkReach(
  options: InvalidateOptions | undefined,
  call: string,
  extra: readonly string[] = [],
): void {
  if (options === undefined) return
  refuseUnknown(call, options, ['signal', 'reach', ...extra])
  checkSignal(options.signal)
  const { reach = 'store' } = options
  if (reach !== 'store' && reach !== 'everywhere')
    throw optionError('reach', "'store' or 'everywhere'", reach)
}
