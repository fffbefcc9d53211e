import { createHash } from 'node:crypto'
import { optionError } from '../../../base/errors.ts'
import type { Cache } from '../../../cache/cache.ts'
import { TARGET } from '../../../cache/transaction.ts'
import type { CachedQueryOptions } from '../../cached-query.ts'
import { valueText } from '../../query-key.ts'
import { ANY_TABLE_TAG, rowTags, tableTag } from '../../tags.ts'
import { ChangeTracker } from '../../tracker.ts'
import { entityOf } from './commands.ts'
import {
  type BsonLibrary,
  homeOf,
  type MongoClientLike,
  type MongoCollection,
  type MongoReads,
  type MongoSession,
} from './driver.ts'
import { idsIn } from './ids.ts'
import { isKnown } from './known-collections.ts'
import { readBy } from './pipeline.ts'

/** Where the results of a collection's reads are kept, and for how long. */
export interface CachedCollectionOptions extends CachedQueryOptions {
  /** Where results are kept. */
  readonly cache: Cache
  /** What sees the writes of the client: from `trackChanges`. */
  readonly tracker: ChangeTracker
  /** `BSON` of the same `mongodb`: results are kept as the bytes in which the server sends them. */
  readonly bson: BsonLibrary
}

/** What is used of a collection beyond its public face, which the types of several versions of the driver share. */
interface Inside extends MongoCollection, MongoReads {
  readonly bsonOptions?: object
  readonly readPreference?: ReadPreference | undefined
  readonly client?: MongoClientLike
  readonly db?: { readonly client?: MongoClientLike }
}

interface ReadPreference {
  readonly mode?: string
}

/** Options that have a say in whether a result may be shared, and those that say nothing about it. */
interface GivenOptions {
  readonly session?: MongoSession | null
  readonly signal?: unknown
  readonly readPreference?: ReadPreference | string
  readonly explain?: unknown
  readonly raw?: unknown
  readonly collation?: unknown
}

/** What one read depends on. */
interface Read<T> {
  readonly name: string
  /** All that tells it from others, as it would be sent. */
  readonly question: object
  readonly options: GivenOptions
  readonly ids?: readonly string[] | undefined
  readonly others?: readonly string[] | undefined
  readonly run: () => Promise<T>
}

/**
 * The reads of a collection (`find` and `aggregate` with `toArray`, `findOne`, `countDocuments`, `estimatedDocumentCount`,
 * `distinct`), cached until something that they read is changed. Filters that name documents by `_id` depend on these alone,
 * everything else on the collection, and pipelines on the collections that they join, too.
 *
 * The database is asked, and nothing stored, within a transaction, for reads from secondaries (they may lag behind), for
 * `explain` and `raw`, and for pipelines that write.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function cachedCollection(
  collection: MongoCollection,
  options: CachedCollectionOptions,
): MongoReads {
  const { cache, tracker, bson, ...rest } = options
  if (typeof cache?.getOrSet !== 'function')
    throw optionError('cache', 'a cache, such as caches.default', cache)
  if (!(tracker instanceof ChangeTracker))
    throw optionError('tracker', 'what trackChanges answers', tracker)
  if (typeof bson?.deserialize !== 'function')
    throw optionError('bson', 'BSON of the driver: import { BSON } from mongodb', bson)
  if (typeof (collection as Partial<Inside> | undefined)?.findOne !== 'function')
    throw optionError('collection', 'a collection of MongoDB', collection)
  const inside = collection as Inside
  const client = inside.client ?? inside.db?.client
  if (typeof client?.db !== 'function')
    throw optionError(
      'collection',
      'a collection that tells its client, as of mongodb 7',
      collection,
    )
  return new CachedReads(inside, client, cache, tracker, bson, rest)
}

class CachedReads implements MongoReads {
  readonly #collection: Inside
  readonly #client: MongoClientLike
  readonly #cache: Cache
  readonly #tracker: ChangeTracker
  readonly #bson: BsonLibrary
  readonly #options: CachedQueryOptions
  readonly #home: string

  constructor(
    collection: Inside,
    client: MongoClientLike,
    cache: Cache,
    tracker: ChangeTracker,
    bson: BsonLibrary,
    options: CachedQueryOptions,
  ) {
    this.#collection = collection
    this.#client = client
    this.#cache = cache
    this.#tracker = tracker
    this.#bson = bson
    this.#options = options
    this.#home = homeOf(client)
  }

  find(filter: object = {}, options: GivenOptions = {}): { toArray(): Promise<unknown[]> } {
    const cursor = (): Promise<unknown[]> => this.#collection.find(filter, options).toArray()
    const ids = idsIn(filter, options.collation)
    const read = { name: 'find', question: { filter }, options, ids, run: cursor }
    return { toArray: () => this.#cached(read) }
  }

  findOne(filter: object = {}, options: GivenOptions = {}): Promise<unknown> {
    const run = (): Promise<unknown> => this.#collection.findOne(filter, options)
    const ids = idsIn(filter, options.collation)
    return this.#cached({ name: 'findOne', question: { filter }, options, ids, run })
  }

  countDocuments(filter: object = {}, options: GivenOptions = {}): Promise<number> {
    const run = (): Promise<number> => this.#collection.countDocuments(filter, options)
    const ids = idsIn(filter, options.collation)
    return this.#cached({ name: 'countDocuments', question: { filter }, options, ids, run })
  }

  estimatedDocumentCount(options: GivenOptions = {}): Promise<number> {
    const run = (): Promise<number> => this.#collection.estimatedDocumentCount(options)
    return this.#cached({ name: 'estimatedDocumentCount', question: {}, options, run })
  }

  distinct(key: string, filter: object = {}, options: GivenOptions = {}): Promise<unknown[]> {
    const run = (): Promise<unknown[]> => this.#collection.distinct(key, filter, options)
    const ids = idsIn(filter, options.collation)
    return this.#cached({ name: 'distinct', question: { key, filter }, options, ids, run })
  }

  aggregate(
    pipeline: object[] = [],
    options: GivenOptions = {},
  ): { toArray(): Promise<unknown[]> } {
    const run = (): Promise<unknown[]> => this.#collection.aggregate(pipeline, options).toArray()
    const others = readBy(pipeline, this.#collection.dbName, this.#home)
    const read = { name: 'aggregate', question: { pipeline }, options, others, run }
    return { toArray: () => (others === undefined ? run() : this.#cached(read)) }
  }

  async #cached<T>(read: Read<T>): Promise<T> {
    const key = this.#isShared(read.options) ? this.#keyOf(read) : undefined
    if (key === undefined || !(await this.#isKnown(read))) return await read.run()
    const { tags = [] } = this.#options
    const bson = this.#bsonOptions(read.options)
    const kept = (await this.#cache.getOrSet<unknown>(
      key,
      async ({ skip }) => {
        const result = await read.run()
        try {
          return this.#bson.serialize({ v: result ?? null }, bson)
        } catch {
          skip('it is no BSON, or too large for it')
          return { result }
        }
      },
      { ...without(this.#options, ['scope']), tags: [...this.#tagsOf(read), ...tags] },
    )) as Uint8Array | { readonly result: T }
    if (!(kept instanceof Uint8Array)) return kept.result
    return this.#bson.deserialize(kept, bson)['v'] as T
  }

  /** Whether all that it reads is known for what it is. The database is asked, once. */
  async #isKnown({ others = [] }: Read<unknown>): Promise<boolean> {
    const { known } = this.#tracker
    const entities = [this.#entity, ...others]
    if (entities.every((entity) => known.has(entity))) return true
    try {
      const all = entities.map((each) => isKnown(each, this.#tracker, this.#client, this.#home))
      return (await Promise.all(all)).every(Boolean)
    } catch (error) {
      this.#cache[TARGET].core.failed('MongoDB did not say what is a view.', error)
      return false
    }
  }

  get #entity(): string {
    const { dbName, collectionName } = this.#collection
    return entityOf(dbName, collectionName, this.#home)
  }

  /** Whether what it reads is what everybody would read. */
  #isShared({ session, readPreference, explain, raw }: GivenOptions): boolean {
    if (session?.inTransaction() === true || explain === true || raw === true) return false
    if (typeof explain === 'string' || typeof explain === 'object') return false
    const preference = readPreference ?? this.#collection.readPreference
    const mode = typeof preference === 'string' ? preference : preference?.mode
    return mode === undefined || mode === 'primary'
  }

  /** `undefined` for what cannot be written as BSON: the driver says what is wrong with it. */
  #keyOf({ name, question, options }: Read<unknown>): string[] | undefined {
    const said = without(options, ['session', 'signal', 'readPreference'])
    let bytes: Uint8Array
    try {
      bytes = this.#bson.serialize({ ...question, options: said }, this.#bsonOptions(options))
    } catch {
      return undefined
    }
    const { dbName, collectionName } = this.#collection
    const hash = createHash('sha256').update(bytes).digest('base64url')
    const { scope } = this.#options
    return [
      'mongodb',
      this.#tracker.name,
      `${dbName}.${collectionName}`,
      name,
      hash,
      ...(scope === undefined ? [] : [valueText(scope)]),
    ]
  }

  #bsonOptions(options: GivenOptions): object {
    return { ...this.#collection.bsonOptions, ...bsonOptionsIn(options) }
  }

  #tagsOf({ ids, others = [] }: Read<unknown>): string[] {
    const entity = this.#entity
    const { known } = this.#tracker
    const under = known.under(entity)
    // A view has no documents of its own.
    if (ids !== undefined && ids.length > 0 && under.length === 1)
      return [...rowTags(entity, ...ids), ANY_TABLE_TAG]
    const all = new Set([...under, ...others.flatMap((other) => known.under(other))])
    return [...[...all].map(tableTag), ANY_TABLE_TAG]
  }
}

const BSON_OPTIONS = [
  'useBigInt64',
  'promoteLongs',
  'promoteValues',
  'promoteBuffers',
  'ignoreUndefined',
  'bsonRegExp',
  'serializeFunctions',
  'fieldsAsRaw',
  'enableUtf8Validation',
] as const

function without<T extends object>(options: T, names: readonly string[]): Partial<T> {
  const kept = Object.entries(options).filter(([name]) => !names.includes(name))
  return Object.fromEntries(kept) as Partial<T>
}

function bsonOptionsIn(options: object): object {
  const given = options as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    BSON_OPTIONS.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  )
}
