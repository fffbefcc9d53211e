// TypeORM's own option: `find({ cache: true })`, `builder.cache(60_000)`. It asks first, runs the query by itself and brings the
// rows later, so what was invalidated since it asked is refused: a late fill.
import type { Cache } from '../../../cache/cache.ts'
import { LATE_FILLS, type Moment } from '../../../base/late-fills.ts'
import { asker, type CachedQueriesOptions } from '../../asked.ts'
import { dependenciesOf } from '../../cached-query.ts'
import { everyRowTag, rowTag } from '../../tags.ts'
import type { ChangeTracker } from '../../tracker.ts'
import { spokenBy } from './dialect.ts'
import type { DataSource, QueryRunner } from './typeorm.ts'

/** What TypeORM asks for, and what it brings. */
interface TypeormResult {
  identifier?: string
  time?: number
  duration: number
  query?: string
  result?: unknown
}

/** TypeORM's `QueryResultCache`. */
export interface TypeormResultCache {
  connect(): Promise<void>
  disconnect(): Promise<void>
  synchronize(): Promise<void>
  getFromCache(asked: TypeormResult, runner?: object): Promise<TypeormResult | undefined>
  storeInCache(
    brought: TypeormResult,
    found: TypeormResult | undefined,
    runner?: object,
  ): Promise<void>
  isExpired(found: TypeormResult): boolean
  clear(): Promise<void>
  remove(identifiers: string[]): Promise<void>
}

/** Given instead of a result, so that TypeORM hands it back with the rows. */
interface NotFound extends TypeormResult {
  readonly moment: Moment
}

/** What TypeORM puts between a query and its parameters. */
const PARAMETERS = ' -- PARAMETERS: '
const OWN = 'results of typeorm'

/**
 * TypeORM's result cache that dies with its tables: `new DataSource({ cache: { provider: queryResultCache(tracker), duration:
 * 60_000 } })`. Nothing that a transaction reads is stored or answered, nor what a replica gives. Results are told apart by their
 * query and its parameters also where an `id` was given, which TypeORM's own caches do not; `remove([id])` removes all of them.
 *
 * @throws {CacheError} `E_OPTION`; what it returns: `E_UNSUPPORTED` for a database that is none of PostgreSQL, MySQL, MariaDB and
 * SQLite
 */
export function queryResultCache(
  tracker: ChangeTracker,
  options?: CachedQueriesOptions,
): (source: object) => TypeormResultCache {
  const { cache } = asker(tracker, options)({})
  return (source) => new ResultCache(cache, tracker, source as DataSource)
}

class ResultCache implements TypeormResultCache {
  readonly #cache: Cache
  readonly #tracker: ChangeTracker
  readonly #source: DataSource

  constructor(cache: Cache, tracker: ChangeTracker, source: DataSource) {
    spokenBy(source)
    this.#cache = cache
    this.#tracker = tracker
    this.#source = source
  }

  async connect(): Promise<void> {}
  async disconnect(): Promise<void> {}
  async synchronize(): Promise<void> {}

  async getFromCache(asked: TypeormResult, runner?: object): Promise<TypeormResult | undefined> {
    const tags = this.#tags(asked)
    if (tags === undefined || this.#keepsOut(runner)) return undefined
    const found = await this.#cache[LATE_FILLS].find(this.#key(asked), tags)
    if (found === undefined) return undefined
    const { entry, moment } = found
    if (entry !== undefined) return { ...asked, result: entry.value }
    const notFound: NotFound = { ...asked, moment }
    return notFound
  }

  async storeInCache(
    brought: TypeormResult,
    found: TypeormResult | undefined,
    runner?: object,
  ): Promise<void> {
    const tags = this.#tags(brought)
    if (tags === undefined || !isNotFound(found) || this.#keepsOut(runner)) return
    const { result: value, duration: ttlMs } = brought
    await this.#cache[LATE_FILLS].store(
      [{ key: this.#key(brought), value, tags, ttlMs }],
      found.moment,
    )
  }

  isExpired(found: TypeormResult): boolean {
    return isNotFound(found)
  }

  async clear(): Promise<void> {
    await this.#cache.invalidateTags([everyRowTag(OWN)])
  }

  async remove(identifiers: string[]): Promise<void> {
    await this.#cache.invalidateTags(identifiers.map((identifier) => rowTag(OWN, identifier)))
  }

  #key({ identifier = '', query = '' }: TypeormResult): string[] {
    return ['typeorm', this.#tracker.name, identifier, query]
  }

  /** `undefined`: it is not to be stored. */
  #tags({ query = '', identifier }: TypeormResult): string[] | undefined {
    const [sql = ''] = query.split(PARAMETERS, 1)
    const dialect = spokenBy(this.#source)
    const found = dependenciesOf({ tracker: this.#tracker, dialect, sql })
    if (found === undefined || found.personal || found.refusal !== undefined) return undefined
    const own = identifier === undefined ? [] : [rowTag(OWN, identifier)]
    return [...found.tags, everyRowTag(OWN), ...own]
  }

  /** Whether what this runner reads may be uncommitted, or behind what was invalidated. */
  #keepsOut(runner: object | undefined): boolean {
    if (runner === undefined) return true
    const { isTransactionActive, databaseConnection, mode } = runner as QueryRunner
    // A transaction that was begun by hand.
    const status = databaseConnection?.getTransactionStatus?.() ?? 'I'
    const isReplica = mode === 'slave' && this.#source.options.replication !== undefined
    return isTransactionActive || status !== 'I' || isReplica
  }
}

function isNotFound(found: TypeormResult | undefined): found is NotFound {
  return found !== undefined && 'moment' in found
}
