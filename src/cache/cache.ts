import { CacheError, optionError } from '../base/errors.ts'
import { type CacheEventName, EVENT_NAMES, type Listener } from '../base/events.ts'
import type { Advice } from '../base/advice.ts'
import { namespaceName } from '../base/key.ts'
import type { Measured, Measures } from '../base/measures.ts'
import { LATE_FILLS, type LateFills, type TakesLateFills } from '../base/late-fills.ts'
import type { Capabilities } from '../base/store.ts'
import { hint } from '../base/suggest.ts'
import { Auditor, type AuditorOptions } from './auditor.ts'
import { Defining } from './define.ts'
import { FillingLate } from './filling-late.ts'
import { measuresOf } from './measuring.ts'
import { type CacheStats, statsOf } from './stats.ts'
import { traceMethods } from './traced-methods.ts'
import {
  type Changes,
  runTransaction,
  TARGET,
  type Transacted,
  type TransactionOptions,
  type TransactionRunner,
  type TransactionTarget,
} from './transaction.ts'
import { Vault, VAULT_OF } from './vault.ts'

/**
 * A cache: one alias of `createCaches`, or a namespace of one.
 *
 * Its parts, from the bottom up: reading, writing, counting, invalidating, loading, defining. Views of one alias (its
 * namespaces) are cheap and share connections, counters, listeners and loads in flight.
 */
export class Cache extends Defining implements TakesLateFills, Measured {
  static {
    traceMethods(this.prototype)
  }

  /** What this alias's store can promise. */
  get can(): Capabilities {
    return this.core.store.can
  }

  /** See {@link LATE_FILLS}. @internal */
  get [LATE_FILLS](): LateFills {
    return new FillingLate(this.core, (key) => this.wireKey(key))
  }

  /**
   * A view whose keys are its own, and which can be emptied in O(1) with `clear()`. May be nested. Tags are not its own:
   * `invalidateTags` on any view reaches the whole alias.
   *
   * @throws {CacheError} `E_KEY` for an empty or overlong name
   */
  namespace(name: string): Cache {
    const namespaces = [...this.space.namespaces, namespaceName(name)]
    return new Cache(this.core, { ...this.space, namespaces })
  }

  /**
   * Runs a database transaction whose changes are invalidated when it is committed, and not when it is rolled back. What
   * `fn` declares is announced to the store before it is committed: if this process dies in between, what it announced is
   * invalidated all the same when `timeout` has passed.
   *
   * `cache.transaction(db, async (trx, changes) => { await trx.update(...); await changes.invalidate(['product', id]) })`
   *
   * After the work is done nothing of the cache makes the call fail: if the store is away then, `applied` is false and an
   * `error` event tells why. What `fn` or the database throws is thrown as it is; if the work had been done before, it may be
   * committed, so what it declared is invalidated first. `fn` may be run again by the database. A transaction inside another
   * of the same alias announces with it.
   *
   * @param tx the database's own way: a client with a method `transaction` or `$transaction`, or a function that takes the
   * work, `(work) => db.transaction().execute(work)`; `fn` then says the type of its `trx`
   * @param options.timeout default `'30s'`; prolonged while the transaction runs
   * @throws {CacheError} `E_OPTION`; what a declaration was rejected with, before anything is committed
   */
  async transaction<Trx, T>(
    tx: TransactionRunner<Trx>,
    fn: (trx: Trx, changes: Changes) => Promise<T> | T,
    options?: TransactionOptions,
  ): Promise<Transacted<T>>
  async transaction<Trx, T>(
    tx: TransactionRunner<unknown>,
    fn: (trx: Trx, changes: Changes) => Promise<T> | T,
    options?: TransactionOptions,
  ): Promise<Transacted<T>>
  async transaction<Trx, T>(
    tx: TransactionRunner<Trx>,
    fn: (trx: Trx, changes: Changes) => Promise<T> | T,
    options?: TransactionOptions,
  ): Promise<Transacted<T>> {
    return await this.timed('transaction', () => runTransaction(this[TARGET], tx, fn, options))
  }

  /**
   * Calls `listener` on each event of this alias until the returned function is called. What it throws is not the caller's.
   *
   * @throws {CacheError} `E_OPTION` for an event that there is not
   */
  on<Name extends CacheEventName>(name: Name, listener: Listener<Name>): () => void {
    if (!EVENT_NAMES.includes(name)) {
      throw new CacheError('E_OPTION', `There is no event '${name}'. ${hint(name, EVENT_NAMES)}`)
    }
    if (typeof listener !== 'function') throw optionError('listener', 'a function', listener)
    return this.core.events.on(name, listener)
  }

  /** What this alias has done in this process since it was opened, counted where it happened. Asks nobody; see `breakwater/metrics`. */
  measures(): Measures {
    return measuresOf(this.core)
  }

  /** What this alias has done since it was opened, and what its store says of itself. Never rejects while the store is away. */
  async stats(): Promise<CacheStats> {
    return await statsOf(this.core)
  }

  /**
   * Begins to re-read a sample of what is invalidated in this alias, and to report what is served although it should not be.
   * One at a time: a second auditor takes the first one's place.
   *
   * @throws {CacheError} `E_OPTION`
   */
  auditor(options?: AuditorOptions): Auditor {
    const auditor = new Auditor(this.core, options)
    this.core.tier.observer = auditor
    return auditor
  }

  /** See {@link TARGET}. @internal */
  get [TARGET](): TransactionTarget {
    return {
      core: this.core,
      field: this.field,
      wireKey: (key, version) => this.wireKey(key, version),
      namespace: (name) => this.namespace(name)[TARGET],
    }
  }

  /** See {@link Vault}. @internal */
  get [VAULT_OF](): Vault {
    return new Vault(this.core, this.space)
  }

  /**
   * Looks at the store's server: settings that do not suit a cache, a job queue or sessions that it shares it with. Done soon
   * after the start and hourly, too; what is found is an `advice` event, and a warning of the process.
   *
   * @throws {CacheError} `E_STORE_DOWN` and other outages, whatever `onOutage` says: nothing was found out
   */
  async examine(): Promise<readonly Advice[]> {
    return await this.core.advisor.examine()
  }

  /** Ends background work, then the store's connections. Afterwards every call rejects with `E_CLOSED`. Idempotent. */
  async close(): Promise<void> {
    await this.core.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
