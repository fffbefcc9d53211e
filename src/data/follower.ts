import type { Clock } from '../base/clock.ts'
import type { Change } from './change.ts'

/** Who is told of changes: a tracker. `applied` is false when a store has not confirmed it. */
export interface ChangeSink {
  changed(changes: readonly Change[]): Promise<{ readonly applied: boolean }>
  raise(entities: readonly string[] | 'all'): Promise<{ readonly applied: boolean }>
}

/** What a source has heard since it was last asked. */
export interface Heard {
  readonly changes: readonly Change[]
  /** Of these tables messages may have been lost. */
  readonly lost?: readonly string[] | 'all' | undefined
  /** There is more already. */
  readonly more?: boolean
}

/** A place where changes made elsewhere are written down: an outbox, a slot. */
export interface ChangeSource {
  /** The tables that it hears of, as far as it knows. */
  readonly entities: readonly string[] | 'all'
  /** Connects when it has to. `undefined`: another process of the fleet reads. Asked again, it gives again what was not confirmed. */
  read(): Promise<Heard | undefined>
  /** What was read last has been invalidated. */
  confirm(): Promise<void>
  /** Gives a connection up that cannot be trusted any more; `read` makes another. Never rejects. */
  reset(): void
  /** Leaves the reading to others. Never rejects. */
  close(): Promise<void>
}

export interface FollowerOptions {
  /** Between two looks, in milliseconds. */
  readonly intervalMs: number
  /** Between two looks of a process that does not read, whether it is to take over. */
  readonly aheadMs: number
  /** How long a look may take. */
  readonly timeoutMs: number
  /** How long the reader may be blind before its tables are raised, and how often while it stays so. `Infinity`: never. */
  readonly lostAfterMs: number
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

const LONGEST_PAUSE_MS = 5000

/**
 * Reads a source for as long as the process lives, and tells a tracker.
 *
 * What was read is confirmed to the source when the tracker has invalidated it, so that a process that dies in between costs a
 * second invalidation and not a lost one. A reader that cannot read does not know what it misses: when that has lasted for
 * `lostAfterMs`, everything that was stored of its tables is invalid, and again each time it has lasted as long once more. So
 * what is stored meanwhile is served that long at the most.
 */
export class Follower {
  readonly #source: ChangeSource
  readonly #sink: ChangeSink
  readonly #options: FollowerOptions
  readonly #running: Promise<void>
  #closed = false
  #reads = false
  #failures = 0
  #sightAt: number
  #awake = false
  #wake: (() => void) | undefined

  constructor(source: ChangeSource, sink: ChangeSink, options: FollowerOptions) {
    this.#source = source
    this.#sink = sink
    this.#options = options
    this.#sightAt = options.clock.now()
    this.#running = this.#run()
  }

  /** This process reads, and not another of its fleet. */
  get reads(): boolean {
    return this.#reads
  }

  /** Looks at once. */
  readonly wake = (): void => {
    this.#awake = true
    this.#wake?.()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.wake()
    await this.#running
    await this.#source.close()
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#awake = false
      const pauseMs = await this.#turn()
      if (pauseMs > 0) await this.#sleep(pauseMs)
    }
  }

  /** Never rejects. @returns milliseconds until the next one */
  async #turn(): Promise<number> {
    const { clock, intervalMs, aheadMs, onError } = this.#options
    try {
      const heard = await this.#within(this.#source.read())
      this.#reads = heard !== undefined
      this.#sightAt = clock.now()
      if (heard === undefined) return this.#well(aheadMs)
      if (!(await this.#tell(heard))) return this.#ill()
      await this.#within(this.#source.confirm())
      return this.#well(heard.more === true ? 0 : intervalMs)
    } catch (error) {
      // Closing ends connections under the feet of a look.
      if (this.#closed) return 0
      onError(error)
      this.#source.reset()
      await this.#blind()
      return this.#ill()
    }
  }

  /** @returns whether it was invalidated; otherwise it is read again */
  async #tell({ changes, lost }: Heard): Promise<boolean> {
    try {
      const raised = lost === undefined || (await this.#sink.raise(lost)).applied
      const told = changes.length === 0 || (await this.#sink.changed(changes)).applied
      return raised && told
    } catch (error) {
      this.#options.onError(error)
      return false
    }
  }

  #well(pauseMs: number): number {
    this.#failures = 0
    return pauseMs
  }

  #ill(): number {
    this.#failures++
    const pauseMs = this.#options.intervalMs * 2 ** this.#failures
    return Math.min(pauseMs, LONGEST_PAUSE_MS, this.#patienceMs())
  }

  /** Until its tables must be raised: the next look may be late, that may not. */
  #patienceMs(): number {
    if (!this.#reads) return Infinity
    const { clock, lostAfterMs, intervalMs } = this.#options
    return Math.max(this.#sightAt + lostAfterMs - clock.now(), intervalMs)
  }

  /** Another process reads for one that does not; for the one that does nobody may. */
  async #blind(): Promise<void> {
    const { clock, lostAfterMs, onError } = this.#options
    if (!this.#reads || clock.now() - this.#sightAt < lostAfterMs) return
    try {
      await this.#sink.raise(this.#source.entities)
      this.#sightAt = clock.now()
    } catch (error) {
      onError(error)
    }
  }

  async #within<T>(work: Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#options
    let cancel: (() => void) | undefined
    const late = new Promise<never>((_, reject) => {
      cancel = clock.after(timeoutMs, () =>
        reject(new Error(`The source of changes did not answer within ${timeoutMs} ms.`)),
      )
    })
    // What answers too late is nobody's any more.
    work.catch(() => {})
    try {
      return await Promise.race([work, late])
    } finally {
      cancel?.()
    }
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#awake || this.#closed) return
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
    this.#wake = undefined
  }
}
