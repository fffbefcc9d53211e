import { createHash } from 'node:crypto'
import type { Change, Operation } from '../../change.ts'
import type { ChangeSource, Heard } from '../../follower.ts'
import type { SourceContext } from '../../following.ts'
import { KeptConnection, type OpenConnection } from '../../kept-connection.ts'
import { rowId } from '../../tags.ts'
import { outboxName } from './outbox-sql.ts'
import { outboxTables } from './outbox-tables.ts'

/** What is used of a connection that a pool of mysql2/promise lends. */
interface LentMysql {
  query(text: string, values?: unknown[]): Promise<[unknown, unknown]>
  destroy(): void
  readonly connection?: { on(event: 'error' | 'end', listener: () => void): unknown }
}

/** What is used of a pool of mysql2/promise. */
export interface LendingMysql {
  getConnection(): Promise<LentMysql>
}

export interface MysqlOutboxSourceOptions extends SourceContext {
  readonly outbox: string | undefined
}

const MOST_ROWS = 2000
/** Rows of one table that are told one by one; of more the whole table counts as changed. */
const MOST_IDS = 1000
const CHECK_EVERY_MS = 60_000

interface OutboxRow {
  readonly id: number | string
  readonly e: string
  readonly o: string
  readonly k: string
  readonly i: string | null
}

/**
 * Handles the rows that are there and deletes them: whoever commits late appears late. A position among their numbers would
 * skip him, since InnoDB gives numbers out before the commit and has no word for "everything below is decided".
 *
 * One process of the fleet reads: the one whose connection holds the lock of the outbox's name.
 */
export class MysqlOutboxSource implements ChangeSource {
  readonly #connection: KeptConnection
  readonly #options: MysqlOutboxSourceOptions
  readonly #outbox: string
  /** By table the columns of its primary key now. */
  #keys = new Map<string, string>()
  #ready = false
  #checkedAt = -Infinity
  #handled: (number | string)[] = []

  constructor(pool: LendingMysql, options: MysqlOutboxSourceOptions) {
    this.#options = options
    this.#outbox = outboxName(options.outbox)
    this.#connection = new KeptConnection(
      async (lost) => await lendFrom(pool, lost),
      async ({ rows }) => {
        // A snapshot that lasts would never show what is committed after it.
        await rows('set session transaction isolation level read committed', [])
        await rows('set session autocommit = 1', [])
      },
      options.onWake,
    )
  }

  get entities(): readonly string[] | 'all' {
    return this.#keys.size === 0 ? 'all' : [...this.#keys.keys()]
  }

  async read(): Promise<Heard | undefined> {
    if (!this.#ready && !(await this.#lock())) return undefined
    const text = `select id, entity e, operation o, key_columns k, row_id i from ${this.#outbox} order by id limit ${MOST_ROWS}`
    const rows = await this.#connection.rows<OutboxRow>(text)
    const isDue = this.#options.now() - this.#checkedAt >= CHECK_EVERY_MS
    if (isDue || rows.some(({ e }) => !this.#keys.has(e))) await this.#check(rows)
    this.#handled = rows.map(({ id }) => id)
    return { changes: this.#changesOf(rows), more: rows.length === MOST_ROWS }
  }

  async confirm(): Promise<void> {
    if (this.#handled.length === 0) return
    await this.#connection.rows(`delete from ${this.#outbox} where id in (?)`, [this.#handled])
    this.#handled = []
  }

  reset(): void {
    this.#ready = false
    this.#connection.drop()
  }

  async close(): Promise<void> {
    this.#connection.close()
  }

  /** It goes with the connection. */
  async #lock(): Promise<boolean> {
    const digest = createHash('sha256').update(this.#outbox).digest('hex').slice(0, 16)
    const text = "select get_lock(concat('breakwater ', ?, ' ', left(database(), 32)), 0) as mine"
    const [lock] = await this.#connection.rows<{ mine: number | string | null }>(text, [digest])
    this.#ready = Number(lock?.mine) === 1
    return this.#ready
  }

  /** Which tables are watched, and what their keys are now: a trigger knows them as they were when it was made. */
  async #check(rows: readonly OutboxRow[]): Promise<void> {
    const watched = await this.#connection.rows<{ e: string }>(
      `select distinct case when event_object_schema = database() then event_object_table
         else concat(event_object_schema, '.', event_object_table) end as e
       from information_schema.triggers where trigger_name like 'breakwater\\\\_%'`,
    )
    const names = [...new Set([...watched, ...rows].map(({ e }) => e))]
    const query = async (text: string, values: unknown[] = []): Promise<[unknown, unknown]> => [
      await this.#connection.rows(text, values),
      undefined,
    ]
    const tables = await outboxTables({ query }, names)
    this.#keys = new Map(names.map((name) => [name, '']))
    for (const { name, key } of tables) this.#keys.set(name, JSON.stringify(key))
    this.#checkedAt = this.#options.now()
  }

  #changesOf(rows: readonly OutboxRow[]): Change[] {
    const found = new Map<string, { operation: Operation; ids: Set<string> | undefined }>()
    for (const { e, o, k, i } of rows) {
      const operation = OPERATIONS.has(o) ? (o as Operation) : 'unknown'
      const table = found.get(e) ?? { operation, ids: new Set<string>() }
      found.set(e, table)
      if (table.operation !== operation) table.operation = 'unknown'
      if (i === null || this.#keys.get(e) !== k) table.ids = undefined
      else table.ids?.add(JSON.parse(k).length === 1 ? i : rowId(...(JSON.parse(i) as string[])))
      if (table.ids !== undefined && table.ids.size > MOST_IDS) table.ids = undefined
    }
    return [...found].map(([entity, { operation, ids }]) =>
      ids === undefined ? { entity, operation } : { entity, operation, ids: [...ids] },
    )
  }
}

const OPERATIONS: ReadonlySet<string> = new Set(['insert', 'update', 'delete'])

async function lendFrom(pool: LendingMysql, lost: () => void): Promise<OpenConnection> {
  const client = await pool.getConnection()
  for (const event of ['error', 'end'] as const) client.connection?.on(event, lost)
  return {
    client,
    rows: async (text, values) => {
      const [rows] = await client.query(text, values)
      return Array.isArray(rows) ? rows : []
    },
    drop: () => client.destroy(),
  }
}
