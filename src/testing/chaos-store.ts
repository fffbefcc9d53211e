import type { Clock } from '../base/clock.ts'
import { CacheError, type CacheErrorCode, optionError } from '../base/errors.ts'
import type { Operation, Store, StoreDefinition } from '../base/store.ts'
import { hint, refuseUnknown } from '../base/suggest.ts'
import { type ActName, ACTS, actOf, wrapStore } from './wrapped-store.ts'

/** How often which harm is done. */
export interface ChaosOptions {
  /** Where the dice start: the same seed and the same acts in the same order give the same failures. */
  readonly seed: number
  /**
   * The share of acts that are troubled, from 0 to 1. Default 1 when `failWith` or `delayMs` is given, otherwise 0: calm until
   * `down()`.
   */
  readonly rate?: number
  /**
   * What a troubled act rejects with: a code, or an error of your own. Default `'E_STORE_DOWN'`; with `delayMs` alone acts
   * are slow and succeed.
   */
  readonly failWith?: CacheErrorCode | Error
  /** How long a troubled act takes to begin, by the store's clock; a pair is a range to draw from. Default 0. */
  readonly delayMs?: number | readonly [least: number, most: number]
  /** Troubles these acts only. Default: all. Also decides what `down` breaks. */
  readonly only?: readonly ActName[]
  /**
   * Whether a troubled act is done all the same before it fails: the request arrived and its answer was lost. Default
   * `false`: it never arrived.
   */
  readonly answerLost?: boolean
}

/** A store with trouble that can be switched: to see what an application does when its cache is slow, flaky or gone. */
export interface ChaosStore extends StoreDefinition {
  /** From now on every act fails, with `failWith` or `E_STORE_DOWN`. */
  down(): void
  /** The outage is over; `rate` counts again. */
  up(): void
  /** How many acts were failed or delayed so far. */
  readonly troubles: number
}

const KNOWN = ['seed', 'rate', 'failWith', 'delayMs', 'only', 'answerLost'] as const

/**
 * Wraps any store so that its acts fail or take long, as the dice of a seed fall.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function chaosStore(definition: StoreDefinition, options: ChaosOptions): ChaosStore {
  const chaos = new Chaos(checked(options))
  return {
    name: definition.name,
    open: (context) => chaos.around(definition.open(context), context.clock),
    down() {
      chaos.isDown = true
    },
    up() {
      chaos.isDown = false
    },
    get troubles() {
      return chaos.troubles
    },
  }
}

function checked(options: ChaosOptions): ChaosOptions {
  refuseUnknown('chaosStore()', options, KNOWN)
  const { seed, rate = 1, only = [] } = options
  if (!Number.isSafeInteger(seed)) throw optionError('seed', 'an integer', seed)
  if (!(rate >= 0 && rate <= 1)) throw optionError('rate', 'a number from 0 to 1', rate)
  const [least, most] = rangeOf(options.delayMs)
  if (!(least >= 0 && most >= least && most < Infinity)) {
    throw optionError(
      'delayMs',
      'milliseconds, 0 or more, or a range of them [least, most]',
      options.delayMs,
    )
  }
  for (const act of only) {
    if (ACTS.includes(act)) continue
    throw new CacheError('E_OPTION', `Option 'only': there is no act '${act}'. ${hint(act, ACTS)}`)
  }
  return options
}

function rangeOf(delayMs: ChaosOptions['delayMs']): readonly [number, number] {
  return typeof delayMs === 'object' ? delayMs : [delayMs ?? 0, delayMs ?? 0]
}

class Chaos {
  isDown = false
  troubles = 0
  readonly #options: ChaosOptions
  #state: number

  constructor(options: ChaosOptions) {
    this.#options = options
    this.#state = options.seed | 0
  }

  around(store: Store, clock: Clock): Store {
    const { answerLost = false } = this.#options
    return wrapStore(store, (act, parts) => {
      const trouble = this.#draw(act)
      if (trouble === undefined) return undefined
      this.troubles++
      const arrived = answerLost && trouble.error !== undefined && act !== 'scan'
      return arrived
        ? this.#loseAnswer(store, act, parts, trouble, clock)
        : this.#befall(trouble, parts, clock)
    })
  }

  /** The dice fall for every act that they concern, so that an outage in between does not shift what comes after it. */
  #draw(act: ActName): Trouble | undefined {
    const { only, delayMs, failWith } = this.#options
    const { rate = failWith === undefined && delayMs === undefined ? 0 : 1 } = this.#options
    if (only !== undefined && !only.includes(act)) return undefined
    const [hit, share] = [this.#next() < rate, this.#next()]
    if (this.isDown) return { act, waitMs: 0, error: failWith ?? 'E_STORE_DOWN' }
    if (!hit) return undefined
    const [least, most] = rangeOf(delayMs)
    const error = failWith ?? (delayMs === undefined ? 'E_STORE_DOWN' : undefined)
    return { act, waitMs: least + Math.floor(share * (most - least + 1)), error }
  }

  async #befall(
    { act, waitMs, error }: Trouble,
    parts: readonly unknown[],
    clock: Clock,
  ): Promise<void> {
    const signal = signalOf(parts)
    signal?.throwIfAborted()
    if (waitMs > 0) await pause(waitMs, clock, signal)
    if (error !== undefined) throw failure(error, act, parts)
  }

  async #loseAnswer(
    store: Store,
    act: Exclude<ActName, 'scan'>,
    parts: readonly unknown[],
    trouble: Trouble,
    clock: Clock,
  ): Promise<void> {
    await (store[act] as (...parts: readonly unknown[]) => Promise<unknown>).apply(
      store,
      parts as unknown[],
    )
    await this.#befall(trouble, parts, clock)
  }

  // Mulberry32: 32 bits of state, good enough to scatter failures, the same on every machine.
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Trouble {
  readonly act: ActName
  readonly waitMs: number
  readonly error: CacheErrorCode | Error | undefined
}

function failure(error: CacheErrorCode | Error, act: ActName, parts: readonly unknown[]): Error {
  if (typeof error !== 'string') return error
  const [key] = actOf(act, parts).keys
  return new CacheError(error, `Chaos: '${act}' was made to fail.`, { key })
}

// The operation is an act's last argument, where it was given one.
function signalOf(parts: readonly unknown[]): AbortSignal | undefined {
  const last = parts.at(-1)
  const signal = typeof last === 'object' && last !== null ? (last as Operation).signal : undefined
  return signal instanceof AbortSignal ? signal : undefined
}

function pause(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abandon = (): void => {
      cancel()
      reject(signal?.reason as Error)
    }
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abandon)
      resolve()
    })
    signal?.addEventListener('abort', abandon, { once: true })
  })
}
