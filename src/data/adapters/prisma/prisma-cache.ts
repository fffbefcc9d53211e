import { optionError } from '../../../base/errors.ts'
import { refuseUnknown } from '../../../base/suggest.ts'
import { answered, type Asked, askedNow } from '../../asked.ts'
import type { Dialect } from '../../dialect.ts'
import { asSql, type QueryText } from './as-sql.ts'
import { type DecimalClass, fromStored, toStored } from './decimals.ts'
import { type Described, type Models, modelsOf } from './models.ts'

/** What is needed of Prisma beyond its client. */
export interface PrismaCacheOptions {
  /** `Prisma.Decimal` of the generated client. Needed where results have decimals; without it those are refused. */
  readonly Decimal?: DecimalClass
}

/** What `$extends` takes. It adds nothing to the client's types. */
export type PrismaCacheExtension = (client: unknown) => {
  // Prisma merges these into the client's types, so that nothing but the empty type adds nothing.
  // oxlint-disable-next-line typescript/no-generated-empty-object-type
  $extends: { extArgs: Record<'result' | 'model' | 'query' | 'client', Record<never, never>> }
}

/** The members of a client that the extension uses; those that begin with an underscore are internal to Prisma 7. */
interface Client extends Described {
  $extends(extension: object): Client
  readonly _activeProvider?: string
  readonly _globalOmit?: unknown
}

/** What an extension is given for each operation. */
interface OperationCall {
  readonly model?: string
  readonly operation: string
  readonly args: unknown
  readonly query: (args: unknown) => Promise<unknown>
  /** Not documented. Without it nobody can tell whether this is in a transaction. */
  readonly __internalParams?: {
    readonly transaction?: unknown
    readonly dataPath?: readonly string[]
  }
}

const READS: ReadonlySet<string> = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
  '$queryRaw',
  '$queryRawUnsafe',
  '$queryRawTyped',
])

const SPOKEN: Readonly<Record<string, Dialect>> = {
  postgresql: 'postgres',
  cockroachdb: 'postgres',
  mysql: 'mysql',
  sqlite: 'sqlite',
}

const heard = new WeakSet<Asked>()

/** Whether a client with the extension has seen what was asked. */
export function wasHeard(asked: Asked): boolean {
  return heard.has(asked)
}

/**
 * The extension of Prisma 7 by which `cached()` can answer its reads from a cache:
 * `new PrismaClient({ adapter: new PrismaPg(pool) }).$extends(prismaCache({ Decimal: Prisma.Decimal }))`. Operations that nobody
 * asked to cache go their usual way. It sees no writes: the pool's tracked client does.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function prismaCache(options: PrismaCacheOptions = {}): PrismaCacheExtension {
  refuseUnknown('prismaCache', options, ['Decimal'])
  const { Decimal } = options
  if (Decimal !== undefined && typeof Decimal !== 'function')
    throw optionError('Decimal', 'the class Prisma.Decimal', Decimal)
  return (client) =>
    extended(client as Client, Decimal) as unknown as ReturnType<PrismaCacheExtension>
}

/**
 * The first extension is the outermost: what later ones make of arguments, a tenant's filter for instance, it would not see, and
 * give one tenant what another has asked for. So a client that has ours puts later ones around it.
 */
function extended(client: Client, Decimal: DecimalClass | undefined): Client {
  const known = { client, models: modelsOf(client), Decimal }
  const own = client.$extends({
    name: 'breakwater',
    query: { $allOperations: async (call: OperationCall) => await answer(call, known) },
  })
  const proxy: Client = new Proxy(own, {
    get(target, name) {
      if (name !== '$extends') return Reflect.get(target, name, target) as unknown
      return (extension: object | ((on: Client) => unknown)) =>
        typeof extension === 'function'
          ? extension(proxy)
          : extended(client.$extends(extension), Decimal)
    },
  })
  return proxy
}

/** What an extended client is. */
interface Known {
  readonly client: Client
  readonly models: Models
  readonly Decimal: DecimalClass | undefined
}

async function answer(call: OperationCall, known: Known): Promise<unknown> {
  const asked = askedNow()
  if (asked === undefined) return await call.query(call.args)
  const isRead = READS.has(call.operation)
  if (!isRead && !heard.has(asked)) throw optionError('query', 'a read', call.operation)
  heard.add(asked)
  const within = call.__internalParams
  const mayBeInTransaction = within === undefined || within.transaction !== undefined
  // Later operations are those of other extensions.
  const query = isRead && !mayBeInTransaction ? queryOf(call, known) : undefined
  if (query === undefined) return await call.query(call.args)

  const stored = await answered(asked, {
    ...query,
    form: 'prisma',
    run: async () => toStored(await call.query(call.args)),
  })
  return fromStored(stored, known.Decimal)
}

/** `undefined`: it cannot be told what is read. */
function queryOf(call: OperationCall, { client, models }: Known): QueryText | undefined {
  const { model, operation, args, __internalParams } = call
  const dialect = SPOKEN[client._activeProvider ?? '']
  if (dialect === undefined) return undefined
  if (model === undefined) return rawQuery(args, dialect)
  if (models[model] === undefined) return undefined
  const rest = [__internalParams?.dataPath ?? [], client._globalOmit ?? null]
  return asSql(dialect, models, model, operation, args, rest)
}

/** `$queryRaw` gives a template with its values, `$queryRawUnsafe` a list of the text and its values. */
function rawQuery(args: unknown, dialect: Dialect): QueryText {
  if (Array.isArray(args)) return { dialect, sql: String(args[0]), params: args.slice(1) }
  const { text, sql, values } = args as { text?: string; sql: string; values: unknown[] }
  return { dialect, sql: dialect === 'postgres' ? (text ?? sql) : sql, params: [...values] }
}
