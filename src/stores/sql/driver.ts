// The narrow way in which any SQL client fits: run one statement, and where the database can, listen.

/** The databases that the store speaks to. */
export type Dialect = 'postgres' | 'mysql' | 'sqlite'

export type Parameter = Buffer | string | number

/** A row of our table; which columns there are depends on the statement. */
export interface Row {
  readonly k?: Uint8Array
  readonly rec?: Uint8Array | null
  readonly ver?: string
  readonly keep_until?: number | string | bigint
  readonly n?: number | string | bigint
}

export interface Ran {
  readonly rows: readonly Row[]
  /** How many rows were inserted, changed or removed. */
  readonly changed: number
}

/** Runs a statement, on a pool or within a transaction. Parameters stand where the dialect wants them. */
export type Run = (text: string, parameters: readonly Parameter[]) => Promise<Ran>

/** Who listens to a channel. */
export interface Listener {
  receive(message: string): void
  /** From now on every message arrives. Told each time that this begins. */
  up(): void
  /** From now on messages are lost. Told each time, and when it could not begin; `error` when that is worth a word. */
  down(error?: unknown): void
}

export interface Driver {
  readonly dialect: Dialect
  /** Its clock is this machine's. */
  readonly isHere?: boolean
  /** For messages, without a password. */
  readonly where: string
  readonly run: Run
  /** The same on a transaction of the application's. */
  readonly within: (transaction: unknown) => Run
  /** Listens to a channel, for ever, until the returned function is called. */
  readonly listen?: (channel: string, listener: Listener) => () => Promise<void>
  /** Ends what this driver has opened itself. */
  readonly close: () => Promise<void>
}
