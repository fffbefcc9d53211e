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
import { type Slot, weigh } from './slot.ts'
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
    const values = operation?.values !== false
    const result = keys.map((key) => {
      const slot = this.#state.arena.find(key, now)
      if (slot === undefined) return undefined
      if (values) this.#state.arena.use(slot)
      return this.#recordOf(slot, values)
    })
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
      const found = this.#state.arena.find(key, now)
      if (found?.entry !== undefined && when !== 'always') {
        const taken = when === 'absent' || found.entry.rev !== when.rev
        if (taken) return { written: false, found: this.#recordOf(found, false) }
      } else if (typeof when === 'object') return { written: false, found: undefined }
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
    const result = keys.map((key, index) => {
      const slot = this.#state.arena.find(key, now)
      if (slot === undefined) return undefined
      if (operation?.revs !== undefined && slot.entry?.rev !== operation.revs[index])
        return undefined
      const record = this.#recordOf(slot, operation?.values === true)
      if (operation?.revs !== undefined && slot.lease !== undefined && slot.lease.until > now) {
        // Whoever sweeps an invalid value away has nothing against the load that replaces it.
        slot.entry = undefined
        return record
      }
      this.#state.doom(slot)
      this.#state.wake(slot)
      this.#state.arena.remove(slot)
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
    const slot = this.#state.arena.find(key, now)
    const result = slot?.entry === undefined ? undefined : this.#recordOf(slot, false)
    if (slot?.entry !== undefined && slot.entry.freshUntil > now) {
      slot.entry = { ...slot.entry, freshUntil: times.freshUntil, deadAt: times.deadAt }
    }
    return { result, generations: this.#generations.read(fields) }
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
    slot.entry = { ...slot.entry, value }
    return { result: { outcome: 'done', value, found }, generations }
  }

  async acquire(key: string, request: AcquireRequest, operation?: Operation): Promise<Acquired> {
    const now = this.#begin(operation)
    const { arena } = this.#state
    const slot = arena.findOrAdd(key, now)
    if (slot.entry !== undefined && slot.entry.rev !== request.seen) {
      return { outcome: 'hit', record: this.#recordOf(slot, true) }
    }
    const held = slot.lease
    if (held !== undefined && held.until > now && held.stamp >= request.need) {
      ;(slot.waiters ??= new Set()).add(this.#context.processId)
      return { outcome: 'busy', holder: held.token, remainingMs: held.until - now }
    }
    if (held !== undefined) this.#state.doomed(held.token)
    slot.lease = { token: request.token, until: now + request.leaseMs, stamp: request.stamp }
    slot.leaseDeadAt = now + LEASES_UNTIL_FORGOTTEN * request.leaseMs
    arena.settle(now, this.#onEvicted)
    return { outcome: 'lease', stolen: held !== undefined }
  }

  async commit(key: string, token: Token, entry: Entry, operation?: Operation): Promise<boolean> {
    const now = this.#begin(operation)
    const copied = this.#copy(entry.value)
    const slot = this.#state.arena.find(key, now)
    if (slot?.lease?.token !== token) return false
    slot.lease = undefined
    this.#store(key, entry, copied, now)
    return true
  }

  async renew(key: string, token: Token, leaseMs: number, operation?: Operation): Promise<boolean> {
    const now = this.#begin(operation)
    const slot = this.#state.arena.find(key, now)
    if (slot?.lease?.token !== token) return false
    slot.lease = { ...slot.lease, until: now + leaseMs }
    slot.leaseDeadAt = now + LEASES_UNTIL_FORGOTTEN * leaseMs
    return true
  }

  async release(key: string, token: Token, operation?: Operation): Promise<void> {
    const now = this.#begin(operation)
    const slot = this.#state.arena.find(key, now)
    if (slot?.lease?.token !== token) return
    slot.lease = undefined
    this.#state.wake(slot)
    if (slot.entry === undefined) this.#state.arena.remove(slot)
  }

  async bump(fields: readonly Field[], operation?: Operation): Promise<Stamp> {
    return this.#generations.bump(fields, this.#begin(operation))
  }

  listen(inbox: Inbox): void {
    this.#state.join(this.#context.processId, inbox)
  }

  async *scan(
    head: string,
    operation?: Operation & { batch?: number },
  ): AsyncGenerator<readonly string[], void, undefined> {
    const size = operation?.batch ?? 500
    let batch: string[] = []
    for (const key of this.#state.arena.keys()) {
      if (!key.startsWith(head)) continue
      batch.push(key)
      if (batch.length < size) continue
      this.#begin(operation)
      yield batch
      batch = []
    }
    this.#begin(operation)
    if (batch.length > 0) yield batch
  }

  async stats(operation?: Operation): Promise<StoreStats> {
    this.#begin(operation)
    const { bytes, evictions, maxBytes, size } = this.#state.arena
    return { entries: size, bytes, maxBytes, evictions, clients: undefined, detail: {} }
  }

  async flushServer(operation?: Operation): Promise<void> {
    this.#begin(operation)
    this.#state.arena.clear()
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

  #store(key: string, entry: Entry, copied: Copied, now: number): void {
    const { arena } = this.#state
    const slot = arena.findOrAdd(key, now)
    this.#state.doom(slot)
    this.#state.wake(slot)
    const { value, bytes, shareable } = copied
    slot.entry = { ...entry, value }
    slot.shareable = shareable
    const weight = weigh(key, bytes, entry.tags)
    if (weight > arena.maxBytes) {
      // It would push everything else out and still not fit.
      arena.remove(slot)
      this.#report(key, weight, 'A value larger than the whole store was not kept.')
      return
    }
    arena.reweigh(slot, weight)
    arena.settle(now, this.#onEvicted)
  }

  readonly #onEvicted = (slot: Slot): void => {
    this.#state.doom(slot)
    this.#state.wake(slot)
    this.#report(slot.key, slot.bytes, 'An entry made room for others.')
  }

  #report(key: string, bytes: number, message: string): void {
    this.#context.report({ kind: 'evicted', message, key, bytes })
  }

  #recordOf(slot: Slot, values: boolean): StoreRecord {
    const { entry, lease } = slot
    if (entry === undefined) return { entry, lease, undecodable: undefined }
    if (values && slot.shareable) return { entry, lease, undecodable: undefined }
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
