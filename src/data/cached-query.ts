import { optionError } from '../base/errors.ts'
import type { Cache } from '../cache/cache.ts'
import type { GetOrSetOptions } from '../cache/loading.ts'
import { TARGET } from '../cache/transaction.ts'
import type { Dialect } from './dialect.ts'
import { type Params, idsWhere } from './row-ids.ts'
import { valueText } from './query-key.ts'
import { scan } from './sql/scan.ts'
import { ANY_TABLE_TAG, rowTags, tableTag } from './tags.ts'
import type { ChangeTracker } from './tracker.ts'

/** How the result of a query is cached. */
export interface CachedQueryOptions extends GetOrSetOptions {
  /**
   * Who may share the result, where that does not follow from the text and the parameters: a tenant, a user of row policies.
   * Part of the key.
   */
  readonly scope?: string | number | undefined
}

/** A query that can be run, with what is known of it. */
export interface CachedQuery<T> extends CachedQueryOptions {
  readonly tracker: ChangeTracker
  readonly dialect: Dialect
  readonly sql: string
  readonly params?: Params | undefined
  readonly run: () => Promise<T>
  /** The tables that it reads, where a query builder knows them; default: by its text. */
  readonly reads?: readonly string[] | undefined
  /** The rows that it depends on, of the one table that it reads, by primary key; default: by its text and the schema. */
  readonly ids?: readonly string[] | undefined
  /** It runs within a transaction: the database is asked, and nothing is stored. */
  readonly inTransaction?: boolean | undefined
  /** Which of several results over the same rows this is: of how they are shaped, for instance. Part of the key. */
  readonly form?: string | undefined
}

const OWN = [
  'tracker',
  'dialect',
  'sql',
  'params',
  'run',
  'reads',
  'ids',
  'inTransaction',
  'form',
  'scope',
] as const satisfies readonly (keyof CachedQuery<unknown>)[]

/**
 * The result of a query, cached under its text and parameters until something that it reads is changed. What is no plain query
 * (it changes or locks something, or several statements) is run, and so is everything within a transaction.
 *
 * @throws {CacheError} `E_OPTION`, `E_KEY` for parameters that cannot be told apart; what the database throws
 */
export async function cachedQuery<T>(cache: Cache, query: CachedQuery<T>): Promise<T> {
  const { sql, params, run, inTransaction, form, scope } = query
  if (typeof sql !== 'string') throw optionError('sql', 'the text of a query', sql)
  if (typeof run !== 'function') throw optionError('run', 'a function that runs the query', run)
  if (inTransaction === true) return await run()
  const found = dependencies(query)
  if (found === undefined) return await run()
  const { core } = cache[TARGET]
  const key = [
    'query',
    sql,
    valueText(params ?? []),
    form ?? '',
    scope === undefined ? '' : valueText(scope),
  ]
  if (scope === undefined && found.personal) {
    core.refused(key.join(':'), 'what it reads depends on the connection: give it a scope')
    return await run()
  }
  return (await cache.getOrSet(key, run as () => Promise<never>, {
    ...optionsOf(query),
    tags: [...found.tags, ...(query.tags ?? [])],
  })) as T
}

/** What says how the result is stored and kept; `getOrSet` refuses what it does not know. */
function optionsOf(query: CachedQuery<unknown>): GetOrSetOptions {
  const own: ReadonlySet<string> = new Set(OWN)
  return Object.fromEntries(Object.entries(query).filter(([name]) => !own.has(name)))
}

interface Dependencies {
  readonly tags: readonly string[]
  readonly personal: boolean
}

/** `undefined`: it is not to be cached. */
function dependencies({
  tracker,
  dialect,
  sql,
  params,
  reads,
  ids,
}: CachedQuery<unknown>): Dependencies | undefined {
  const { known } = tracker
  const statements = scan(sql, dialect)
  const [statement] = statements
  if (statement === undefined || statements.length !== 1 || !statement.cacheable) return undefined
  const named = [...new Set((reads ?? statement.reads).map((entity) => known.resolve(entity)))]
  const entities = [...new Set(named.flatMap((entity) => known.under(entity)))]
  const [entity] = named
  const rows =
    named.length === 1 && entity !== undefined
      ? (ids ?? idsWhere(known.table(entity)?.key, statement.rows?.restrictions ?? [], params))
      : undefined
  const tags = rows === undefined ? entities.map(tableTag) : rowTags(entity as string, ...rows)
  return {
    tags: [...tags, ANY_TABLE_TAG],
    personal: tracker.isScoped || entities.some((each) => known.isPersonal(each)),
  }
}
