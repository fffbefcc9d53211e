import { CacheError } from '../../base/errors.ts'
import type { Field, Generations, Stamp } from '../../base/generation.ts'
import type {
  Acquired,
  Answer,
  Capabilities,
  Incremented,
  Operation,
  Store,
  StoreContext,
  StoreDefinition,
  StoreStats,
  Written,
} from '../../base/store.ts'

/**
 * A store that keeps nothing: every read misses, every load runs, nothing fails. For turning caching off without touching
 * the code (Django's dummy backend).
 */
export function nullStore(): StoreDefinition {
  return { name: 'null', open: (context) => new NullStore(context) }
}

const CAN: Capabilities = Object.freeze({
  shared: false,
  pushWake: false,
  expiry: 'ms',
  scan: true,
  durable: false,
  values: 'copied',
  keeps: false,
})
const NO_BATCHES: readonly (readonly string[])[] = []
const NO_BUMPS: ReadonlyMap<Field, Stamp> = new Map()
const WRITTEN: Written = Object.freeze({ written: true, found: undefined })

class NullStore implements Store {
  readonly name = 'null'
  readonly can = CAN
  readonly #context: StoreContext
  /** Its only memory. No field is remembered either: the newest stamp is the floor, so everything older is invalid. */
  #clock: Stamp
  #closed = false

  constructor(context: StoreContext) {
    this.#context = context
    this.#clock = Math.floor(context.clock.now() * 1000)
  }

  async read(
    keys: readonly string[],
    _fields?: unknown,
    operation?: Operation,
  ): Promise<Answer<undefined[]>> {
    return this.#answer(
      keys.map(() => undefined),
      operation,
    )
  }

  async write(
    writes: readonly unknown[],
    _fields?: unknown,
    operation?: Operation,
  ): Promise<Answer<Written[]>> {
    return this.#answer(
      writes.map(() => WRITTEN),
      operation,
    )
  }

  async remove(
    keys: readonly string[],
    _fields?: unknown,
    operation?: Operation,
  ): Promise<Answer<undefined[]>> {
    return await this.read(keys, undefined, operation)
  }

  async touch(
    _key: string,
    _times: unknown,
    _fields?: unknown,
    operation?: Operation,
  ): Promise<Answer<undefined>> {
    return this.#answer(undefined, operation)
  }

  async increment(
    _key: string,
    _delta: unknown,
    _fields?: unknown,
    operation?: Operation,
  ): Promise<Answer<Incremented>> {
    return this.#answer({ outcome: 'missing' }, operation)
  }

  async acquire(_key: string, _request: unknown, operation?: Operation): Promise<Acquired> {
    this.#begin(operation)
    return { outcome: 'lease', stolen: false }
  }

  // Kept nowhere and refused by nobody, as an entry that is evicted at once: a refusal would read as a load in vain.
  async commit(
    _key: string,
    _token: unknown,
    _entry: unknown,
    operation?: Operation,
  ): Promise<boolean> {
    this.#begin(operation)
    return true
  }

  async renew(
    _key: string,
    _token: unknown,
    _leaseMs: unknown,
    operation?: Operation,
  ): Promise<boolean> {
    this.#begin(operation)
    return true
  }

  async release(_key: string, _token: unknown, operation?: Operation): Promise<void> {
    this.#begin(operation)
  }

  async bump(_fields: unknown, operation?: Operation): Promise<Stamp> {
    this.#begin(operation)
    this.#clock = Math.max(this.#clock + 1, Math.floor(this.#context.clock.now() * 1000))
    return this.#clock
  }

  // What nobody keeps nobody need be kept from.
  async intend(
    _announced: unknown,
    _token: unknown,
    _forMs: unknown,
    operation?: Operation,
  ): Promise<void> {
    this.#begin(operation)
  }

  async withdraw(_announced: unknown, _token: unknown, operation?: Operation): Promise<void> {
    this.#begin(operation)
  }

  // Nobody can be in anybody's way, so there is nothing to tell.
  listen(): void {}

  async *scan(_head: string, operation?: Operation): AsyncGenerator<readonly string[]> {
    this.#begin(operation)
    yield* NO_BATCHES
  }

  async stats(operation?: Operation): Promise<StoreStats> {
    this.#begin(operation)
    return {
      entries: 0,
      bytes: 0,
      maxBytes: undefined,
      evictions: 0,
      clients: undefined,
      detail: {},
    }
  }

  async flushServer(operation?: Operation): Promise<void> {
    await this.bump([], operation)
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #answer<T>(result: T, operation: Operation | undefined): Answer<T> {
    this.#begin(operation)
    const generations: Generations = { clock: this.#clock, floor: this.#clock, bumps: NO_BUMPS }
    return { result, generations }
  }

  #begin(operation: Operation | undefined): void {
    if (this.#closed)
      throw new CacheError('E_CLOSED', `The cache '${this.#context.alias}' was closed.`)
    operation?.signal?.throwIfAborted()
  }
}
