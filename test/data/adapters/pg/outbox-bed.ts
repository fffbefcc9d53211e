import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { followOutbox, type OutboxOptions } from '../../../../src/data/adapters/pg/outbox.ts'
import { outboxRemovalSql, outboxSql } from '../../../../src/data/adapters/pg/outbox-sql.ts'
import type { ChangeSink } from '../../../../src/data/follower.ts'
import type { Following } from '../../../../src/data/following.ts'
import { type PostgresServer, startPostgres } from '../../../servers/postgres.ts'

/** A real PostgreSQL with a table of products, new for each test. */
export interface OutboxBed {
  readonly server: PostgresServer
  readonly pool: pg.Pool
  sql(...statements: string[]): Promise<void>
  rows(statement: string): Promise<unknown[][]>
  install(...tables: string[]): Promise<void>
  /** Follows, and waits until it reads. */
  follow(told: ChangeSink, options?: OutboxOptions): Promise<Following>
  /** Is closed after the test. */
  own<T extends { close(): Promise<void> }>(it: T): T
}

export function outboxBed(): OutboxBed {
  let server: PostgresServer
  let pool: pg.Pool
  const open: { close(): Promise<void> }[] = []

  beforeAll(async () => {
    server = await startPostgres()
    pool = new pg.Pool({ connectionString: server.url, max: 20 })
    pool.on('error', () => {})
  })
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })
  beforeEach(async () => {
    await bed.sql(
      'create table products (id integer primary key, name text, price integer)',
      "insert into products select n, 'p' || n, n from generate_series(1, 300) n",
    )
  })
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
    await bed.sql(...outboxRemovalSql(), 'drop schema public cascade', 'create schema public')
    await bed.sql('grant usage on schema public to public')
  })

  const bed: OutboxBed = {
    get server() {
      return server
    },
    get pool() {
      return pool
    },
    async sql(...statements) {
      for (const statement of statements) await pool.query(statement)
    },
    async rows(statement) {
      return (await pool.query({ text: statement, rowMode: 'array' })).rows as unknown[][]
    },
    async install(...tables) {
      await bed.sql(...outboxSql({ tables }))
    },
    async follow(told, options = {}) {
      const own = { interval: '10ms', onError: () => {}, ...options } as const
      const following = bed.own(followOutbox(pool, told, own))
      await expect.poll(() => following.reads).toBe(true)
      return following
    },
    own(it) {
      open.push(it)
      return it
    },
  }
  return bed
}
