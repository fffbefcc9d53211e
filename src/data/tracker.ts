import type { Duration } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { Cache } from '../cache/cache.ts'
import { intentTimeMs, TARGET } from '../cache/transaction.ts'
import { Announcement } from './announcement.ts'
import { type Change, EVERY_ENTITY, wholeTables } from './change.ts'
import { ChangeCounts, type EntityCounts } from './change-counts.ts'
import { type Dialect, DIALECTS } from './dialect.ts'
import type { Params } from './row-ids.ts'
import { checkRules, concerns, type Rule } from './rules.ts'
import { KnownSchema, type Schema } from './schema.ts'
import { Session } from './session.ts'
import { everythingChanged, statementsOf } from './sql-statements.ts'
import type { Statement } from './statement.ts'

/** What the tracker is told of the database, and how careful it is. */
export interface TrackerOptions {
  /** What changes mean beyond the default tags. */
  readonly rules?: readonly Rule[]
  /** What is known of the database, such as `await schemaOf(pool)` of `breakwater/pg`; more with `learn`. */
  readonly schema?: Schema
  /** How long after this process has died what it announced is invalidated. More than 0, at most `'1h'`; default `'30s'`. */
  readonly timeout?: Duration
  /**
   * `'announced'` (default): a change is announced before it can be committed, so that it is invalidated although its writer
   * dies; one round trip to the stores more for each transaction that changes something. `'afterwards'`: only invalidated
   * after it; what a writer that dies in between has changed is served until its ttl is over.
   */
  readonly consistency?: 'announced' | 'afterwards'
  /**
   * What a connection is set to (`SET search_path`, `SET ROLE`, settings that policies read) is the same on all of them, so
   * that a query means the same to everybody. Default false: once such a statement was seen, cached queries store only with a
   * `scope`.
   */
  readonly sameForAll?: boolean
  /**
   * What cached queries do where they read a name that the schema does not have. `'refuse'` (default): they are run and not
   * stored, since it may be a view of anything. `'trust'`: it is taken for a table.
   */
  readonly unknownTables?: 'refuse' | 'trust'
  /**
   * Tells this database from others whose queries are cached in the same caches: part of the key. The same in every process.
   * Default `'db'`.
   */
  readonly name?: string
}

/** Told of changes once they are committed and invalidated. */
export type ChangeListener = (changes: readonly Change[]) => void

const OPTIONS = [
  'rules',
  'schema',
  'timeout',
  'consistency',
  'sameForAll',
  'unknownTables',
  'name',
] as const

/** Turns changes of a database into invalidations of caches. */
export class ChangeTracker {
  /** Where changes are invalidated: one cache or several. */
  readonly caches: readonly [Cache, ...Cache[]]
  /** What it has been told of the database's tables and views. */
  readonly known: KnownSchema = new KnownSchema()
  /** What the tags of this database begin with. */
  readonly name: string
  /** Names that nobody knows are tables. */
  readonly trustsUnknown: boolean
  readonly #rules: readonly Rule[]
  readonly #timeoutMs: number
  readonly #announces: boolean
  readonly #sameForAll: boolean
  readonly #counts = new ChangeCounts()
  readonly #listeners = new Set<ChangeListener>()
  #scoped = false

  constructor(caches: Cache | readonly Cache[], options: TrackerOptions = {}) {
    refuseUnknown('trackChanges', options, OPTIONS)
    this.caches = checkCaches(caches)
    this.#rules = checkRules(options.rules ?? [], this.caches)
    this.#timeoutMs = intentTimeMs(options.timeout)
    const { consistency = 'announced', sameForAll = false } = options
    if (consistency !== 'announced' && consistency !== 'afterwards')
      throw optionError('consistency', "'announced' or 'afterwards'", consistency)
    if (typeof sameForAll !== 'boolean')
      throw optionError('sameForAll', 'true or false', sameForAll)
    const { unknownTables = 'refuse', name = 'db' } = options
    if (unknownTables !== 'refuse' && unknownTables !== 'trust')
      throw optionError('unknownTables', "'refuse' or 'trust'", unknownTables)
    if (typeof name !== 'string' || name === '') throw optionError('name', 'a name', name)
    this.name = name
    this.trustsUnknown = unknownTables === 'trust'
    this.#announces = consistency === 'announced'
    this.#sameForAll = sameForAll
    if (options.schema !== undefined) this.learn(options.schema)
  }

  /** For one connection of the database. @param dialect where it speaks SQL */
  session(dialect?: Dialect): Session {
    if (dialect !== undefined && !DIALECTS.includes(dialect))
      throw optionError('dialect', DIALECTS.map((each) => `'${each}'`).join(', '), dialect)
    return new Session(dialect, {
      announces: this.#announces,
      announcement: () => this.#announcement(),
      scoped: () => {
        this.#scoped = true
      },
      committed: (changes) => this.#committed(changes),
      failed: (message, error) => this.#failed(message, error),
    })
  }

  /** What the statements of a text do, for {@link Session.run}. Never throws. */
  statements(sql: string, params: Params | undefined, dialect: Dialect): Statement[] {
    return statementsOf(sql, params, dialect, this.known, this.isScoped)
  }

  /** Adds to what is known of the database; what was known of the same names is replaced. */
  learn(schema: Schema): void {
    this.known.learn(schema)
  }

  /** The same text may mean different things to different connections. */
  get isScoped(): boolean {
    return this.#scoped && !this.#sameForAll
  }

  /**
   * Something was changed: said by hand, by triggers, by another program. What follows from it in the schema is added.
   *
   * @returns whether all stores have confirmed it. Rejects never on an outage: what is not applied is sent later, see
   * `cache.invalidateTags`
   */
  async changed(changes: Change | readonly Change[]): Promise<{ readonly applied: boolean }> {
    const list: readonly Change[] = Array.isArray(changes) ? changes : [changes as Change]
    for (const change of list) checkChange(change)
    const all = list.flatMap((change) => {
      if (change.entity === EVERY_ENTITY) return everythingChanged(this.known)
      return this.known.spread({ ...change, entity: this.known.resolve(change.entity) })
    })
    return await this.committed(all)
  }

  /**
   * What {@link statements} says of statements has been committed, by a driver that answers at once and waits for nobody. In
   * this process it is invalidated when the call returns, where the store is here, too.
   */
  async committed(changes: readonly Change[]): Promise<{ readonly applied: boolean }> {
    if (changes.length === 0) return { applied: true }
    const applied = await this.#announcement().done(changes)
    this.#committed(changes)
    return { applied }
  }

  /**
   * Messages of changes may have been lost: everything that depends on these tables is invalidated, or everything that depends
   * on any.
   */
  async raise(entities: Iterable<string> | 'all'): Promise<{ readonly applied: boolean }> {
    return await this.changed(
      entities === 'all' ? { entity: EVERY_ENTITY, operation: 'unknown' } : wholeTables(entities),
    )
  }

  /** Calls `listener` after each commit that changed something, until the returned function is called. */
  onChange(listener: ChangeListener): () => void {
    if (typeof listener !== 'function') throw optionError('listener', 'a function', listener)
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** By entity: how often it was changed, for how many known rows, and how often as a whole. */
  counts(): ReadonlyMap<string, EntityCounts> {
    return this.#counts.read()
  }

  #announcement(): Announcement {
    return new Announcement(this.caches, this.#rules, this.#timeoutMs)
  }

  #committed(changes: readonly Change[]): void {
    this.#counts.add(changes)
    for (const listener of this.#listeners) {
      try {
        listener(changes)
      } catch (error) {
        this.#failed('A listener for changes threw.', error)
      }
    }
    for (const rule of this.#rules) this.#refresh(rule, changes)
  }

  #refresh(rule: Rule, changes: readonly Change[]): void {
    const { core } = (rule.cache ?? this.caches[0])[TARGET]
    for (const change of changes) {
      if (rule.refresh === undefined || !concerns(rule, change)) continue
      try {
        for (const refresh of rule.refresh(change))
          core.runInBackground(Promise.resolve().then(refresh), 'A write-through failed.')
      } catch (error) {
        this.#failed('A rule of changes threw.', error)
      }
    }
  }

  #failed(message: string, error: unknown): void {
    for (const cache of this.caches) cache[TARGET].core.failed(message, error)
  }
}

/**
 * Tracks the changes of a database: what statements of a hooked driver, or calls of `changed`, say is invalidated in these
 * caches, after commit and not before, and although its writer dies in between.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function trackChanges(
  caches: Cache | readonly Cache[],
  options?: TrackerOptions,
): ChangeTracker {
  return new ChangeTracker(caches, options)
}

function checkCaches(caches: Cache | readonly Cache[]): readonly [Cache, ...Cache[]] {
  const list: readonly Cache[] = Array.isArray(caches) ? caches : [caches as Cache]
  const isCache = (cache: Partial<Cache> | undefined | null): boolean =>
    cache?.[TARGET] !== undefined
  if (list.length === 0 || !list.every(isCache))
    throw optionError('caches', 'a cache, such as caches.default, or several', caches)
  return list as readonly [Cache, ...Cache[]]
}

function checkChange(change: Change): void {
  const { entity, operation, ids } = (change ?? {}) as Partial<Change>
  if (typeof entity !== 'string' || entity === '')
    throw optionError('entity', "the name of a table, such as 'products'", entity)
  if (
    operation !== 'insert' &&
    operation !== 'update' &&
    operation !== 'delete' &&
    operation !== 'unknown'
  )
    throw optionError('operation', "'insert', 'update', 'delete' or 'unknown'", operation)
  if (ids !== undefined && !(Array.isArray(ids) && ids.every((id) => typeof id === 'string')))
    throw optionError('ids', 'a list of texts', ids)
}
