// The contract between sessions and a table that keeps them, for those that are kept in a database behind the cache.

/** A session as a table holds it. */
export interface SessionRow {
  /** As the alias's codec has made it, encrypted if it encrypts. */
  readonly payload: Uint8Array
  /** 1 for a new one; one more with each payload. */
  readonly version: number
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number
  /** When the session ends, in milliseconds since 1970. */
  readonly endsAt: number
}

/** Each act is one statement, and rejects when it was not done. Rows that have ended are not there. */
export interface SessionDatabase {
  /** The row of a session, `undefined` when there is none or it has ended. */
  load(key: string): Promise<SessionRow | undefined>
  /** @returns whether it was stored: false when the key is there */
  create(key: string, row: SessionRow): Promise<boolean>
  /** Stores `row` only where a row with this version is. @returns whether it did */
  save(key: string, row: SessionRow, over: number): Promise<boolean>
  /** @returns whether there is one */
  touch(key: string, endsAt: number): Promise<boolean>
  /** @returns whether there was one */
  destroy(key: string): Promise<boolean>
  /** Removes rows that have ended, in batches. @returns how many */
  clearExpired(): Promise<number>
}
