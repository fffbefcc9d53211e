import { type ChangeTracker } from '../../src/data/tracker.ts'
import type { Session } from '../../src/data/session.ts'
import type { Settled } from '../../src/data/statement.ts'

interface Open {
  readonly savepoint: string | undefined
  readonly rows: Map<number, number>
}

/**
 * A database of one table `items (id, n)` in this process, where each statement takes its time on the way there and on the way
 * back. It knows a dozen texts; readers see what is committed.
 */
export class StubDatabase {
  readonly rows = new Map<number, number>()
  readonly hop: () => Promise<void>

  constructor(rows: number, hop: () => Promise<void>) {
    for (let id = 1; id <= rows; id++) this.rows.set(id, 0)
    this.hop = hop
  }

  connect(): StubConnection {
    return new StubConnection(this)
  }
}

export type StubRow = { readonly id: number; readonly n: number }

export class StubConnection {
  readonly #database: StubDatabase
  #open: Open[] = []

  constructor(database: StubDatabase) {
    this.#database = database
  }

  get state(): 'none' | 'open' {
    return this.#open.length === 0 ? 'none' : 'open'
  }

  async query(sql: string, ids: readonly number[] = []): Promise<StubRow[]> {
    await this.#database.hop()
    const rows = this.#run(sql, ids)
    await this.#database.hop()
    return rows
  }

  #run(sql: string, ids: readonly number[]): StubRow[] {
    const [, verb = '', name] =
      /^(begin|commit|rollback to|rollback|savepoint|release|update|select)\s*(\w+)?/.exec(sql) ??
      []
    if (verb === 'begin') this.#open = [{ savepoint: undefined, rows: new Map() }]
    else if (verb === 'savepoint') this.#open.push({ savepoint: name, rows: new Map() })
    else if (verb === 'rollback') this.#open = []
    else if (verb === 'rollback to' || verb === 'release') this.#end(name, verb === 'release')
    else if (verb === 'commit') {
      for (const { rows } of this.#open) for (const [id, n] of rows) this.#database.rows.set(id, n)
      this.#open = []
    } else if (verb === 'update') return ids.map((id) => this.#add(id))
    else if (verb === 'select')
      return (ids.length === 0 ? [...this.#database.rows.keys()] : ids).map((id) => this.#see(id))
    else throw new Error(`This database does not know '${sql}'.`)
    return []
  }

  #end(name: string | undefined, keep: boolean): void {
    const at = this.#open.findLastIndex(({ savepoint }) => savepoint === name)
    const gone = this.#open.splice(at)
    if (!keep) this.#open.push({ savepoint: name, rows: new Map() })
    else for (const { rows } of gone) for (const [id, n] of rows) this.#open.at(-1)?.rows.set(id, n)
  }

  #see(id: number): StubRow {
    const own = this.#open.findLast(({ rows }) => rows.has(id))?.rows
    return { id, n: (own ?? this.#database.rows).get(id) ?? 0 }
  }

  #add(id: number): StubRow {
    const row = { id, n: this.#see(id).n + 1 }
    const into = this.#open.at(-1)?.rows ?? this.#database.rows
    into.set(id, row.n)
    return row
  }
}

/** A connection with the hook that a driver's adapter would put on it. */
export class TrackedStub {
  readonly connection: StubConnection
  readonly session: Session
  readonly #tracker: ChangeTracker

  constructor(database: StubDatabase, tracker: ChangeTracker) {
    this.connection = database.connect()
    this.session = tracker.session('postgres')
    this.#tracker = tracker
  }

  async query(sql: string, ids: readonly number[] = []): Promise<StubRow[]> {
    return await this.session.run(
      this.#tracker.statements(sql, [ids], 'postgres'),
      () => this.connection.query(sql, ids),
      (rows, error): Settled => ({
        outcome: error === undefined ? 'done' : 'unknown',
        transaction: this.connection.state,
        rows: rows === undefined ? undefined : [rows],
      }),
    )
  }
}

export const ONE = 'select id, n from items where id = any($1)'
export const ALL = 'select id, n from items'
export const ADD = 'update items set n = n + 1 where id = any($1)'
