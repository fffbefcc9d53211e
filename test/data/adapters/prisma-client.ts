import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const SCHEMA = `
generator client {
  provider = "prisma-client-js"
  output   = "./client"
}
datasource db {
  provider = "postgresql"
}
model Product {
  id      Int      @id
  name    String   @map("title")
  price   Decimal
  seenAt  DateTime @default(now()) @map("seen_at")
  big     BigInt?
  reviews Review[]
  tags    Tag[]

  @@map("products")
}
model Review {
  id        Int     @id @default(autoincrement())
  body      String
  productId Int     @map("product_id")
  product   Product @relation(fields: [productId], references: [id], onDelete: Cascade)

  @@map("reviews")
}
model Tag {
  name     String    @id
  products Product[]

  @@map("tags")
}
model Item {
  id Int @id
  n  Int @default(0)

  @@map("items")
}
`

type Row = Record<string, unknown>
type Args = Record<string, unknown>

/** What the tests use of a model. */
interface Delegate {
  findUnique(args: Args): PromiseLike<Row | null>
  findUniqueOrThrow(args: Args): PromiseLike<Row>
  findFirst(args?: Args): PromiseLike<Row | null>
  findMany(args?: Args): PromiseLike<Row[]>
  count(args?: Args): PromiseLike<number>
  aggregate(args: Args): PromiseLike<Row>
  groupBy(args: Args): PromiseLike<Row[]>
  create(args: Args): PromiseLike<Row>
  update(args: Args): PromiseLike<Row>
  updateMany(args: Args): PromiseLike<unknown>
  upsert(args: Args): PromiseLike<Row>
  delete(args: Args): PromiseLike<Row>
}

export interface Client {
  readonly product: Delegate
  readonly review: Delegate
  readonly tag: Delegate
  readonly item: Delegate
  $extends(extension: unknown): this
  $transaction<T>(work: (tx: Client) => Promise<T>): Promise<T>
  $transaction(work: readonly PromiseLike<unknown>[]): Promise<unknown[]>
  $queryRaw<T>(strings: TemplateStringsArray, ...values: unknown[]): PromiseLike<T>
  $queryRawUnsafe<T>(sql: string, ...values: unknown[]): PromiseLike<T>
  $executeRaw(strings: TemplateStringsArray, ...values: unknown[]): PromiseLike<number>
  $disconnect(): Promise<void>
}

export interface Generated {
  readonly PrismaClient: new (options: { adapter: unknown }) => Client
  /** The folder of the client, for another process. */
  readonly folder: string
  readonly Prisma: { readonly Decimal: new (text: string) => object; readonly DbNull: object }
  /** Removes it. */
  remove(): Promise<void>
}

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

/** The client that `prisma generate` makes of the tests' schema, in a folder of its own. */
export async function generatePrisma(): Promise<Generated> {
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-prisma-'))
  await writeFile(join(folder, 'schema.prisma'), SCHEMA)
  await writeFile(join(folder, 'package.json'), '{}')
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const command = join(root, 'node_modules/prisma/build/index.js')
  // The schema engine is for migrations; named so that nobody fetches it.
  const offline = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' }
  await run(process.execPath, [command, 'generate'], {
    cwd: folder,
    env: { ...process.env, ...offline },
  })
  const { PrismaClient, Prisma } = createRequire(join(folder, 'x.js'))('./client') as Generated
  const client = join(folder, 'client')
  return {
    PrismaClient,
    Prisma,
    folder: client,
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
