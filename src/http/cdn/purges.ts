// What the cache invalidates is purged at the CDN, too.
//
// Our store comes first: the CDN is told once the store has confirmed, because a CDN that is purged before would fetch the old
// page again. Whoever invalidates does not wait for it, and a CDN that is down fails nobody: what could not be purged is tried
// again until it is, in a queue that is bounded by becoming "everything" when it is too long, so that nothing is forgotten but
// by the end of the process.
//
// Each name is purged twice, the second time after `again`: an answer that was on its way when the first purge arrived, or that
// another process gave from its near cache, may have been kept by the CDN after it.
import { type Clock, systemClock } from '../../base/clock.ts'
import { type Duration, toMs } from '../../base/duration.ts'
import { CacheError, optionError } from '../../base/errors.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import { untilLate } from '../../base/until-late.ts'
import { warnOfPages } from '../warn-of-pages.ts'
import { EVERYTHING, purgeNames } from './names.ts'

/** Purges names at a CDN, all of them or it rejects. The names are as pages carry them. */
export type Purger = (names: readonly string[], signal: AbortSignal) => Promise<unknown>

/** What tells of invalidations in this process; a `Cache` of `createCaches` does. */
export interface InvalidateSource {
  /** As of a cache: calls `listener` for each invalidation until what it returns is called. */
  on(
    name: 'invalidate',
    listener: (event: { readonly fields?: readonly string[] }) => void,
  ): () => void
}

/** When a purge is tried again, and how many may wait. */
export interface CdnPurgeOptions {
  /** After how long each name is purged once more. It should be longer than `near.maxStaleness` and than a page takes to be sent. `'0s'` never. Default `'5s'`. */
  readonly again?: Duration
  /** How long the CDN may take for one purge. Default `'10s'`. */
  readonly timeout?: Duration
  /** How many names wait at most; with more, everything is purged. At least 1. Default 10,000. */
  readonly maxWaiting?: number
  /** Told of each purge that failed; it is tried again. Default: a process warning, once per message. */
  readonly onError?: (error: unknown) => void
  /** Source of time. Tests pass a fake one. Default: the system clock. */
  readonly clock?: Clock
}

/** Tells a CDN what was invalidated. */
export interface CdnPurges {
  /** Purges tags at the CDN without invalidating them here: for what the store could not confirm. */
  purge(tags: Iterable<string>): void
  /** How many names wait to be purged, those for the second time left out, and how many purges succeeded and failed so far. */
  stats(): { readonly waiting: number; readonly purges: number; readonly failures: number }
  /** Resolves when nothing waits but for its second time. It never rejects; while the CDN is down it does not resolve. */
  settled(): Promise<void>
  /** Listens no more, and sends all that waits, once: the last call of a process that ends. */
  close(): Promise<void>
}

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 60_000

/**
 * Purges at a CDN what this process invalidates: `cdnPurges(cache, fastly({ service, token }))`. Tags, the addresses that
 * writes and `purge` name, and `clear()`, each after the store has confirmed it; not single keys, namespaces and patterns,
 * which name no pages. What is invalidated in one turn goes in one call.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function cdnPurges(
  source: InvalidateSource,
  purger: Purger,
  options: CdnPurgeOptions = {},
): CdnPurges {
  refuseUnknown('cdnPurges', options, ['again', 'timeout', 'maxWaiting', 'onError', 'clock'])
  const { clock = systemClock, maxWaiting = 10_000, onError = warnOfPages() } = options
  if (typeof purger !== 'function') throw optionError('purger', 'a function of names', purger)
  if (!(Number.isSafeInteger(maxWaiting) && maxWaiting >= 1)) {
    throw optionError('maxWaiting', 'a whole number of 1 or more', maxWaiting)
  }
  if (typeof onError !== 'function') throw optionError('onError', 'a function', onError)
  const againMs = toMs(options.again ?? '5s', 'again')
  const timeoutMs = toMs(options.timeout ?? '10s', 'timeout')
  const queue = new Queue(purger, { againMs, clock, maxWaiting, onError, timeoutMs })
  const stop = source.on('invalidate', ({ fields = [] }) => queue.add(namesOf(fields)))
  return {
    purge: (tags) => queue.add(purgeNames(tags)),
    stats: () => queue.stats(),
    settled: async () => await queue.settled(),
    async close() {
      stop()
      await queue.close()
    },
  }
}

function namesOf(fields: readonly string[]): readonly string[] {
  if (fields.some((field) => field === '*' || field === 'server')) return [EVERYTHING]
  const tags = fields.filter((field) => field.startsWith('t:'))
  return purgeNames(tags.map((field) => field.slice(2)))
}

interface Terms {
  readonly againMs: number
  readonly clock: Clock
  readonly maxWaiting: number
  readonly onError: (error: unknown) => void
  readonly timeoutMs: number
}

class Queue {
  readonly #purger: Purger
  readonly #terms: Terms
  /** Names to be purged, and whether it is for the first time. */
  #waiting = new Map<string, boolean>()
  /** Names that were purged once, by what ends their wait for the second time. */
  readonly #later = new Map<() => void, readonly string[]>()
  #sending: Promise<void> | undefined
  #isScheduled = false
  #isClosed = false
  #stopRetry: (() => void) | undefined
  #failuresInRow = 0
  #purges = 0
  #failures = 0
  #onSettled: (() => void)[] = []

  constructor(purger: Purger, terms: Terms) {
    this.#purger = purger
    this.#terms = terms
  }

  add(names: readonly string[], isFirst = true): void {
    for (const name of names) this.#waiting.set(name, isFirst || this.#waiting.get(name) === true)
    if (this.#waiting.size > this.#terms.maxWaiting) {
      this.#waiting = new Map([[EVERYTHING, [...this.#waiting.values()].some(Boolean)]])
    }
    this.#schedule()
  }

  stats(): ReturnType<CdnPurges['stats']> {
    return { waiting: this.#waiting.size, purges: this.#purges, failures: this.#failures }
  }

  async settled(): Promise<void> {
    if (this.#waiting.size === 0 && this.#sending === undefined) return
    await new Promise<void>((resolve) => this.#onSettled.push(resolve))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopRetry?.()
    await this.#sending
    for (const [stop, names] of this.#later) {
      stop()
      for (const name of names) this.#waiting.set(name, false)
    }
    this.#later.clear()
    for (const name of this.#waiting.keys()) this.#waiting.set(name, false)
    await this.#send()
  }

  // At the end of this turn: what is invalidated together goes together.
  #schedule(): void {
    if (this.#isClosed || this.#isScheduled || this.#waiting.size === 0) return
    if (this.#sending !== undefined || this.#stopRetry !== undefined) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      void this.#send()
    })
  }

  async #send(): Promise<void> {
    if (this.#sending !== undefined || this.#waiting.size === 0) return
    const batch = this.#waiting
    this.#waiting = new Map()
    this.#sending = this.#sendBatch(batch)
    await this.#sending
    this.#sending = undefined
    if (this.#waiting.size === 0) for (const resolve of this.#onSettled.splice(0)) resolve()
    this.#schedule()
  }

  async #sendBatch(batch: ReadonlyMap<string, boolean>): Promise<void> {
    const { clock, onError, timeoutMs } = this.#terms
    const controller = new AbortController()
    const late = (): Error => {
      controller.abort()
      return new CacheError('E_CDN', `The CDN did not purge within ${timeoutMs} ms.`)
    }
    try {
      const purging = (async () => await this.#purger([...batch.keys()], controller.signal))()
      await untilLate(purging, { clock, timeoutMs, signal: undefined, late })
      this.#purges++
      this.#failuresInRow = 0
      this.#purgeAgain([...batch].filter(([, isFirst]) => isFirst).map(([name]) => name))
    } catch (error) {
      this.#failures++
      this.#failuresInRow++
      this.#retryLater(batch)
      try {
        onError(error)
      } catch {
        // Nobody is left to be told.
      }
    }
  }

  #retryLater(batch: ReadonlyMap<string, boolean>): void {
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (this.#failuresInRow - 1), LONGEST_DELAY_MS)
    if (this.#isClosed) return
    this.#stopRetry = this.#terms.clock.after(delayMs, () => {
      this.#stopRetry = undefined
      this.#schedule()
    })
    for (const [name, isFirst] of batch) this.add([name], isFirst)
  }

  #purgeAgain(names: readonly string[]): void {
    const { againMs, clock, maxWaiting } = this.#terms
    if (againMs === 0 || names.length === 0) return
    let held = names
    const count = [...this.#later.values()].reduce((sum, each) => sum + each.length, names.length)
    if (count > maxWaiting) {
      for (const stop of this.#later.keys()) stop()
      this.#later.clear()
      held = [EVERYTHING]
    }
    const stop = clock.after(againMs, () => {
      this.#later.delete(stop)
      this.add(held, false)
    })
    this.#later.set(stop, held)
  }
}
