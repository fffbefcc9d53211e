import type { Opened, Writer } from './writer.ts'

/** Each loads what it needs and no other's. */
const onPostgres = () => import('./postgres.ts')
const onSqlite = () => import('./sqlite.ts')

/** Whose databases other processes can share: they keep the contract of processes. */
export const LIBRARIES: Readonly<Record<string, (opened: Opened) => Promise<Writer>>> = {
  pg: async (opened) => (await onPostgres()).openPg(opened),
  Drizzle: async (opened) => (await onPostgres()).openDrizzle(opened),
  Kysely: async (opened) => (await onPostgres()).openKysely(opened),
  Knex: async (opened) => (await onPostgres()).openKnex(opened),
  TypeORM: async (opened) => (await onPostgres()).openTypeorm(opened),
  Sequelize: async (opened) => (await onPostgres()).openSequelize(opened),
  Prisma: async (opened) => (await onPostgres()).openPrisma(opened),
  mysql2: async (opened) => (await import('./mysql.ts')).openMysql(opened),
  'better-sqlite3': async (opened) => (await onSqlite()).openBetterSqlite(opened),
  'node:sqlite': async (opened) => (await onSqlite()).openNodeSqlite(opened),
  libsql: async (opened) => (await onSqlite()).openLibsql(opened),
  mongodb: async (opened) => (await import('./mongodb.ts')).openMongodb(opened),
  Mongoose: async (opened) => (await import('./mongoose.ts')).openMongoose(opened),
}

/** Whose database is of one process and dies with it. */
export const OF_ONE_PROCESS = ['PGlite', 'SQLite in memory']
