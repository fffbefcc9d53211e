// Sequelize takes a connection from its pool for each query that has no transaction, and builds instances from what the
// connection gives. So a stand-in for that connection answers from the cache, and models, includes, getters and types are
// Sequelize's own work on a hit as on a miss. A transaction, given or found by CLS, has its own connection.
import { CacheError, optionError } from '../../../base/errors.ts'
import { answered, askedNow } from '../../asked.ts'

type Answer = (error: Error | null, result?: unknown) => void

/** A connection of `pg`, as the queries of Sequelize 6 use it. */
interface Connection {
  query(sql: string, params: unknown[], answer: Answer): unknown
}

interface ConnectionManager {
  getConnection(options?: object): Promise<unknown>
  releaseConnection(connection: unknown): void
}

/** The members of a Sequelize 6 instance that the adapter uses. */
export interface SequelizeLike {
  getDialect(): string
  readonly connectionManager: object
}

/** What is kept of pg's result. */
interface Rows {
  readonly rows: readonly object[]
  readonly rowCount: number
}

const mounted = new WeakSet<object>()
let anyMounted = false

/** Whether any instance was given to {@link cacheSequelize}: without, nothing could be cached, and nobody would notice. */
export function isMounted(): boolean {
  return anyMounted
}

/**
 * Lets {@link cached} answer the reads of this Sequelize 6 instance from a cache: `cacheSequelize(sequelize)`, once, after
 * `new Sequelize(...)`. Reads that nobody asked to cache go their usual way.
 *
 * @returns the same instance
 * @throws {CacheError} `E_OPTION` when it is none; `E_UNSUPPORTED` when its database is not PostgreSQL
 */
export function cacheSequelize<S extends SequelizeLike>(sequelize: S): S {
  const manager = (sequelize as Partial<SequelizeLike> | undefined)?.connectionManager as
    | ConnectionManager
    | undefined
  if (typeof manager?.getConnection !== 'function')
    throw optionError('sequelize', 'an instance of Sequelize 6', sequelize)
  const dialect = sequelize.getDialect()
  if (dialect !== 'postgres') {
    throw new CacheError(
      'E_UNSUPPORTED',
      `breakwater/sequelize caches reads of PostgreSQL, and not of ${dialect}.`,
    )
  }
  anyMounted = true
  if (mounted.has(manager)) return sequelize
  mounted.add(manager)
  const getConnection = manager.getConnection.bind(manager)
  const releaseConnection = manager.releaseConnection.bind(manager)
  manager.getConnection = async (options) => {
    // With a uuid it is for a transaction that begins.
    const isQuery = options !== undefined && 'type' in options && !('uuid' in options)
    if (askedNow() === undefined || !isQuery || options.type !== 'SELECT')
      return await getConnection(options)
    return new AskedConnection(async (sql, params) => {
      // Not a replica, which may be behind what was invalidated.
      const connection = await getConnection({ ...options, useMaster: true })
      try {
        return await send(connection as Connection, sql, params)
      } finally {
        releaseConnection(connection)
      }
    })
  }
  manager.releaseConnection = (connection) => {
    if (!(connection instanceof AskedConnection)) releaseConnection(connection)
  }
  return sequelize
}

/** Stands in for a connection while `cached()` runs. */
class AskedConnection implements Connection {
  readonly #run: (sql: string, params: readonly unknown[]) => Promise<Rows>

  constructor(run: (sql: string, params: readonly unknown[]) => Promise<Rows>) {
    this.#run = run
  }

  query(sql: string, paramsOrAnswer: unknown[] | Answer, answer?: Answer): void {
    const [params, done] =
      typeof paramsOrAnswer === 'function' ? [[], paramsOrAnswer] : [paramsOrAnswer, answer]
    void this.#answer(sql, params, done)
  }

  async #answer(sql: string, params: readonly unknown[], done: Answer | undefined): Promise<void> {
    let result: Rows
    try {
      result = await this.#read(sql, params)
    } catch (error) {
      done?.(error as Error)
      return
    }
    done?.(null, result)
  }

  async #read(sql: string, params: readonly unknown[]): Promise<Rows> {
    const asked = askedNow()
    if (asked === undefined) return await this.#run(sql, params)
    const { rows, rowCount } = await answered(asked, {
      dialect: 'postgres',
      sql,
      params,
      form: 'sequelize',
      run: () => this.#run(sql, params),
    })
    // Instances keep their row and change it.
    return { rows: rows.map((row) => ({ ...row })), rowCount }
  }
}

async function send(
  connection: Connection,
  sql: string,
  params: readonly unknown[],
): Promise<Rows> {
  return await new Promise((resolve, reject) => {
    connection.query(sql, [...params], (error, result) => {
      if (error) {
        reject(error)
        return
      }
      const { rows, rowCount } = result as Rows
      resolve({ rows, rowCount })
    })
  })
}
