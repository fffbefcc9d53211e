import type { Field, Generations, Stamp } from '../base/generation.ts'
import type { Operation, StoreStats } from '../base/store.ts'
import type { Token } from '../base/token.ts'

/** Bytes under a key, and what must still be true when they are replaced: a CAS number, a row's version. */
export interface Versioned<V> {
  readonly bytes: Buffer
  readonly version: V
  /** Until when the place keeps it, as near as it knows. */
  readonly keepUntil: number
}

/** What a {@link CasStore} needs of the place where its records lie. Rejects with the store's own outage errors. */
export interface CasBackend<V> {
  /** The place's clock minus this process's, in milliseconds: times in records are the place's. */
  readonly shiftMs: number
  /**
   * In the order of `keys`, and the generations, in one round trip where that is possible.
   *
   * @param operation `partly`: nothing will be changed, so that keys whose place is away may count as absent while others
   * are there
   */
  get(
    keys: readonly string[],
    fields: readonly Field[],
    operation: Operation & { partly?: boolean },
  ): Promise<{
    readonly found: readonly (Versioned<V> | undefined)[]
    readonly generations: Generations
  }>
  /**
   * Replaces what lies under the key, if that is still the version expected; `undefined` expects nothing to be there.
   *
   * @param next `undefined` removes. Otherwise it may be forgotten after `keepUntil` (the place's milliseconds, may be
   * Infinity)
   * @returns false when somebody was faster
   */
  swap(
    key: string,
    expected: V | undefined,
    next: { readonly bytes: Buffer; readonly keepUntil: number } | undefined,
    operation: Operation,
  ): Promise<boolean>
  /** Gives the fields one new stamp, newer than any before; `intent` goes from them. */
  bump(fields: readonly Field[], operation: Operation & { intent?: Token }): Promise<Stamp>
  /** See the store's `intend`, of fields alone. Not called without any. */
  intend(fields: readonly Field[], token: Token, forMs: number, operation: Operation): Promise<void>
  withdraw(fields: readonly Field[], token: Token, operation: Operation): Promise<void>
  /** Sends a message to a process; absent where there is no push. Never rejects. */
  tell?(processId: string, message: string): void
  /** Begins to receive what was told to this process. */
  hear?(receive: (message: string) => void, lost: () => void): void
  /**
   * Which hearing this is, once it is known whether messages arrive; `undefined` while they do not. Whoever has asked before
   * he was put on a list of waiters, and is answered the same after, has missed nothing in between. Absent where there is no
   * push.
   */
  hearing?(operation: Operation): number | undefined | Promise<number | undefined>
  scan(head: string, operation: Operation & { batch?: number }): AsyncIterable<readonly string[]>
  stats(operation: Operation): Promise<StoreStats>
  flush(operation: Operation): Promise<void>
  close(): Promise<void>
}
