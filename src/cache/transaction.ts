// Invalidations that belong to a database transaction: announced before COMMIT, done after it, taken back on rollback.
//
// The announcement (an intent, see the store contract) is what survives the writer. A process that dies between COMMIT and
// the invalidation leaves it behind, and when its time is over it invalidates by itself. Source: Ghandeharizadeh, Yap,
// Nguyen, "Strong Consistency in Cache Augmented SQL Systems" (Middleware 2014), whose Q leases it is.
//
// Whether a transaction that failed was committed all the same cannot always be told: a connection that breaks at COMMIT
// looks the same either way. So whatever may have been committed is invalidated; a miss too many is no harm.
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import type { Field } from '../base/generation.ts'
import { type Key, keyText } from '../base/key.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { CacheCore } from './core.ts'
import { OpenTransaction } from './open-transaction.ts'
import { type ReadOptions, tagFields } from './options.ts'

/**
 * The database's own way to run a transaction: an object with a method `transaction` or `$transaction` that takes the work
 * (Drizzle, TypeORM, Sequelize, Knex, PGlite, Prisma), or a function that does, `(work) => db.transaction().execute(work)`.
 */
export type TransactionRunner<Trx> =
  | { transaction<R>(work: (trx: Trx) => Promise<R>): Promise<unknown> }
  | { $transaction<R>(work: (trx: Trx) => Promise<R>): Promise<unknown> }
  | (<R>(work: (trx: Trx) => Promise<R>) => Promise<unknown>)

/** How long a transaction may take. */
export interface TransactionOptions {
  /**
   * How long after this process has died what it announced is invalidated. More than 0, at most `'1h'`; default `'30s'`. While
   * the transaction runs it is prolonged every third of it, so a transaction may take longer.
   */
  readonly timeout?: Duration
}

/** What a transaction has changed, or is about to: said by its work, before it is committed. */
export interface Changes {
  /**
   * One key. When it resolves, the store knows; from then on its value is gone and nobody stores another until the
   * transaction is over.
   *
   * @throws {CacheError} `E_KEY`; outages only under `onOutage: 'throw'`, and then the transaction is not committed
   */
  readonly invalidate: (key: Key, options?: Pick<ReadOptions, 'version'>) => Promise<void>
  /** Every entry of the alias with one of these tags; they may still be served until the transaction is over. */
  readonly invalidateTags: (tags: Iterable<string>) => Promise<void>
  /** Everything that this view speaks of: the alias, or the namespace. */
  readonly clear: () => Promise<void>
  /** The same for a namespace: `changes.namespace('users').clear()`. */
  readonly namespace: (name: string) => Changes
}

/** What became of a transaction. */
export interface Transacted<T> {
  /** What the work returned. */
  readonly result: T
  /** The store has confirmed the invalidations. False when it was away: they are done when the intents are over, if it had those. */
  readonly applied: boolean
}

/** What a view of a cache tells its transactions about itself. */
export interface TransactionTarget {
  readonly core: CacheCore
  /** What {@link Changes.clear} invalidates. */
  readonly field: Field
  wireKey(key: Key, version?: number | string): string
  namespace(name: string): TransactionTarget
}

/** Under this a cache keeps what its transactions are told. @internal */
export const TARGET: unique symbol = Symbol('breakwater.transactionTarget')

const DEFAULT_TIMEOUT = '30s'
const LONGEST_TIMEOUT_MS = 3_600_000

/** The transactions that the running code is in: one of this alias may be inside one of another. */
interface Frame {
  readonly open: OpenTransaction
  readonly outer: Frame | undefined
}
const frames: AsyncLocalStorage<Frame> = new AsyncLocalStorage()

/** What `cache.transaction` does. */
export async function runTransaction<Trx, T>(
  target: TransactionTarget,
  runner: TransactionRunner<Trx>,
  work: (trx: Trx, changes: Changes) => Promise<T> | T,
  options: TransactionOptions = {},
): Promise<Transacted<T>> {
  const timeoutMs = resolveTimeout(options)
  const run = runOf<Trx, T>(runner)
  if (typeof work !== 'function')
    throw optionError('fn', 'a function that does the work of the transaction', work)

  const around = frames.getStore()
  const open = new OpenTransaction(target.core, timeoutMs, openIn(around, target.core))
  const changes = changesOf(open, target)
  let runs = 0
  let done: { readonly value: T } | undefined
  let returned: unknown
  try {
    // More than once, if the database tries again what could not be serialized.
    returned = await run(async (trx) => {
      runs++
      done = undefined
      open.begin()
      const value = await frames.run({ open, outer: around }, async () => await work(trx, changes))
      await open.ready()
      done = { value }
      return value
    })
  } catch (error) {
    await open.end()
    throw error
  }
  if (runs === 0) {
    await open.end()
    const expected = 'a transaction that calls the work it is given and waits for it'
    throw optionError('tx', expected, typeof runner)
  }
  // Also when its work had failed: whoever resolved has decided that this was no failure.
  open.mayBeCommitted = true
  const applied = await open.end()
  return { result: done === undefined ? (returned as T) : done.value, applied }
}

function resolveTimeout(options: TransactionOptions): number {
  refuseUnknown('transaction', options, ['timeout'])
  return intentTimeMs(options.timeout)
}

/** @throws {CacheError} `E_OPTION` */
export function intentTimeMs(timeout: Duration | undefined): number {
  const timeoutMs = toMs(timeout ?? DEFAULT_TIMEOUT, 'timeout')
  if (timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_MS) return timeoutMs
  throw optionError('timeout', "more than '0s' and at most '1h'", timeout)
}

function runOf<Trx, T>(
  runner: TransactionRunner<Trx>,
): (work: (trx: Trx) => Promise<T>) => Promise<unknown> {
  // The methods first: some clients are functions too (Knex).
  const given = runner as
    | Partial<Record<'transaction' | '$transaction', unknown>>
    | undefined
    | null
  for (const name of ['transaction', '$transaction'] as const) {
    const method = given?.[name]
    if (typeof method === 'function') return async (work) => await method.call(runner, work)
  }
  if (typeof runner === 'function') return async (work) => await runner(work)
  throw optionError('tx', "a function, or a client with a method 'transaction'", typeof runner)
}

function openIn(frame: Frame | undefined, core: CacheCore): OpenTransaction | undefined {
  if (frame === undefined) return undefined
  // Work that goes on after its transaction is over is in none.
  const { open, outer } = frame
  return open.core === core && !open.over ? open : openIn(outer, core)
}

const NO_KEYS: ReadonlyMap<string, string> = new Map()

function changesOf(open: OpenTransaction, target: TransactionTarget): Changes {
  return {
    invalidate: (key, options) =>
      open.declare(() => {
        const keys = new Map([[target.wireKey(key, options?.version), keyText(key)]])
        return { keys, fields: [] }
      }),
    invalidateTags: (tags) => open.declare(() => ({ keys: NO_KEYS, fields: tagFields(tags) })),
    clear: () => open.declare(() => ({ keys: NO_KEYS, fields: [target.field] })),
    namespace: (name) => changesOf(open, target.namespace(name)),
  }
}
