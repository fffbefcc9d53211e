import type { Change, Operation } from '../../change.ts'
import type { ChangeSource, Heard } from '../../follower.ts'
import type { SourceContext } from '../../following.ts'
import { rowId } from '../../tags.ts'
import { CHANNEL, type OutboxStatements } from './outbox-statements.ts'
import { KeptConnection } from '../../kept-connection.ts'
import { lendFrom, type LendingPool, type LentClient } from './lent-client.ts'

/** Rows of the outbox read at a time; of more only the tables are asked for. */
const MOST_ROWS = 10_000
const CLEANED_AT_A_TIME = 1000
/** How often a reader says that it lives when there is nothing else to say, in parts of its lease. */
const RENEWALS = 3
const CLEAN_EVERY_MS = 1000
const CHECK_EVERY_MS = 60_000

export interface OutboxSourceOptions extends SourceContext {
  readonly name: string
  /** It is this process's alone, and goes with it. */
  readonly private: boolean
  readonly owner: string
  readonly leaseMs: number
  readonly keepMs: number
  readonly listen: boolean
  readonly defaultSchema: string
}

interface OutboxRow {
  readonly s: string
  readonly e: string
  readonly o: string
  readonly k: number
  readonly i: readonly string[] | null
}

interface Look {
  readonly snapshot: string
  readonly timeline: string
  readonly rows: string
}

interface Position {
  readonly snapshot: string
  readonly timeline: string
}

/**
 * Reads what is visible now and was not when it looked last: the position is a snapshot. A number from a sequence would skip
 * what was numbered earlier and is committed later; to wait until everything below it is decided (`x < xmin`) would make each
 * change wait for the longest transaction of the whole server.
 *
 * The position of a fleet lies in the database, and the process that reads has a lease on it.
 */
export class OutboxSource implements ChangeSource {
  readonly #connection: KeptConnection
  readonly #statements: OutboxStatements
  readonly #options: OutboxSourceOptions
  /** Of tables that are watched; those whose primary key is another one than their triggers know are `false`. */
  #watched = new Map<string, boolean>()
  #checkedAt = -Infinity
  #position: Position | undefined
  #next: Position | undefined
  /** Everything before this position is to be invalidated. */
  #isAnew = false
  #saidAt = -Infinity
  /** The last look has found something. */
  #found = false
  #cleanedAt = -Infinity
  #cleanable = false

  constructor(pool: LendingPool, statements: OutboxStatements, options: OutboxSourceOptions) {
    this.#statements = statements
    this.#options = options
    this.#connection = new KeptConnection(
      async (lost) => await lendFrom(pool, lost),
      async ({ client, rows }) => {
        if (!options.listen) return
        ;(client as LentClient).on('notification', ({ channel }) => {
          if (channel === CHANNEL) options.onWake()
        })
        await rows(`listen ${CHANNEL}`, [])
      },
      options.onWake,
    )
  }

  get entities(): readonly string[] | 'all' {
    return this.#watched.size === 0 ? 'all' : [...this.#watched.keys()]
  }

  async read(): Promise<Heard | undefined> {
    if (this.#position === undefined && !(await this.#claim())) return undefined
    const { now } = this.#options
    if (now() - this.#checkedAt >= CHECK_EVERY_MS) await this.#check()

    const lost = this.#isAnew ? this.entities : undefined
    const { snapshot } = this.#position as Position
    const [look] = await this.#connection.rows<Look>(this.#statements.look, [
      snapshot,
      MOST_ROWS + 1,
    ])
    const { rows: text, ...next } = look as Look
    const rows = JSON.parse(text) as OutboxRow[]
    // Tables that have been watched since.
    if (rows.some(({ s, e }) => !this.#watched.has(this.#entity(s, e)))) await this.#check()
    if (rows.length <= MOST_ROWS) {
      this.#next = next
      this.#found = rows.length > 0
      return { changes: rows.map((row) => this.#changeOf(row)), lost, more: this.#cleanable }
    }
    const [all] = await this.#connection.rows<Look>(this.#statements.tables, [snapshot])
    const { rows: names, ...after } = all as Look
    this.#next = after
    this.#found = true
    const changes = (JSON.parse(names) as OutboxRow[]).map((row) => this.#changeOf(row))
    return { changes, lost, more: true }
  }

  async confirm(): Promise<void> {
    const { name, owner, leaseMs, now } = this.#options
    const next = this.#next as Position
    this.#position = next
    // Where nothing was found, to begin there again costs nothing; and each word of ours is news to the next look.
    const isQuiet = !this.#found && !this.#cleanable && !this.#isAnew
    if (isQuiet && now() - this.#saidAt < leaseMs / RENEWALS) return
    const said = now()
    const values = [name, owner, leaseMs / 1000, next.snapshot, next.timeline]
    const held = await this.#connection.rows(this.#statements.confirm, values)
    if (held.length === 0) {
      // Another process has taken over, or we were away for so long that we were forgotten.
      this.#position = undefined
      return
    }
    this.#saidAt = said
    this.#isAnew = false
    if (this.#cleanable || said - this.#cleanedAt >= CLEAN_EVERY_MS) await this.#clean(said)
  }

  reset(): void {
    this.#position = undefined
    this.#connection.drop()
  }

  async close(): Promise<void> {
    const { name, owner, private: isPrivate, onError } = this.#options
    const { leave, forget } = this.#statements
    try {
      if (this.#position !== undefined)
        await this.#connection.rows(isPrivate ? forget : leave, [name, owner])
    } catch (error) {
      onError(error)
    }
    this.#connection.close()
  }

  /** @returns whether this process reads */
  async #claim(): Promise<boolean> {
    const { name, owner, leaseMs, now } = this.#options
    this.#saidAt = now()
    const values = [name, owner, leaseMs / 1000]
    const [made] = await this.#connection.rows<Position>(this.#statements.register, values)
    if (made !== undefined) return await this.#beginAnew(made)
    const [found] = await this.#connection.rows<Position & { current: string; ahead: boolean }>(
      this.#statements.claim,
      values,
    )
    if (found === undefined) return false
    const { snapshot, timeline, current, ahead } = found
    if (timeline !== current || ahead) {
      // A server that was promoted or restored gives the numbers of lost transactions to new ones. And a position without a
      // timeline is one whose reader has died before it could say that it knows nothing of what was before.
      const [moved] = await this.#connection.rows<Position>(this.#statements.restart, [name, owner])
      return moved !== undefined && (await this.#beginAnew(moved))
    }
    this.#position = { snapshot, timeline }
    return true
  }

  /** From now on; of what was before nothing is known. */
  async #beginAnew(position: Position): Promise<true> {
    this.#isAnew = true
    await this.#check()
    this.#position = position
    return true
  }

  /** Which tables are watched, and whether their triggers still know their keys. */
  async #check(): Promise<void> {
    const rows = await this.#connection.rows<{
      s: string
      e: string
      known: boolean
    }>(this.#statements.watched)
    const watched = new Map<string, boolean>()
    for (const { s, e, known } of rows) watched.set(this.#entity(s, e), known)
    this.#watched = watched
    this.#checkedAt = this.#options.now()
  }

  async #clean(now: number): Promise<void> {
    this.#cleanedAt = now
    await this.#connection.rows(this.#statements.expire, [this.#options.keepMs / 1000])
    const [gone] = await this.#connection.rows<{ n: number }>(this.#statements.clean, [
      CLEANED_AT_A_TIME,
    ])
    this.#cleanable = gone?.n === CLEANED_AT_A_TIME
  }

  #changeOf({ s, e, o, k, i }: OutboxRow): Change {
    const entity = this.#entity(s, e)
    const operation = OPERATIONS.has(o) ? (o as Operation) : 'unknown'
    if (i === null || this.#watched.get(entity) !== true) return { entity, operation }
    const ids = k === 1 ? i : i.map((each) => rowId(...(JSON.parse(each) as string[])))
    return { entity, operation, ids }
  }

  #entity(schema: string, table: string): string {
    return schema === this.#options.defaultSchema ? table : `${schema}.${table}`
  }
}

const OPERATIONS: ReadonlySet<string> = new Set(['insert', 'update', 'delete'])
