import { optionError } from '../base/errors.ts'
import { keyText, type Key } from '../base/key.ts'
import { isTraced } from '../base/tracing.ts'
import type { CacheCore } from './core.ts'
import { Flight } from './flight.ts'
import type { LoadContext } from './load-call.ts'
import { currentLoad, runLoad } from './load-run.ts'

/** Of a batch that nobody listens to. */
const NAMELESS: readonly string[] = []

/** What a batch loader may return: a `Map`, or pairs; keys that it leaves out are not stored. */
export type Loaded<K, T> = ReadonlyMap<K, T> | Iterable<readonly [K, T]>

/** In the place of a value that could not be loaded: it concerns its key alone. */
export class Failed {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

/**
 * Collects the keys of one `getOrSetMany` that this process must load, and runs the loader once for all of them as soon as
 * every key has said whether it needs loading. Nothing is held while anything is waited for: keys that another process
 * loads have said so. A key that must be loaded after all, later, is loaded alone.
 *
 * The batch is one load: it takes one place among the running ones, has one `loadTimeout`, and what its loader asks of the
 * cache in turn is nested in all of its keys.
 */
export class BatchLoad<K extends Key, T> {
  readonly #loadMany: (
    keys: readonly K[],
    context: LoadContext,
  ) => Promise<Loaded<K, T>> | Loaded<K, T>
  readonly #core: CacheCore
  readonly #timeoutMs: number
  /** Stands for the batch where attempts wait for each other. */
  readonly #flight = new Flight('', '')
  readonly #asked = new Map<K, LoadContext>()
  readonly #undecided: Set<K>
  readonly #all: Promise<Map<string, T>>
  #fire!: () => void
  #fired = false
  readonly #leftOut = new Set<string>()

  constructor(
    core: CacheCore,
    keys: readonly K[],
    loadMany: (keys: readonly K[], context: LoadContext) => Promise<Loaded<K, T>> | Loaded<K, T>,
    timeoutMs: number,
  ) {
    this.#core = core
    this.#undecided = new Set(keys)
    this.#loadMany = loadMany
    this.#timeoutMs = timeoutMs
    this.#all = new Promise<void>((resolve) => (this.#fire = resolve)).then(() => this.#run())
    this.#all.catch(() => {})
  }

  /** This key is a hit, or somebody else loads it. */
  settled(key: K): void {
    this.#decide(key)
  }

  /** This key must be loaded. Resolves with its value, `undefined` and a skip when the loader left it out. */
  async load(key: K, context: LoadContext): Promise<T | undefined> {
    const loaded = this.#fired
      ? await this.#alone(key, context)
      : await this.#together(key, context)
    const text = keyText(key)
    if (!loaded.has(text)) {
      this.#leftOut.add(text)
      context.skip('its batch loader left it out')
    }
    const value = loaded.get(text)
    if (value instanceof Failed) throw value.error
    return value
  }

  /** The loader had no value for this key. */
  leftOut(key: K): boolean {
    return this.#leftOut.has(keyText(key))
  }

  #decide(key: K): void {
    this.#undecided.delete(key)
    if (this.#undecided.size > 0 || this.#fired) return
    this.#fired = true
    this.#fire()
  }

  async #alone(key: K, context: LoadContext): Promise<Map<string, T>> {
    const flight = new Flight('', '')
    const contexts = new SharedContext([context], flight.controller)
    return await this.#call([key], contexts, flight, currentLoad.getStore())
  }

  async #together(key: K, context: LoadContext): Promise<Map<string, T>> {
    this.#asked.set(key, context)
    const own = currentLoad.getStore()
    const done = own?.awaits(this.#flight)
    this.#decide(key)
    try {
      return await this.#all
    } finally {
      if (own !== undefined) own.call = this.#flight.call
      done?.()
    }
  }

  async #run(): Promise<Map<string, T>> {
    if (this.#asked.size === 0) return new Map()
    const context = new SharedContext(this.#asked.values(), this.#flight.controller)
    return await this.#call([...this.#asked.keys()], context, this.#flight, undefined)
  }

  async #call(
    keys: readonly K[],
    context: LoadContext,
    flight: Flight,
    waiting: Flight | undefined,
  ): Promise<Map<string, T>> {
    const done = waiting?.awaits(flight)
    const names = isTraced('load') ? keys.map(keyText) : NAMELESS
    try {
      const loaded = await runLoad(this.#core, flight, this.#timeoutMs, names, () =>
        this.#loadMany(keys, context),
      )
      return this.#index(loaded)
    } finally {
      if (waiting !== undefined) waiting.call = flight.call
      done?.()
    }
  }

  #index(loaded: Loaded<K, T>): Map<string, T> {
    const byText = new Map<string, T>()
    const given: unknown = loaded
    if (typeof given !== 'object' || given === null || !(Symbol.iterator in given))
      throw optionError('loadMany', 'to return a Map, or pairs of key and value', given)
    for (const [key, value] of loaded) byText.set(keyText(key), value)
    return byText
  }
}

/** What is said of a batch is said of each of its keys. */
class SharedContext implements LoadContext {
  readonly signal: AbortSignal
  readonly previous = undefined
  readonly #each: readonly LoadContext[]

  /** @param controller aborted when no key of the batch is wanted any more */
  constructor(each: Iterable<LoadContext>, controller: AbortController) {
    this.#each = [...each]
    let left = this.#each.length
    for (const { signal } of this.#each) {
      const stop = (): void => {
        if (--left === 0) controller.abort(signal.reason)
      }
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    }
    this.signal = controller.signal
  }

  readonly tag = (...tags: string[]): void => {
    for (const context of this.#each) context.tag(...tags)
  }

  readonly ttl: LoadContext['ttl'] = (ttl) => {
    for (const context of this.#each) context.ttl(ttl)
  }

  readonly stale: LoadContext['stale'] = (stale) => {
    for (const context of this.#each) context.stale(stale)
  }

  readonly skip = (reason?: string): void => {
    for (const context of this.#each) context.skip(reason)
  }
}
