import { randomBytes } from 'node:crypto'
import type { Field, Generations } from '../../base/generation.ts'
import {
  decodeStamps,
  encodeStamps,
  generationsOf,
  isDue,
  newStamps,
  type Stamps,
} from '../../records/stamps.ts'
import type { Database } from './database.ts'
import type { Row, Run } from './driver.ts'

/** A new version of a row. Never used twice. */
export function newVersion(): string {
  return randomBytes(15).toString('base64url')
}

/** Rows that are kept until they are removed. */
export const FOR_EVER = Number.MAX_SAFE_INTEGER

/**
 * The generations of a prefix: one row, of which a reader asks for the version with every read, in the same statement, and for
 * the bytes only when it is another one than it knows.
 *
 * Why stamps and entries read by one statement are enough: what a statement sees is one moment of the table. An invalidation
 * that was confirmed before the read began is in it, and a load takes its stamp from a read that ended before it began.
 */
export class GenerationRow {
  readonly key: Buffer
  #version = ''
  #stamps: Stamps | undefined

  constructor(prefix: string) {
    // Before every wire key, which have no control characters at their beginning.
    this.key = Buffer.from(`\0gen:${prefix}`)
  }

  /** The version whose bytes need not be sent. */
  get knownVersion(): string {
    return this.#stamps === undefined ? '' : this.#version
  }

  /** From the row of a read; undefined where it must be changed first: there is none, it cannot be read, an intent is over. */
  answer(row: Row | undefined, fields: readonly Field[], now: number): Generations | undefined {
    const stamps = this.#decode(row)
    return stamps === undefined || isDue(stamps, now) ? undefined : generationsOf(stamps, fields)
  }

  #decode(row: Row | undefined): Stamps | undefined {
    const version = row?.ver
    if (row === undefined || version === undefined) return undefined
    if (row.rec == null) return version === this.#version ? this.#stamps : undefined
    try {
      this.#stamps = decodeStamps(Buffer.from(row.rec))
      this.#version = version
      return this.#stamps
    } catch {
      return undefined
    }
  }

  /** Undefined when somebody was faster. One that cannot be read is replaced like one that is not there. */
  async change(
    database: Database,
    run: Run,
    row: Row | undefined,
    act: (found: Stamps) => Stamps,
    now: number,
  ): Promise<Stamps | undefined> {
    const found = this.#decode(row)
    const next = act(found ?? newStamps(now, this.#stamps?.clock ?? 0, ''))
    if (next === found) return next
    const values = [encodeStamps(next), newVersion(), FOR_EVER]
    const done =
      row?.ver === undefined
        ? await database.insert(run, [this.key, ...values], now)
        : (await run(database.statements.update, [...values, this.key, row.ver])).changed > 0
    return done ? next : undefined
  }
}
