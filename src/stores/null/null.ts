import type { Field, Generations } from '../../base/generation.ts'
import type {
  Acquired,
  Answer,
  Incremented,
  Store,
  StoreDefinition,
  Written,
} from '../../base/store.ts'

/**
 * A store that keeps nothing: every read misses, every load runs, nothing fails. For turning caching off without touching
 * the code (Django's dummy backend).
 */
export function nullStore(): StoreDefinition {
  return { name: 'null', open: () => new NullStore() }
}

const GENERATIONS: Generations = { clock: 0, floor: 0, bumps: new Map<Field, number>() }
const WRITTEN: Written = { written: true, found: undefined }
const NOTHING = {
  entries: 0,
  bytes: 0,
  maxBytes: undefined,
  evictions: 0,
  clients: undefined,
  detail: {},
}

class NullStore implements Store {
  readonly name = 'null'
  readonly can = Object.freeze({
    shared: false,
    pushWake: false,
    expiry: 'ms',
    scan: true,
    durable: false,
    values: 'copied',
    keeps: false,
  } as const)

  async read(keys: readonly string[]): Promise<Answer<undefined[]>> {
    return { result: keys.map(() => undefined), generations: GENERATIONS }
  }

  async write(writes: readonly unknown[]): Promise<Answer<Written[]>> {
    return { result: writes.map(() => WRITTEN), generations: GENERATIONS }
  }

  async remove(keys: readonly string[]): Promise<Answer<undefined[]>> {
    return { result: keys.map(() => undefined), generations: GENERATIONS }
  }

  async touch(): Promise<Answer<undefined>> {
    return { result: undefined, generations: GENERATIONS }
  }

  async increment(): Promise<Answer<Incremented>> {
    return { result: { outcome: 'missing' }, generations: GENERATIONS }
  }

  async acquire(): Promise<Acquired> {
    return { outcome: 'lease', stolen: false }
  }

  // Kept nowhere and refused by nobody: the same as an entry evicted at once.
  async commit(): Promise<boolean> {
    return true
  }

  async renew(): Promise<boolean> {
    return true
  }

  async release(): Promise<void> {
    // Nothing is held.
  }

  async bump(): Promise<number> {
    return 0
  }

  listen(): void {}

  async *scan(): AsyncGenerator<readonly string[], void, undefined> {}

  async stats(): Promise<typeof NOTHING> {
    return NOTHING
  }

  async flushServer(): Promise<void> {}

  async close(): Promise<void> {}
}
