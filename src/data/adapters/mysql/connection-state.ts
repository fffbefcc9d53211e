import { everythingChanged } from '../../sql-statements.ts'
import type { Statement } from '../../statement.ts'
import type { ChangeTracker } from '../../tracker.ts'
import type { MysqlCommand, MysqlConnection, MysqlHeader } from './driver.ts'
import { withFacts } from './facts.ts'
import { saidBy } from './said.ts'

/** Of the status that an OK packet carries. Source: MySQL, "Status Flags". */
const AUTOCOMMIT = 2

const NOTHING: Statement = { kind: 'read', changes: [] }
const BEGIN: Statement = { kind: 'begin', changes: [] }

/** What a connection is set to, as far as it decides what a text means there. */
export class ConnectionState {
  readonly #connection: MysqlConnection
  readonly #tracker: ChangeTracker
  readonly #first: string | undefined
  #autocommits = true
  /** As `USE` has set it. */
  #database: string | undefined

  constructor(connection: MysqlConnection, tracker: ChangeTracker) {
    this.#connection = connection
    this.#tracker = tracker
    this.#first = connection.config.database
  }

  learn(header: MysqlHeader | undefined): void {
    if (header?.serverStatus !== undefined)
      this.#autocommits = (header.serverStatus & AUTOCOMMIT) !== 0
    this.#database = header?.stateChanges?.schema ?? this.#database
  }

  startAfresh(): void {
    this.#autocommits = true
    this.#database = undefined
  }

  statementsOf(command: MysqlCommand, inTransaction: boolean): Statement[] {
    const said = saidBy(command)
    // A ping, or what prepares a statement.
    if (said === undefined) return [NOTHING]
    const facts = this.#tracker.known
    let away = this.#isAway
    const statements = this.#tracker.statements(said.sql, said.params, 'mysql').map((each) => {
      const statement = away ? this.#anywhere(each) : withFacts(each, facts)
      away ||= each.scopes === true
      return statement
    })
    // Without autocommit the first change begins a transaction.
    const begins = !this.#autocommits && !inTransaction
    return begins && statements.some(({ changes }) => changes.length > 0)
      ? [BEGIN, ...statements]
      : statements
  }

  /** In another database a name means another table. */
  get #isAway(): boolean {
    const home = this.#tracker.known.defaultSchema ?? this.#first
    const here = this.#database ?? this.#connection.config.database
    return here?.toLowerCase() !== home?.toLowerCase()
  }

  #anywhere(statement: Statement): Statement {
    if (statement.changes.length === 0) return statement
    const changes = everythingChanged(this.#tracker.known)
    return { ...statement, changes, narrow: () => undefined }
  }
}
