// Every statement of a query builder goes through one query runner: its own, or one that it takes for itself. A builder with a
// runner that reads through the cache gives entities, raw rows and counts as ever, since TypeORM makes them from raw rows.
import { CacheError, optionError } from '../../../base/errors.ts'
import { answered, type Asked, asker, type CachedQueriesOptions } from '../../asked.ts'
import type { CachedQueryOptions } from '../../cached-query.ts'
import type { ChangeTracker } from '../../tracker.ts'
import { spokenBy } from './dialect.ts'
import type {
  BuilderParts,
  DataSource,
  QueryRunner,
  SelectBuilder,
  StructuredResult,
} from './typeorm.ts'

/**
 * A select that is answered from the cache: `await cached(repository.createQueryBuilder('p').where(...), { ttl: '5m' })
 * .getMany()`. It returns a copy of the builder: all its ways to read (`getOne`, `getManyAndCount`, `getRawMany`, `getCount`,
 * `getExists`) do so through the cache, one entry for each statement that TypeORM makes of them. Entities are made anew on each
 * hit. Of a builder that has a query runner (as in a transaction), locks rows or opens a transaction by itself it reads the
 * database and stores nothing.
 *
 * @throws {CacheError} `E_OPTION` when the builder does not select; `stream()` of what it returns: `E_UNSUPPORTED`
 */
export type CachedTypeorm = <B extends SelectBuilder>(builder: B, options: CachedQueryOptions) => B

/**
 * Cached reads for TypeORM 1: `const cached = cachedQueries(tracker)`.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function cachedQueries(
  tracker: ChangeTracker,
  options?: CachedQueriesOptions,
): CachedTypeorm {
  const ask = asker(tracker, options)
  return (builder, given) => {
    const asked = ask(given)
    const parts = builder as unknown as Partial<BuilderParts> | undefined
    if (typeof builder?.clone !== 'function' || parts?.expressionMap?.queryType !== 'select')
      throw optionError('builder', 'a query builder of TypeORM that selects', typeof builder)
    const copy = builder.clone()
    const own = copy as unknown as BuilderParts
    // Its own cache around ours would keep what ours has invalidated.
    own.expressionMap.cache = false
    // With a runner of its own it reads on a connection that others have given it, most often that of a transaction.
    if (own.queryRunner !== undefined) return copy
    if (own.expressionMap.lockMode !== undefined || own.expressionMap.useTransaction) return copy
    own.queryRunner = readingThrough(own.dataSource, asked)
    return copy
  }
}

/** A runner that never has a connection of its own, so that nobody has to release it. */
function readingThrough(source: DataSource, asked: Asked): QueryRunner {
  const dialect = spokenBy(source)
  const query = async (
    sql: string,
    params: unknown[] = [],
    structured = false,
  ): Promise<unknown> => {
    const run = (): Promise<unknown> => load(source, sql, params)
    const records = await answered(asked, { dialect, sql, params, form: 'typeorm', run })
    return structured ? { records, raw: records } : records
  }
  const stream = (): never => {
    throw new CacheError('E_UNSUPPORTED', 'A stream of rows cannot be answered from a cache.')
  }
  return Object.create(source.createQueryRunner('master'), {
    query: { value: query },
    stream: { value: stream },
  }) as QueryRunner
}

/** From the master: a replica may be behind what was invalidated. */
async function load(source: DataSource, sql: string, parameters: unknown[]): Promise<unknown> {
  const runner = source.createQueryRunner('master')
  try {
    const { records } = (await runner.query(sql, parameters, true)) as StructuredResult
    return records
  } finally {
    await runner.release()
  }
}
