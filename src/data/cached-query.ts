import { optionError, show } from '../base/errors.ts'
import type { Cache } from '../cache/cache.ts'
import type { LoadContext } from '../cache/load-call.ts'
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
  /** What knows the tables and sees the writes. */
  readonly tracker: ChangeTracker
  /** How the text is read. */
  readonly dialect: Dialect
  /** The text of the query. */
  readonly sql: string
  /** Its parameters: a part of the key. */
  readonly params?: Params | undefined
  /** @param context of the load, when what it returns is to be stored */
  readonly run: (context?: LoadContext) => Promise<T>
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
  const { tracker, sql, params, run, inTransaction, form, scope } = query
  if (typeof sql !== 'string') throw optionError('sql', 'the text of a query', sql)
  if (typeof run !== 'function') throw optionError('run', 'a function that runs the query', run)
  if (inTransaction === true) return await run()
  const found = dependenciesOf(query)
  if (found === undefined) return await run()
  const parts = [tracker.name, valueText(params ?? []), form ?? '', valueText(scope)]
  const key = ['query', sql, ...parts]
  const refusal = found.refusal ?? (found.personal && scope === undefined ? PERSONAL : undefined)
  if (refusal !== undefined) {
    const { core } = cache[TARGET]
    core.refused(sql, cache.wireKey(['query', sql]), refusal)
    core.warn(sql, `Not cached: ${show(sql)}: ${refusal}.`)
    return await run()
  }
  return (await cache.getOrSet(key, async (context) => (await run(context)) as never, {
    ...optionsOf(query),
    tags: [...found.tags, ...(query.tags ?? [])],
  })) as T
}

const PERSONAL = "what it reads depends on who asks: give it a 'scope'"
const NO_TABLES = 'it names no table, so that nothing would ever invalidate it: give it tags'

/** What says how the result is stored and kept; `getOrSet` refuses what it does not know. */
function optionsOf(query: CachedQuery<unknown>): GetOrSetOptions {
  const own: ReadonlySet<string> = new Set(OWN)
  return Object.fromEntries(Object.entries(query).filter(([name]) => !own.has(name)))
}

/** What the result of a query depends on. */
export interface Dependencies {
  /** Without those that its caller adds. */
  readonly tags: readonly string[]
  /** The tables that it reads, also under views. */
  readonly tables: readonly string[]
  /** It may be another for each connection: only to be stored with a scope. */
  readonly personal: boolean
  /** Why it is not to be stored, if so. */
  readonly refusal: string | undefined
}

/** `undefined`: it is no plain query, and is not to be cached. */
export function dependenciesOf(query: Omit<CachedQuery<unknown>, 'run'>): Dependencies | undefined {
  const { tracker, dialect, sql, params, reads } = query
  const { known } = tracker
  const statements = scan(sql, dialect)
  const [statement] = statements
  if (statement === undefined || statements.length !== 1 || !statement.cacheable) return undefined
  const named = [...new Set((reads ?? statement.reads).map((entity) => known.resolve(entity)))]
  const entities = [...new Set(named.flatMap((entity) => known.under(entity)))]
  const [entity = ''] = named
  const key = named.length === 1 ? known.table(entity)?.key : undefined
  const restrictions = statement.rows?.restrictions ?? []
  const rows = key === undefined ? undefined : (query.ids ?? idsWhere(key, restrictions, params))
  const tags = rows === undefined ? entities.map(tableTag) : rowTags(entity, ...rows)
  return {
    tags: [...tags, ANY_TABLE_TAG],
    tables: entities,
    personal:
      statement.personal || tracker.isScoped || entities.some((each) => known.isPersonal(each)),
    refusal: refusalOf(entities, query),
  }
}

function refusalOf(
  entities: readonly string[],
  { tracker, tags }: Pick<CachedQuery<unknown>, 'tracker' | 'tags'>,
): string | undefined {
  if (entities.length === 0 && (tags ?? []).length === 0) return NO_TABLES
  if (tracker.trustsUnknown) return undefined
  const unknown = entities.find((each) => !tracker.known.has(each))
  if (unknown === undefined) return undefined
  return `'${unknown}' is in no schema that the tracker knows, and may be a view of anything: see 'schema' and 'unknownTables' of trackChanges`
}
