// A query of Kysely does not tell whether it belongs to a transaction, and a plugin cannot answer in the database's place. The
// driver can: transactions and `db.connection()` bring their own connection, and a query that comes with none asks the driver
// for one. What it gets while `cached()` runs takes a connection from the pool only to load.
import { optionError } from '../../../base/errors.ts'
import { answered, askedNow } from '../../asked.ts'
import type { Dialect } from '../../dialect.ts'
import type {
  CompiledKyselyQuery,
  KyselyConnection,
  KyselyDialect,
  KyselyDriver,
  KyselyResult,
} from './dialect.ts'

let mounted = false

/** Whether any dialect was given to {@link cacheDialect}: without, nothing could be cached, and nobody would notice. */
export function isMounted(): boolean {
  return mounted
}

/**
 * The same dialect of Kysely 0.28 or 0.29, whose queries {@link cached} can answer from a cache:
 * `new Kysely({ dialect: cacheDialect(new PostgresDialect({ pool })) })`. Queries that nobody asked to cache go their usual way.
 *
 * @throws {CacheError} `E_OPTION` when it is none, or speaks none of PostgreSQL's, MySQL's and SQLite's SQL
 */
export function cacheDialect<D extends KyselyDialect>(dialect: D): D {
  if (typeof (dialect as Partial<KyselyDialect> | undefined)?.createDriver !== 'function')
    throw optionError('dialect', "a dialect of Kysely, such as 'new PostgresDialect(...)'", dialect)
  const speaks = spokenBy(dialect)
  mounted = true
  return overlaid(dialect, {
    createDriver: () => cachingDriver(dialect.createDriver() as KyselyDriver, speaks),
  })
}

function spokenBy(dialect: KyselyDialect): Dialect {
  const name = dialect.createAdapter().constructor.name
  for (const known of ['postgres', 'mysql', 'sqlite'] as const) {
    if (name.toLowerCase().startsWith(known)) return known
  }
  throw optionError('dialect', 'one whose adapter is that of PostgreSQL, MySQL or SQLite', name)
}

function cachingDriver(driver: KyselyDriver, speaks: Dialect): KyselyDriver {
  return overlaid(driver, {
    async acquireConnection(...rest: unknown[]) {
      return askedNow() === undefined
        ? await driver.acquireConnection(...rest)
        : new AskedConnection(driver, speaks)
    },
    async releaseConnection(connection: KyselyConnection, ...rest: unknown[]) {
      if (!(connection instanceof AskedConnection))
        await driver.releaseConnection(connection, ...rest)
    },
  })
}

/** Stands in for a connection while `cached()` runs. */
class AskedConnection implements KyselyConnection {
  readonly #driver: KyselyDriver
  readonly #speaks: Dialect

  constructor(driver: KyselyDriver, speaks: Dialect) {
    this.#driver = driver
    this.#speaks = speaks
  }

  async executeQuery(query: CompiledKyselyQuery): Promise<KyselyResult> {
    const run = async (): Promise<KyselyResult> => {
      const connection = await this.#driver.acquireConnection()
      try {
        return await connection.executeQuery(query)
      } finally {
        await this.#driver.releaseConnection(connection)
      }
    }
    const asked = askedNow()
    if (asked === undefined) return await run()
    const rows = await answered(asked, {
      dialect: this.#speaks,
      sql: query.sql,
      params: query.parameters,
      form: 'kysely',
      run: async () => (await run()).rows,
    })
    return { rows }
  }

  async *streamQuery(
    query: CompiledKyselyQuery,
    ...rest: unknown[]
  ): AsyncGenerator<unknown, void, undefined> {
    const connection = await this.#driver.acquireConnection()
    try {
      yield* connection.streamQuery(query, ...rest)
    } finally {
      await this.#driver.releaseConnection(connection)
    }
  }
}

/** The object with some methods replaced. Not a copy: its classes have private members. */
function overlaid<T extends object>(object: T, methods: Partial<Record<string, unknown>>): T {
  return new Proxy(object, {
    get(target, name) {
      if (typeof name === 'string' && Object.hasOwn(methods, name)) return methods[name]
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
