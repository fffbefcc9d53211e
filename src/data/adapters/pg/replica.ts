// Reads from a standby that may be behind.
//
// A fill is judged by the cache's own clock: what was invalidated after it began is refused. That says nothing of a server that
// shows the rows of yesterday: the change was committed and invalidated, then the fill began, read the old row from the replica,
// and is stored as the newest there is. So the fill must know how far the replica has to be, and that is known to the primary.
//
// How far is a cached value itself (the fence): the primary's position in its log, under the same tags as what is filled. A
// change that invalidates the tags invalidates the fence, so that the next fill asks the primary anew, after the commit. Nobody
// who writes has to do anything for it, and a fence that is evicted costs one more question.
//
// Why it holds, for a change committed at C and invalidated at B, and a fill that began at S (the cache's clock, read before):
//   B > S   the cache refuses the fill.
//   B <= S  the fence is read after S, past every near cache. What is valid there after B was loaded after B, so after C: the
//           primary's position then is C's or later, and a replica that has replayed it shows the change.
import type { Cache } from '../../../cache/cache.ts'
import type { GetOrSetOptions } from '../../../cache/loading.ts'
import type { LoadContext } from '../../../cache/load-call.ts'
import { systemClock } from '../../../base/clock.ts'
import { type Duration, toMs } from '../../../base/duration.ts'
import { optionError } from '../../../base/errors.ts'
import type { Key } from '../../../base/key.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import { type CachedQuery, cachedQuery, dependenciesOf } from '../../cached-query.ts'
import { ANY_TABLE_TAG, tableTag } from '../../tags.ts'
import { checkPool } from './lent-client.ts'

/** What is used of a client that a `Pool` of node-postgres lends. */
export interface ReplicaClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  release(error?: boolean | Error): void
}

/** What is used of a `Pool` of node-postgres. */
export interface ReplicaPool<Client extends ReplicaClient> {
  connect(): Promise<Client>
}

/** The pools of primary and replica, and how far behind one may be. */
export interface ReplicaOptions<Client extends ReplicaClient> {
  /** The server that is written to. */
  readonly primary: ReplicaPool<Client>
  /** One standby. Of a pool that spreads over several, each connection must stay with one of them. */
  readonly replica: ReplicaPool<Client>
  /**
   * What a load does when the replica is behind. `'primary'` (default): reads the primary. `'skip'`: is given what the replica
   * shows, and does not store it.
   */
  readonly behind?: 'primary' | 'skip'
  /** How long to wait for a replica that is behind, first. Default `'0s'`. */
  readonly wait?: Duration
}

/** Cached reads of a standby. */
export interface Replica<Client extends ReplicaClient> {
  /**
   * `cache.getOrSet` whose load reads the replica if that is far enough for these tags, and only then stores what it shows.
   *
   * @param run the queries, all on the connection that it is given
   * @param options.tags at least one: of what the entry depends on. An invalidation by key alone does not ask the replica
   * @throws {CacheError} `E_OPTION`; what `getOrSet` throws
   */
  getOrSet<T>(key: Key, run: ReplicaLoad<Client, T>, options: ReplicaReadOptions): Promise<T>
  /**
   * The load alone, for `define`, `cachedQuery` and other words: what it returns is stored only if the replica was far enough.
   *
   * @param tags by which the entry is invalidated
   */
  load<T>(context: LoadContext, tags: readonly string[], run: ReplicaLoad<Client, T>): Promise<T>
  /**
   * `cachedQuery` whose load reads the replica: key and tags from the text and its parameters. What is not to be cached, or not
   * a plain query, is sent to the primary.
   *
   * @returns the rows
   * @throws {CacheError} `E_OPTION`; what the database throws
   */
  query<Row>(query: ReplicaQuery): Promise<Row[]>
}

/** A query as `cachedQuery` takes it, which runs on the replica by itself. */
export type ReplicaQuery = Omit<CachedQuery<unknown>, 'run' | 'dialect' | 'inTransaction'>

/** Loads a value with a client of the replica, or of the primary where the replica lags behind. */
export type ReplicaLoad<Client, T> = (client: Client, context: LoadContext) => Promise<T>

/** As of `getOrSet`, and what is read. */
export interface ReplicaReadOptions extends GetOrSetOptions {
  readonly tags: readonly string[]
}

const FENCE_TTL = '1h'
/** Between two looks at a replica that is waited for. */
const LOOK_EVERY_MS = 10

/** A standby that was promoted is as far as it writes. */
const POSITION = `select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
  else pg_current_wal_insert_lsn() end - '0/0'::pg_lsn)::text as position`
/**
 * Not the position that is flushed: with `synchronous_commit = off` what is committed may lie behind it. What is not flushed
 * does not reach a standby, and after the last commit that may take until the next checkpoint: a number of a transaction, once
 * assigned, has it flushed within `wal_writer_delay`.
 */
const FENCE = `select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text as position,
  case when pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn() then pg_current_xact_id() end as nudge`

/**
 * Fills a cache from a standby of PostgreSQL without ever storing what the standby shows too late.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function replica<Client extends ReplicaClient>(
  cache: Cache,
  options: ReplicaOptions<Client>,
): Replica<Client> {
  refuseUnknown('replica', options, ['primary', 'replica', 'behind', 'wait'])
  const { behind = 'primary' } = options
  checkPool(options.primary, 'primary')
  checkPool(options.replica, 'replica')
  if (behind !== 'primary' && behind !== 'skip')
    throw optionError('behind', "'primary' or 'skip'", behind)
  const waitMs = toMs(options.wait ?? '0s', 'wait')
  if (waitMs === Infinity) throw optionError('wait', 'not for ever', options.wait)
  return new FencedReplica(cache, options.primary, options.replica, behind, waitMs)
}

class FencedReplica<Client extends ReplicaClient> implements Replica<Client> {
  readonly #cache: Cache
  readonly #primary: ReplicaPool<Client>
  readonly #replica: ReplicaPool<Client>
  readonly #behind: 'primary' | 'skip'
  readonly #waitMs: number

  constructor(
    cache: Cache,
    primary: ReplicaPool<Client>,
    standby: ReplicaPool<Client>,
    behind: 'primary' | 'skip',
    waitMs: number,
  ) {
    this.#cache = cache
    this.#primary = primary
    this.#replica = standby
    this.#behind = behind
    this.#waitMs = waitMs
  }

  async getOrSet<T>(
    key: Key,
    run: ReplicaLoad<Client, T>,
    options: ReplicaReadOptions,
  ): Promise<T> {
    const { tags } = options
    checkTags(tags)
    return (await this.#cache.getOrSet(
      key,
      async (context) => await this.load(context, tags, run),
      options,
    )) as T
  }

  async load<T>(
    context: LoadContext,
    tags: readonly string[],
    run: ReplicaLoad<Client, T>,
  ): Promise<T> {
    checkTags(tags)
    let fence: bigint
    try {
      fence = await this.#fenceOf(tags)
    } catch {
      // The primary is away: the replica is all that there is, and of how far it is nothing is known.
      context.skip('the primary could not be asked how far its replica must be')
      return await using(this.#replica, async (client) => await run(client, context))
    }
    const read = await using(this.#replica, async (client) => {
      const at = await this.#reach(client, fence)
      if (at < fence) {
        if (this.#behind === 'primary') return undefined
        context.skip(`the replica is ${fence - at} bytes behind`)
      }
      return { value: await this.#watched(client, context, run, at) }
    })
    if (read !== undefined) return read.value
    return await using(this.#primary, async (client) => await run(client, context))
  }

  async query<Row>(query: ReplicaQuery): Promise<Row[]> {
    const asked = { ...query, dialect: 'postgres' } as const
    const { sql, params } = query
    if (params !== undefined && !Array.isArray(params))
      throw optionError('params', 'a list, as node-postgres takes them', params)
    const tables = dependenciesOf(asked)?.tables ?? []
    // Not by row: every change of a table, also of known rows, invalidates the table's own tag.
    const tags = [...tables.map(tableTag), ...(query.tags ?? []), ANY_TABLE_TAG]
    const send = async (client: Client): Promise<Row[]> =>
      (await client.query(sql, params === undefined ? [] : [...params])).rows as Row[]
    return await cachedQuery(this.#cache, {
      ...asked,
      run: async (context) =>
        context === undefined
          ? await using(this.#primary, send)
          : await this.load(context, tags, send),
    })
  }

  /** Runs it, and also asks for the tags that it learns of only while it runs. */
  async #watched<T>(
    client: Client,
    context: LoadContext,
    run: ReplicaLoad<Client, T>,
    at: bigint,
  ): Promise<T> {
    const learned: string[] = []
    const tag = (...tags: string[]): void => {
      context.tag(...tags)
      learned.push(...tags)
    }
    const { signal, previous, ttl, stale, skip } = context
    const value = await run(client, { signal, previous, ttl, stale, skip, tag })
    if (learned.length > 0 && !(await this.#isPast(learned, at)))
      context.skip('the replica is behind for a tag that the load has added')
    return value
  }

  async #isPast(tags: readonly string[], at: bigint): Promise<boolean> {
    try {
      return at >= (await this.#fenceOf(tags))
    } catch {
      return false
    }
  }

  /** Only ever grows, so what was reached before a query is what the query shows at least. */
  async #reach(client: Client, fence: bigint): Promise<bigint> {
    const giveUpAt = systemClock.now() + this.#waitMs
    for (;;) {
      const at = await positionOf(client, POSITION)
      if (at >= fence || systemClock.now() >= giveUpAt) return at
      await new Promise<void>((resolve) => {
        systemClock.after(LOOK_EVERY_MS, resolve)
      })
    }
  }

  async #fenceOf(tags: readonly string[]): Promise<bigint> {
    const positions = await Promise.all(
      [...new Set(tags)].map(async (tag) => await this.#fence(tag)),
    )
    return positions.reduce((furthest, each) => (each > furthest ? each : furthest), 0n)
  }

  async #fence(tag: string): Promise<bigint> {
    const load = async (): Promise<string> => {
      const at = await using(this.#primary, async (client) => await positionOf(client, FENCE))
      return String(at)
    }
    // Strict: near, a fence may still stand for a while after its tag was invalidated.
    const terms = { ttl: FENCE_TTL, tags: [tag], strict: true, stale: '0s' } as const
    return BigInt(await this.#cache.getOrSet(['breakwater', 'fence', tag], load, terms))
  }
}

async function positionOf(client: ReplicaClient, text: string): Promise<bigint> {
  const [row] = (await client.query(text)).rows as { position: string | null }[]
  const position = row?.position
  return typeof position === 'string' ? BigInt(position) : -1n
}

/** Lends a connection; one on which something failed is not used again. */
async function using<Client extends ReplicaClient, T>(
  pool: ReplicaPool<Client>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let failed = true
  try {
    const result = await work(client)
    failed = false
    return result
  } finally {
    client.release(failed)
  }
}

function checkTags(tags: unknown): void {
  if (Array.isArray(tags) && tags.length > 0) return
  throw optionError(
    'tags',
    'at least one tag: by them it is known how far the replica must be',
    tags,
  )
}
