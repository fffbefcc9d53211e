import { AsyncLocalStorage } from 'node:async_hooks'
import { CacheError, optionError } from '../../../base/errors.ts'
import type { Cache } from '../../../cache/cache.ts'
import type { CachedQueryOptions } from '../../cached-query.ts'
import type { ChangeTracker } from '../../tracker.ts'
import { cachedCollection } from '../mongodb/cached-collection.ts'
import type { BsonLibrary, MongoCollection, MongoReads } from '../mongodb/driver.ts'

/** `mongoose`, or an instance of it. */
export interface MongooseLike {
  readonly Query: { readonly prototype: object }
  readonly Aggregate: { readonly prototype: object }
  readonly mongo: { readonly BSON: object }
}

/** `ttl`, `stale`, `tags` and the like are those of queries that do not say otherwise. */
export interface CacheMongooseOptions extends CachedQueryOptions {
  /** Where results are kept. */
  readonly cache: Cache
  /** What sees the writes of the client: from `trackChanges`. */
  readonly tracker: ChangeTracker
}

/** What {@link cacheMongoose} gives. */
export interface CachedMongoose {
  /** Runs a query or an aggregation as `query.cache(options)` does, for those whose types do not know that method. */
  readonly cached: <Q extends PromiseLike<unknown>>(
    query: Q,
    options?: CachedQueryOptions,
  ) => Promise<Awaited<Q>>
}

/** What a query does at last, after its middleware, by its operation. */
const READS: Readonly<Record<string, string>> = {
  find: '_find',
  findOne: '_findOne',
  countDocuments: '_countDocuments',
  estimatedDocumentCount: '_estimatedDocumentCount',
  distinct: '__distinct',
}

type Method = (...parts: unknown[]) => unknown

/** Of Mongoose's own collection. */
interface NativeCollection extends MongoReads {
  /** The driver's; none before the connection is open. */
  _getCollection(): MongoCollection | null
}

interface ModelLike {
  readonly base: object
  readonly collection: NativeCollection
}

interface Query extends Record<string, unknown> {
  readonly op?: string
  readonly model?: ModelLike
  mongooseCollection: NativeCollection
}

interface Aggregate {
  _model?: ModelLike
}

/** `undefined` while the connection is not open: Mongoose has the query wait for it. */
type Reading = (native: NativeCollection, own: CachedQueryOptions) => MongoReads | undefined

/** By instance of Mongoose: they have the classes of queries and aggregations in common. */
const readings = new WeakMap<object, Reading>()
/** What was asked of queries and aggregations that have not run yet. */
const asked = new WeakMap<object, CachedQueryOptions>()
const hooked = new WeakSet<object>()

/**
 * Gives the queries and aggregations of Mongoose a method `.cache({ ttl, tags })`. What is cached is what the database answers:
 * middleware runs each time and what it adds to a filter tells results apart, documents are made anew for each caller, and each
 * populated path is an entry of its own, by the ids that it asks for.
 *
 * Changes are tracked by `trackMongo(mongoose.connection.getClient(), tracker)`.
 *
 * @throws {CacheError} `E_OPTION`, also when it was called for this instance before
 */
export function cacheMongoose(
  mongoose: MongooseLike,
  options: CacheMongooseOptions,
): CachedMongoose {
  const bson = mongoose?.mongo?.BSON as BsonLibrary | undefined
  const query = mongoose?.Query?.prototype as Record<string, Method> | undefined
  const aggregate = mongoose?.Aggregate?.prototype as Record<string, Method> | undefined
  if (bson === undefined || typeof query?.['exec'] !== 'function' || aggregate === undefined)
    throw optionError('mongoose', 'mongoose, as it is imported', mongoose)
  if (readings.has(mongoose) || ('cache' in query && !hooked.has(query)))
    throw new CacheError('E_OPTION', 'The queries of this mongoose have a method cache() already.')
  const { cache, tracker, ...defaults } = options
  if (typeof cache?.getOrSet !== 'function')
    throw optionError('cache', 'a cache, such as caches.default', cache)

  readings.set(mongoose, (native, own) => {
    const collection = native._getCollection()
    if (collection === null) return undefined
    return cachedCollection(collection, { ...defaults, ...own, cache, tracker, bson })
  })
  if (!hooked.has(query)) {
    hookQueries(query)
    hookAggregations(aggregate)
    hooked.add(query)
  }
  return {
    cached: <Q extends PromiseLike<unknown>>(given: Q, own?: CachedQueryOptions) => {
      const chosen = given as Q & { cache?: (own?: CachedQueryOptions) => Q }
      if (typeof chosen?.cache === 'function') return Promise.resolve(chosen.cache(own))
      return Promise.reject(optionError('query', 'a query of this mongoose', given))
    },
  }
}

function hookQueries(prototype: Record<string, Method>): void {
  /** Of the query whose paths are being populated, by queries that Mongoose makes. */
  const populating = new AsyncLocalStorage<CachedQueryOptions | undefined>()

  prototype['cache'] = askToCache
  const exec = prototype['exec'] as Method
  prototype['exec'] = function (this: Query, ...parts) {
    const own = asked.get(this)
    const inherited = own ?? populating.getStore()
    const op = typeof parts[0] === 'string' ? parts[0] : this.op
    const last = READS[op ?? '']
    const reading = this.model === undefined ? undefined : readings.get(this.model.base)
    if (own !== undefined && (last === undefined || reading === undefined))
      return Promise.reject(optionError('query', `one of ${Object.keys(READS).join(', ')}`, op))
    if (inherited !== undefined && last !== undefined && reading !== undefined)
      cacheLast(this, last, (native) => reading(native, inherited), inherited)
    // Queries of its middleware are no populated paths.
    return populating.run(undefined, () => exec.apply(this, parts))
  }

  const cacheLast = (
    query: Query,
    last: string,
    reading: (native: NativeCollection) => MongoReads | undefined,
    own: CachedQueryOptions,
  ): void => {
    const run = query[last] as Method
    query[last] = async () => {
      const native = query.mongooseCollection
      query.mongooseCollection = readingCollection(native, reading(native))
      try {
        return await populating.run(own, () => run.call(query))
      } finally {
        query.mongooseCollection = native
      }
    }
  }
}

function hookAggregations(prototype: Record<string, Method>): void {
  prototype['cache'] = askToCache
  const exec = prototype['exec'] as Method
  prototype['exec'] = function (this: Aggregate, ...parts) {
    const own = asked.get(this)
    const model = this._model
    const reading = model === undefined ? undefined : readings.get(model.base)
    if (own === undefined || model === undefined || reading === undefined)
      return exec.apply(this, parts)
    const native = model.collection
    const collection = readingCollection(native, reading(native, own))
    // It takes the collection at once, and the pipeline after its middleware.
    this._model = Object.create(model, { collection: { value: collection } }) as ModelLike
    try {
      return exec.apply(this, parts)
    } finally {
      this._model = model
    }
  }
}

function askToCache(this: object, own: unknown = {}): object {
  asked.set(this, own as CachedQueryOptions)
  return this
}

const METHODS = [
  'find',
  'findOne',
  'countDocuments',
  'estimatedDocumentCount',
  'distinct',
  'aggregate',
] as const

/** Mongoose's collection, but read from the cache. */
function readingCollection(
  native: NativeCollection,
  reads: MongoReads | undefined,
): NativeCollection {
  if (reads === undefined) return native
  const own = METHODS.map((name) => {
    const method = reads[name] as Method
    return [name, { value: method.bind(reads) }] as const
  })
  return Object.create(native, Object.fromEntries(own)) as NativeCollection
}
