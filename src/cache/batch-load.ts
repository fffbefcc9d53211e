import type { LoadContext } from './load-call.ts'

/** What a batch loader may return: a `Map`, or pairs; keys that it leaves out are not stored. */
export type Loaded<K, T> = ReadonlyMap<K, T> | Iterable<readonly [K, T]>

/**
 * Collects the keys of one `getOrSetMany` that this process must load, and runs the loader once for all of them as soon as
 * every key has said whether it needs loading. Nothing is held while anything is waited for: keys that another process
 * loads have said so. A key that must be loaded after all, later, is loaded alone.
 */
export class BatchLoad<K, T> {
  readonly #loadMany: (
    keys: readonly K[],
    context: LoadContext,
  ) => Promise<Loaded<K, T>> | Loaded<K, T>
  readonly #textOf: (key: K) => string
  readonly #asked = new Map<K, LoadContext>()
  readonly #undecided: Set<K>
  readonly #all: Promise<Map<string, T>>
  #fire!: () => void
  #fired = false
  readonly #leftOut = new Set<string>()

  constructor(
    keys: readonly K[],
    textOf: (key: K) => string,
    loadMany: (keys: readonly K[], context: LoadContext) => Promise<Loaded<K, T>> | Loaded<K, T>,
  ) {
    this.#undecided = new Set(keys)
    this.#textOf = textOf
    this.#loadMany = loadMany
    this.#all = new Promise<void>((resolve) => (this.#fire = resolve)).then(() => this.#run())
    this.#all.catch(() => {})
  }

  /** This key is a hit, or somebody else loads it. */
  settled(key: K): void {
    this.#decide(key)
  }

  /** This key must be loaded. Resolves with its value, `undefined` and a skip when the loader left it out. */
  async load(key: K, context: LoadContext): Promise<T | undefined> {
    let loaded: Map<string, T>
    if (this.#fired) {
      loaded = this.#index(await this.#loadMany([key], context))
    } else {
      this.#asked.set(key, context)
      this.#decide(key)
      loaded = await this.#all
    }
    const text = this.#textOf(key)
    if (!loaded.has(text)) {
      this.#leftOut.add(text)
      context.skip('its batch loader left it out')
    }
    return loaded.get(text)
  }

  /** The loader had no value for this key. */
  leftOut(key: K): boolean {
    return this.#leftOut.has(this.#textOf(key))
  }

  #decide(key: K): void {
    this.#undecided.delete(key)
    if (this.#undecided.size > 0 || this.#fired) return
    this.#fired = true
    this.#fire()
  }

  async #run(): Promise<Map<string, T>> {
    if (this.#asked.size === 0) return new Map()
    return this.#index(
      await this.#loadMany([...this.#asked.keys()], new SharedContext(this.#asked.values())),
    )
  }

  #index(loaded: Loaded<K, T>): Map<string, T> {
    const byText = new Map<string, T>()
    for (const [key, value] of loaded) byText.set(this.#textOf(key), value)
    return byText
  }
}

/** What is said of a batch is said of each of its keys. */
class SharedContext implements LoadContext {
  readonly signal: AbortSignal
  readonly previous = undefined
  readonly #each: readonly LoadContext[]

  constructor(each: Iterable<LoadContext>) {
    this.#each = [...each]
    // Stops only when no key of the batch is wanted any more.
    const controller = new AbortController()
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

  readonly skip = (reason?: string): void => {
    for (const context of this.#each) context.skip(reason)
  }
}
