import type { Copied } from '../../base/codec.ts'
import { CacheError } from '../../base/errors.ts'
import type { Field, Stamp } from '../../base/generation.ts'
import type { Entry, StoreRecord } from '../../base/record.ts'
import type {
  Acquired,
  AcquireRequest,
  Announced,
  Answer,
  Capabilities,
  Ending,
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
import { markText } from '../../codec/record.ts'
import { NONE } from './eviction.ts'
import type { GenerationTable } from './generations.ts'
import { Keeper } from './keeper.ts'
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
  readonly #keeper: Keeper
  #closed = false

  constructor(state: MemoryState, context: StoreContext, frozen: boolean) {
    this.#state = state
    this.#context = context
    this.#keeper = new Keeper(state, context, frozen)
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
      const place = arena.look(key, now)
      if (place !== NONE && values) arena.use(place)
      result.push(place === NONE ? undefined : this.#keeper.recordAt(place, values))
    }
    return { result, generations: this.#generations.read(fields, now) }
  }

  readNow(
    key: string,
    fields: readonly Field[],
    now: number = this.#context.clock.now(),
  ): Answer<StoreRecord | undefined> | undefined {
    if (this.#closed) return undefined
    const { arena } = this.#state
    const place = arena.look(key, now)
    const generations = this.#generations.read(fields, now)
    if (place === NONE) return { result: undefined, generations }
    arena.use(place)
    return { result: arena.recordAt(place), generations }
  }

  async write(
    writes: readonly Write[],
    fields: readonly Field[],
    operation?: Operation,
  ): Promise<Answer<readonly Written[]>> {
    const now = this.#begin(operation)
    const copies = writes.map(({ entry, key }) => this.#keeper.copy(entry.value, key))
    const result = writes.map(({ key, entry, when }, index) => {
      if (when !== 'always') {
        const found = this.#state.arena.find(key, now)
        const rev = found?.entry?.rev
        if (when === 'absent' ? rev !== undefined : rev !== when.rev) {
          const inTheWay = found?.entry && this.#keeper.recordOf(found, false)
          return { written: false, found: inTheWay }
        }
      }
      this.#keeper.store(key, entry, copies[index] as Copied, now)
      return WRITTEN
    })
    return { result, generations: this.#generations.read(fields, now) }
  }

  async remove(
    keys: readonly string[],
    fields: readonly Field[],
    operation?: Operation & { values?: boolean; revs?: readonly Token[]; intent?: Token },
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>> {
    const now = this.#begin(operation)
    const values = operation?.values === true
    const { revs, intent } = operation ?? {}
    const result = keys.map((key, index) => {
      const slot = this.#state.arena.find(key, now)
      if (slot === undefined) return undefined
      if (revs !== undefined && (slot.entry === undefined || slot.entry.rev !== revs[index]))
        return undefined
      const record = this.#keeper.recordOf(slot, values)
      if (intent !== undefined) slot.retract(intent, now)
      this.#keeper.remove(slot, revs !== undefined, now)
      return record.mark === undefined ? record : undefined
    })
    return { result, generations: this.#generations.read(fields, now) }
  }

  async touch(
    key: string,
    times: { readonly freshUntil: number; readonly deadAt: number },
    fields: readonly Field[],
    operation?: Operation,
  ): Promise<Answer<StoreRecord | undefined>> {
    const now = this.#begin(operation)
    const generations = this.#generations.read(fields, now)
    const slot = this.#state.arena.find(key, now)
    if (slot === undefined || (slot.mark !== undefined && slot.entry === undefined))
      return { result: undefined, generations }
    const result = this.#keeper.recordOf(slot, false)
    if (slot.entry !== undefined && slot.entry.freshUntil > now) {
      slot.retime(times.freshUntil, times.deadAt, now)
      this.#state.arena.keep(slot)
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
    const generations = this.#generations.read(fields, now)
    const slot = this.#state.arena.find(key, now)
    if (slot?.entry === undefined) return { result: { outcome: 'missing' }, generations }
    const found = this.#keeper.recordOf(slot, false)
    const current = slot.entry.value
    if (typeof current !== 'bigint' && !Number.isSafeInteger(current)) {
      return { result: { outcome: 'notNumber', found }, generations }
    }
    const value = sum(current as number | bigint, delta)
    const { bytes } = this.#keeper.copy(value)
    slot.exchange(value, bytes)
    this.#state.arena.use(slot.place)
    this.#keeper.keep(slot, now)
    return { result: { outcome: 'done', value, found }, generations }
  }

  async acquire(key: string, request: AcquireRequest, operation?: Operation): Promise<Acquired> {
    const now = this.#begin(operation)
    const { arena } = this.#state
    const slot = arena.find(key, now) ?? arena.add(key, this.#context)
    if (slot.entry !== undefined && slot.entry.rev !== request.seen) {
      return { outcome: 'hit', record: this.#keeper.recordOf(slot, true) }
    }
    const { lease: held, mark } = slot
    if (mark !== undefined && mark.kind !== 'failed') return { outcome: 'bypass' }
    // A holder that asks again was not told that it has the lease.
    const stolen = held !== undefined && held.token !== request.token
    if (stolen && held.until > now && held.stamp >= request.need) {
      slot.addWaiter(this.#context.processId)
      arena.keep(slot)
      arena.settle(now, this.#state.gone, slot.place)
      return { outcome: 'busy', holder: held.token, remainingMs: held.until - now }
    }
    if (stolen) this.#state.doomed(held.token)
    const { token, leaseMs, stamp } = request
    slot.lend({ token, until: now + leaseMs, stamp }, now + LEASES_UNTIL_FORGOTTEN * leaseMs)
    this.#keeper.keep(slot, now)
    return { outcome: 'lease', stolen }
  }

  async commit(key: string, token: Token, entry: Entry, operation?: Operation): Promise<boolean> {
    const now = this.#begin(operation)
    const copied = this.#keeper.copy(entry.value, key)
    const slot = this.#state.arena.find(key, now)
    if (slot?.lease?.token !== token) return false
    slot.endLease()
    this.#keeper.put(slot, entry, copied, now)
    return true
  }

  async renew(key: string, token: Token, leaseMs: number, operation?: Operation): Promise<boolean> {
    const now = this.#begin(operation)
    const slot = this.#state.arena.find(key, now)
    if (slot?.lease?.token !== token) return false
    slot.lend({ ...slot.lease, until: now + leaseMs }, now + LEASES_UNTIL_FORGOTTEN * leaseMs)
    this.#state.arena.keep(slot)
    return true
  }

  async release(
    key: string,
    token: Token,
    operation?: Operation & { mark?: Ending },
  ): Promise<void> {
    const now = this.#begin(operation)
    const slot = this.#state.arena.find(key, now)
    if (slot?.lease?.token !== token) return
    slot.endLease()
    this.#state.wake(slot)
    const mark = operation?.mark
    if (slot.entry === undefined && mark !== undefined && mark.forMs > 0) {
      const { kind, stamp, text, forMs } = mark
      slot.leave({ kind, token, stamp, until: now + forMs, text: markText(text) })
      this.#keeper.keep(slot, now)
    } else if (slot.entry === undefined) this.#state.arena.remove(slot)
    else this.#state.arena.keep(slot)
  }

  async bump(fields: readonly Field[], operation?: Operation & { intent?: Token }): Promise<Stamp> {
    const now = this.#begin(operation)
    return this.#state.bump(this.#generations, fields, now, operation?.intent)
  }

  async intend(
    { keys, fields }: Announced,
    token: Token,
    forMs: number,
    operation?: Operation,
  ): Promise<void> {
    const now = this.#begin(operation)
    for (const key of keys) this.#keeper.announce(key, token, now + forMs, now)
    this.#generations.intend(fields, token, forMs, now)
    this.#state.arena.settle(now, this.#state.gone)
  }

  async withdraw({ keys, fields }: Announced, token: Token, operation?: Operation): Promise<void> {
    const now = this.#begin(operation)
    for (const key of keys) this.#keeper.retract(key, token, now)
    this.#generations.withdraw(fields, token, now)
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
    for (const key of arena.keys()) {
      if (left-- <= 0) break
      if (!key.startsWith(head) || arena.look(key, this.#context.clock.now()) === NONE) continue
      batch.push(key)
      if (batch.length < size) continue
      yield batch
      this.#begin(operation)
      batch = []
    }
    if (batch.length > 0) yield batch
  }

  async stats(operation?: Operation): Promise<StoreStats> {
    this.#begin(operation)
    return this.statsNow()
  }

  statsNow(): StoreStats {
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
}

const WRITTEN: Written = Object.freeze({ written: true, found: undefined })

/** Exact; a number while it is safe and was one. */
function sum(current: number | bigint, delta: number | bigint): number | bigint {
  const total = BigInt(current) + BigInt(delta)
  if (typeof current === 'bigint') return total
  return Number.isSafeInteger(Number(total)) ? Number(total) : total
}
