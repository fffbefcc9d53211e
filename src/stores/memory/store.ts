import type { Copied } from '../../base/codec.ts'
import { CacheError } from '../../base/errors.ts'
import type { Field, Stamp } from '../../base/generation.ts'
import type { Entry, StoreRecord } from '../../base/record.ts'
import type {
  Acquired,
  AcquireRequest,
  Answer,
  Capabilities,
  Inbox,
  Incremented,
  Operation,
  Store,
  StoreContext,
  StoreStats,
  Write,
  Written,
} from '../../base/store.ts'
import type { Token } from '../../base/token.ts'
import type { GenerationTable } from './generations.ts'
import type { Slot } from './slot.ts'
import type { MemoryState } from './state.ts'

/** An abandoned lease is forgotten after this many of its lengths. */
const LEASES_UNTIL_FORGOTTEN = 4

/** One alias's view of a memory: every act is done when it returns, so nothing can come in between. */
export class MemoryStore implements Store {
  readonly name = 'memory'
  readonly can: Capabilities
  readonly #state: MemoryState
  readonly #context: StoreContext
  readonly #generations: GenerationTable
  readonly #frozen: boolean
  #closed = false

  constructor(state: MemoryState, context: StoreContext, frozen: boolean) {
    this.#state = state
    this.#context = context
    this.#frozen = frozen
    this.#generations = state.generationsOf(context.prefix, context.clock)
    this.can = Object.freeze({
      shared: false,
      pushWake: true,
      expiry: 'ms',
      scan: true,
      durable: false,
      values: frozen ? 'frozen' : 'copied',
      keeps: true,
    })
  }

  async read(
    keys: readonly string[],
    fields: readonly Field[],
    operation?: Operation & { values?: boolean },
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>> {
    const now = this.#begin(operation)
    const { arena } = this.#state
    const values = operation?.values !== false
    const result: (StoreRecord | undefined)[] = []
    // The hot path: a loop, and records made once, so that a hit allocates its answer and nothing else.
    for (const key of keys) {
      const slot = arena.find(key, now)
      if (slot !== undefined && values) arena.use(slot)
      result.push(slot === undefined ? undefined : this.#recordOf(slot, values))
    }
    return { result, generations: this.#generations.read(fields) }
  }

  async write(
    writes: readonly Write[],
    fields: readonly Field[],
    operation?: Operation,
  ): Promise<Answer<readonly Written[]>> {
    const now = this.#begin(operation)
    const copies = writes.map(({ entry }) => this.#copy(entry.value))
    const result = writes.map(({ key, entry, when }, index) => {
      if (when !== 'always') {
        const found = this.#state.arena.find(key, now)
        const rev = found?.entry?.rev
        if (when === 'absent' ? rev !== undefined : rev !== when.rev) {
          return { written: false, found: found && this.#recordOf(found, false) }
        }
      }
      this.#store(key, entry, copies[index] as Copied, now)
      return WRITTEN
    })
    return { result, generations: this.#generations.read(fields) }
  }

  async remove(
    keys: readonly string[],
    fields: readonly Field[],
    operation?: Operation & { values?: boolean; revs?: readonly Token[] },
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>> {
    const now = this.#begin(operation)
    const values = operation?.values === true
    const revs = operation?.revs
    const result = keys.map((key, index) => {
      const slot = this.#state.arena.find(key, now)
      if (slot === undefined) return undefined
      if (revs !== undefined && slot.entry?.rev !== revs[index]) return undefined
      const record = this.#recordOf(slot, values)
      this.#remove(slot, revs !== undefined, now)
      return record
    })
    return { result, generations: this.#generations.read(fields) }
  }

  async touch(
    key: string,
    times: { readonly freshUntil: number; readonly deadAt: number },
    fields: readonly Field[],
    operation?: Operation,
  ): Promise<Answer<StoreRecord | undefined>> {
    const now = this.#begin(operation)
    const generations = this.#generations.read(fields)
    const slot = this.#state.arena.find(key, now)
    if (slot === undefined) return { result: undefined, generations }
    const result = this.#recordOf(slot, false)
    if (slot.entry !== undefined && slot.entry.freshUntil > now) {
      slot.retime(times.freshUntil, times.deadAt)
    }
    return { result, generations }
  }

  async increment(
    key: string,
    delta: number | bigint,
    fields: readonly Field[],
    operation?: Operation,
  ): Promise<Answer<Incremented>> {
    const now = this.#begin(operation)
    const generations = this.#generations.read(fields)
    const slot = this.#state.arena.find(key, now)
    if (slot?.entry === undefined) return { result: { outcome: 'missing' }, generations }
    const found = this.#recordOf(slot, false)
    const current = slot.entry.value
    if (typeof current !== 'bigint' && !Number.isSafeInteger(current)) {
      return { result: { outcome: 'notNumber', found }, generations }
    }
    const value = sum(current as number | bigint, delta)
    const { bytes } = this.#copy(value)
    slot.hold({ ...slot.entry, value }, bytes, true)
    this.#keep(slot, now)
    return { result: { outcome: 'done', value, found }, generations }
  }

  async acquire(key: string, request: AcquireRequest, operation?: Operation): Promise<Acquired> {
    const now = this.#begin(operation)
    const { arena } = this.#state
    const slot = arena.find(key, now) ?? arena.add(key, this.#context)
    if (slot.entry !== undefined && slot.entry.rev !== request.seen) {
      return { outcome: 'hit', record: this.#recordOf(slot, true) }
    }
    const { lease: held } = slot
    // A holder that asks again was not told that it has the lease.
    const stolen = held !== undefined && held.token !== request.token
    if (stolen && held.until > now && held.stamp >= request.need) {
      slot.addWaiter(this.#context.processId)
      arena.reweigh(slot)
      arena.settle(now, this.#state.gone)
      return { outcome: 'busy', holder: held.token, remainingMs: held.until - now }
    }
    if (stolen) this.#state.doomed(held.token)
    const { token, leaseMs, stamp } = request
    slot.lend({ token, until: now + leaseMs, stamp }, now + LEASES_UNTIL_FORGOTTEN * leaseMs)
    this.#keep(slot, now)
    return { outcome: 'lease', stolen }
  }

  async commit(key: string, token: Token, entry: Entry, operation?: Operation): Promise<boolean> {
    const now = this.#begin(operation)
    const copied = this.#copy(entry.value)
    const slot = this.#state.arena.find(key, now)
    if (slot?.lease?.token !== token) return false
    slot.endLease()
    this.#store(key, entry, copied, now)
    return true
  }

  async renew(key: string, token: Token, leaseMs: number, operation?: Operation): Promise<boolean> {
    const now = this.#begin(operation)
    const slot = this.#state.arena.find(key, now)
    if (slot?.lease?.token !== token) return false
    slot.lend({ ...slot.lease, until: now + leaseMs }, now + LEASES_UNTIL_FORGOTTEN * leaseMs)
    return true
  }

  async release(key: string, token: Token, operation?: Operation): Promise<void> {
    const now = this.#begin(operation)
    const slot = this.#state.arena.find(key, now)
    if (slot?.lease?.token !== token) return
    slot.endLease()
    this.#state.wake(slot)
    if (slot.entry === undefined) this.#state.arena.remove(slot)
    else this.#state.arena.reweigh(slot)
  }

  async bump(fields: readonly Field[], operation?: Operation): Promise<Stamp> {
    const now = this.#begin(operation)
    return this.#state.bump(this.#generations, fields, now)
  }

  listen(inbox: Inbox): void {
    this.#state.join(this.#context.processId, inbox)
  }

  async *scan(
    head: string,
    operation?: Operation & { batch?: number },
  ): AsyncGenerator<readonly string[], void, undefined> {
    const size = operation?.batch ?? 500
    const { arena } = this.#state
    let batch: string[] = []
    // What is added while we look is not ours to find: a reader that writes as it goes would never end.
    let left = arena.size
    this.#begin(operation)
    for (const slot of arena.slots()) {
      if (left-- <= 0) break
      if (!slot.key.startsWith(head) || !arena.isAlive(slot, this.#context.clock.now())) continue
      batch.push(slot.key)
      if (batch.length < size) continue
      yield batch
      this.#begin(operation)
      batch = []
    }
    if (batch.length > 0) yield batch
  }

  async stats(operation?: Operation): Promise<StoreStats> {
    this.#begin(operation)
    const { bytes, evictions, maxBytes, size } = this.#state.arena
    return { entries: size, bytes, maxBytes, evictions, clients: undefined, detail: {} }
  }

  async flushServer(operation?: Operation): Promise<void> {
    this.#begin(operation)
    this.#state.flush()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#state.leave(this.#context.processId)
  }

  #begin(operation: Operation | undefined): number {
    if (this.#closed)
      throw new CacheError('E_CLOSED', `The cache '${this.#context.alias}' was closed.`)
    operation?.signal?.throwIfAborted()
    return this.#context.clock.now()
  }

  #copy(value: unknown): Copied {
    return this.#context.codec.copy(value, this.#frozen)
  }

  #store(key: string, entry: Entry, { value, bytes, shareable }: Copied, now: number): void {
    const slot = this.#state.arena.find(key, now) ?? this.#state.arena.add(key, this.#context)
    this.#state.doom(slot)
    this.#state.wake(slot)
    // Its own list of tags: the caller may go on with the other.
    slot.hold({ ...entry, tags: Object.freeze([...entry.tags]), value }, bytes, shareable)
    this.#keep(slot, now)
  }

  /** The slot has a new content: it is weighed, and others make room for it, unless it would not fit even then. */
  #keep(slot: Slot, now: number): void {
    const { arena, gone } = this.#state
    slot.owner = this.#context
    arena.reweigh(slot)
    arena.use(slot)
    if (arena.fits(slot)) {
      arena.settle(now, gone)
      return
    }
    const { key, bytes } = slot
    arena.remove(slot)
    this.#state.doom(slot)
    this.#state.wake(slot)
    const message = 'A value larger than the whole store was not kept.'
    this.#context.report({ kind: 'evicted', message, key, bytes })
  }

  /** @param spareLoad whoever sweeps an invalid value away has nothing against the load that replaces it */
  #remove(slot: Slot, spareLoad: boolean, now: number): void {
    const { arena } = this.#state
    if (spareLoad && slot.lease !== undefined && slot.lease.until > now) {
      slot.dropEntry()
      arena.reweigh(slot)
      return
    }
    this.#state.doom(slot)
    this.#state.wake(slot)
    arena.remove(slot)
  }

  #recordOf(slot: Slot, values: boolean): StoreRecord {
    const { entry, lease } = slot
    if (values) {
      const { shared } = slot
      if (shared !== undefined) return shared
    }
    if (entry === undefined) return { entry, lease, undecodable: undefined }
    const value = values ? this.#copy(entry.value).value : undefined
    return { entry: { ...entry, value }, lease, undecodable: undefined }
  }
}

const WRITTEN: Written = Object.freeze({ written: true, found: undefined })

/** Exact; a number while it is safe and was one. */
function sum(current: number | bigint, delta: number | bigint): number | bigint {
  const total = BigInt(current) + BigInt(delta)
  if (typeof current === 'bigint') return total
  return Number.isSafeInteger(Number(total)) ? Number(total) : total
}
