// A whole store over compare-and-swap: every act reads a record, computes what is to become of it, and replaces it only if
// nobody was faster; otherwise it begins again. So each act is atomic on its key, whatever the place is.
import { CacheError, show } from '../base/errors.ts'
import type { Field, Stamp } from '../base/generation.ts'
import type { Entry, StoreRecord } from '../base/record.ts'
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
} from '../base/store.ts'
import type { Token } from '../base/token.ts'
import {
  acquire,
  announce,
  type Change,
  commit,
  increment,
  release,
  remove,
  renew,
  retract,
  touch,
  write,
} from './acts.ts'
import type { CasBackend } from './backend.ts'
import { Ear } from './ear.ts'
import { decodeHeld, type Held, held } from './held.ts'
import { Swaps } from './swaps.ts'
import { Views } from './views.ts'

export class CasStore<V> implements Store {
  readonly name: string
  readonly can: Capabilities
  readonly #backend: CasBackend<V>
  readonly #context: StoreContext
  readonly #views: Views
  readonly #swaps: Swaps<V>
  #ear: Ear | undefined
  #closed = false

  constructor(name: string, can: Capabilities, context: StoreContext, backend: CasBackend<V>) {
    this.name = name
    this.can = can
    this.#context = context
    this.#backend = backend
    this.#swaps = new Swaps(context.clock, backend)
    this.#views = new Views(context.codec, context.clock, () => backend.shiftMs)
  }

  async read(
    keys: readonly string[],
    fields: readonly Field[],
    operation: Operation & { values?: boolean } = {},
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>> {
    this.#begin(operation)
    const { signal, values = true } = operation
    const asked = { signal, partly: true }
    const { found, generations } = await this.#backend.get(keys, fields, asked)
    const result = found.map((stored, index) => {
      return stored && this.#views.living(keys[index] as string, decodeHeld(stored.bytes), values)
    })
    return { result, generations }
  }

  async write(
    writes: readonly Write[],
    fields: readonly Field[],
    operation: Operation = {},
  ): Promise<Answer<readonly Written[]>> {
    this.#begin(operation)
    const { codec } = this.#context
    const payloads = writes.map(({ key, entry }) => codec.encode(entry.value, key))
    return await this.#swaps.each(
      writes.map(({ key }) => key),
      fields,
      operation,
      (record, now, index): Change<Written> => {
        const { entry, when } = writes[index] as Write
        const value = this.#value(entry, payloads[index] as Buffer)
        const { answer, ...change } = write(record, value, when, now)
        const { key } = writes[index] as Write
        const found = answer.found && this.#views.living(key, answer.found, false)
        return { ...change, answer: { written: answer.written, found } }
      },
    )
  }

  async remove(
    keys: readonly string[],
    fields: readonly Field[],
    operation: Operation & { values?: boolean; revs?: readonly Token[]; intent?: Token } = {},
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>> {
    this.#begin(operation)
    const { values = false, revs, intent } = operation
    return await this.#swaps.each(keys, fields, operation, (record, now, index) => {
      const { answer, ...change } = remove(record, { rev: revs?.[index], intent }, now)
      return {
        ...change,
        answer: answer && this.#views.living(keys[index] as string, answer, values),
      }
    })
  }

  async touch(
    key: string,
    times: { readonly freshUntil: number; readonly deadAt: number },
    fields: readonly Field[],
    operation: Operation = {},
  ): Promise<Answer<StoreRecord | undefined>> {
    this.#begin(operation)
    const { shiftMs } = this.#backend
    const theirs = { freshUntil: times.freshUntil + shiftMs, deadAt: times.deadAt + shiftMs }
    const { result, generations } = await this.#swaps.each(
      [key],
      fields,
      operation,
      (record, now) => {
        const { answer, ...change } = touch(record, theirs, now)
        return { ...change, answer: answer && this.#views.living(key, answer, false) }
      },
    )
    return { result: result[0], generations }
  }

  async increment(
    key: string,
    delta: number | bigint,
    fields: readonly Field[],
    operation: Operation = {},
  ): Promise<Answer<Incremented>> {
    this.#begin(operation)
    if (typeof delta === 'number' && !Number.isInteger(delta))
      throw new CacheError('E_NOT_A_NUMBER', `Expected an integer to add, got ${show(delta)}.`)
    const { result, generations } = await this.#swaps.each(
      [key],
      fields,
      operation,
      (record, now): Change<Incremented> => {
        const { answer, ...change } = increment(record, BigInt(delta), now)
        if (answer.outcome === 'missing') return { ...change, answer }
        const found = this.#views.living(key, answer.found, false)
        if (found === undefined) return { answer: { outcome: 'missing' } }
        return { ...change, answer: { ...answer, found } }
      },
    )
    return { result: result[0] as Incremented, generations }
  }

  async acquire(
    key: string,
    request: AcquireRequest,
    operation: Operation = {},
  ): Promise<Acquired> {
    this.#begin(operation)
    const heard = await this.#ear?.hearing(operation)
    const acquired = await this.#swaps.one(
      key,
      operation,
      (record, now): Change<Acquired> => {
        const { answer, ...change } = acquire(record, request, now)
        if (answer.outcome !== 'hit') return { ...change, answer }
        return {
          ...change,
          answer: { outcome: 'hit', record: this.#views.whole(key, answer.record) },
        }
      },
      request.leaseMs,
    )
    if (acquired.outcome === 'busy') await this.#ear?.waits(key, heard, operation)
    return acquired
  }

  async commit(
    key: string,
    token: Token,
    entry: Entry,
    operation: Operation = {},
  ): Promise<boolean> {
    this.#begin(operation)
    const value = this.#value(entry, this.#context.codec.encode(entry.value, key))
    return await this.#swaps.one(key, operation, (record, now) => commit(record, token, value, now))
  }

  async renew(
    key: string,
    token: Token,
    leaseMs: number,
    operation: Operation = {},
  ): Promise<boolean> {
    this.#begin(operation)
    return await this.#swaps.one(
      key,
      operation,
      (record, now) => renew(record, token, leaseMs, now),
      leaseMs,
    )
  }

  async release(
    key: string,
    token: Token,
    operation: Operation & { mark?: Ending } = {},
  ): Promise<void> {
    this.#begin(operation)
    const { mark } = operation
    await this.#swaps.one(key, operation, (record, now) => release(record, token, mark, now))
  }

  async bump(
    fields: readonly Field[],
    operation: Operation & { intent?: Token } = {},
  ): Promise<Stamp> {
    this.#begin(operation)
    return await this.#backend.bump(fields, operation)
  }

  async intend(
    { keys, fields }: Announced,
    token: Token,
    forMs: number,
    operation: Operation = {},
  ): Promise<void> {
    this.#begin(operation)
    if (fields.length > 0) await this.#backend.intend(fields, token, forMs, operation)
    await this.#swaps.each(keys, [], operation, (record, now) =>
      announce(record, token, forMs, now),
    )
  }

  async withdraw(
    { keys, fields }: Announced,
    token: Token,
    operation: Operation = {},
  ): Promise<void> {
    this.#begin(operation)
    if (fields.length > 0) await this.#backend.withdraw(fields, token, operation)
    await this.#swaps.each(keys, [], operation, (record, now) => retract(record, token, now))
  }

  listen(inbox: Inbox): void {
    this.#ear ??= new Ear(this.#context.clock, this.#backend, inbox)
  }

  async *scan(
    head: string,
    operation: Operation & { batch?: number } = {},
  ): AsyncGenerator<readonly string[], void, undefined> {
    this.#begin(operation)
    yield* this.#backend.scan(head, operation)
  }

  async stats(operation: Operation = {}): Promise<StoreStats> {
    this.#begin(operation)
    return await this.#backend.stats(operation)
  }

  async flushServer(operation: Operation = {}): Promise<void> {
    this.#begin(operation)
    await this.#backend.flush(operation)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#ear?.close()
    await this.#swaps.idle()
    await this.#backend.close()
  }

  #begin({ signal }: Operation): void {
    if (this.#closed)
      throw new CacheError('E_CLOSED', `The cache '${this.#context.alias}' was closed.`)
    signal?.throwIfAborted()
  }

  #value(entry: Entry, payload: Buffer): Held {
    return held({ entry: this.#views.theirs(entry), payload })
  }
}
