import type { Cache } from 'breakwater'
import type { ChangeTracker } from 'breakwater/data'

/** What a writer in a process of its own is started with. */
export interface WriterSetup {
  /** Which library writes. */
  readonly by: string
  /** The fleet's Redis, and the prefix of its cache there. */
  readonly store: string
  readonly prefix: string
  /** A URL, or a file. */
  readonly database: string
  /** The tracker's: what it announces is invalidated so long after its death. */
  readonly timeout: string
  /** Prisma: where its generated client lies. */
  readonly client?: string | undefined
}

export interface Opened {
  readonly setup: WriterSetup
  readonly cache: Cache
  readonly tracker: ChangeTracker
}

/** Adds 1 to `n` of rows of `items`, with a tracked client. */
export interface Writer {
  /** Without a transaction of the caller's. */
  add(ids: readonly number[]): Promise<unknown>
  /** Within one. What `work` throws rolls it back. */
  transaction(ids: readonly number[], work: () => void): Promise<unknown>
}

export const ADD = 'update items set n = n + 1 where id = any($1)'
