import { CacheError } from '../../../base/errors.ts'
import { showBytes } from '../../../base/bytes.ts'
import type { ChangeSource, Heard } from '../../follower.ts'
import type { SourceContext } from '../../following.ts'
import { DecodedChanges } from './decoding-changes.ts'
import { KeptConnection } from '../../kept-connection.ts'
import { lendFrom, type LendingPool } from './lent-client.ts'

/** Changes decoded at a time, and then on to the end of the transaction. */
const MOST_CHANGES = 10_000
const CHECK_EVERY_MS = 60_000

const GONE = '42704'
const IN_USE = '55006'
const NOT_READY = '55000'

export interface DecodingSourceOptions extends SourceContext {
  readonly slot: string
  /** It goes with the connection. */
  readonly temporary: boolean
  readonly publication: string
  readonly warnBytes: number
  readonly defaultSchema: string
}

interface SlotState {
  readonly retained: string | null
  readonly status: string | null
  readonly unbounded: boolean
}

const TABLES = `select schemaname s, tablename t from pg_publication_tables where pubname = $1`
const LOCK = `select pg_try_advisory_lock(hashtext('breakwater slot'), hashtext($1)) as mine`
const CREATE = `select pg_create_logical_replication_slot($1, 'pgoutput', true)`
const KEEP = `select pg_copy_logical_replication_slot($1, $2, false)`
const DROP = `select pg_drop_replication_slot($1)`
const EXISTS = `select wal_status as status from pg_replication_slots where slot_name = $1`
const FLUSHED = `select (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::text as at`
const PEEK = `select data from pg_logical_slot_peek_binary_changes($1, null, $2,
  'proto_version', '1', 'publication_names', $3, 'messages', 'true')`
const ADVANCE = `select pg_replication_slot_advance($1, '0/0'::pg_lsn + $2::numeric)`
const STATE = `select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text as retained, wal_status as status,
  current_setting('max_slot_wal_keep_size') = '-1' as unbounded
  from pg_replication_slots where slot_name = $1`

/**
 * Reads a logical slot by asking: no client of the replication protocol is needed. What is read stays in the slot until it has
 * been invalidated (`peek`, then `advance`); `get` would lose what a process takes with it when it dies.
 *
 * One process of a fleet reads: the one whose session holds the advisory lock of the slot's name.
 */
export class DecodingSource implements ChangeSource {
  readonly #connection: KeptConnection
  readonly #options: DecodingSourceOptions
  #tables: string[] = []
  #ready = false
  /** The slot that is read. */
  #slot: string
  /** Of what was before the slot nothing is known. */
  #isAnew = false
  #end: bigint | undefined
  #advancedTo = -1n
  #checkedAt = -Infinity
  #warned = false

  constructor(pool: LendingPool, options: DecodingSourceOptions) {
    this.#options = options
    this.#slot = options.slot
    this.#connection = new KeptConnection(
      async (lost) => await lendFrom(pool, lost),
      async () => {},
      options.onWake,
    )
  }

  get entities(): readonly string[] | 'all' {
    return this.#tables.length === 0 ? 'all' : this.#tables
  }

  async read(): Promise<Heard | undefined> {
    const { publication, defaultSchema, onError, now } = this.#options
    if (!this.#ready && !(await this.#prepare())) return undefined
    if (now() - this.#checkedAt >= CHECK_EVERY_MS) await this.#check()
    const [flushed] = await this.#connection.rows<{ at: string }>(FLUSHED)
    const changes = new DecodedChanges(defaultSchema, onError)
    let count = 0
    try {
      const values = [this.#slot, MOST_CHANGES, publication]
      const rows = await this.#connection.rows<{ data: Buffer }>(PEEK, values)
      count = rows.length
      for (const { data } of rows) changes.take(data)
    } catch (error) {
      if (codeOf(error) === IN_USE) return undefined
      throw error
    }
    const more = count >= MOST_CHANGES
    // Everything up to there was decoded, whether it concerned our tables or not.
    const seen = more ? 0n : BigInt((flushed as { at: string }).at)
    this.#end = changes.end !== undefined && changes.end > seen ? changes.end : seen
    return { changes: changes.list, lost: this.#isAnew ? this.entities : undefined, more }
  }

  async confirm(): Promise<void> {
    const end = this.#end as bigint
    if (this.#isAnew && !this.#options.temporary) await this.#keep()
    this.#isAnew = false
    if (end <= this.#advancedTo) return
    await this.#connection.rows(ADVANCE, [this.#slot, String(end)])
    this.#advancedTo = end
  }

  reset(): void {
    this.#ready = false
    this.#connection.drop()
  }

  /** Its slot stays: what is changed from now on is read by the next one. A temporary one goes with the connection. */
  async close(): Promise<void> {
    this.#connection.close()
  }

  /** @returns whether this process reads */
  async #prepare(): Promise<boolean> {
    const { slot, temporary } = this.#options
    if (!temporary) {
      const [lock] = await this.#connection.rows<{ mine: boolean }>(LOCK, [slot])
      if (lock?.mine !== true) return false
    }
    const [found] = await this.#connection.rows<{ status: string | null }>(EXISTS, [slot])
    if (found?.status === 'lost') await this.#connection.rows(DROP, [slot])
    this.#isAnew = found === undefined || found.status === 'lost'
    this.#slot = this.#isAnew && !temporary ? `${slot}_new` : slot
    if (this.#isAnew) await this.#connection.rows(CREATE, [this.#slot])
    await this.#check()
    this.#advancedTo = -1n
    this.#ready = true
    return true
  }

  /**
   * A new slot becomes one that stays only when what was before it is invalidated: otherwise whoever comes after a process that
   * dies in between would take it for one that has missed nothing.
   */
  async #keep(): Promise<void> {
    const { slot } = this.#options
    await this.#connection.rows(KEEP, [this.#slot, slot])
    await this.#connection.rows(DROP, [this.#slot])
    this.#slot = slot
  }

  async #check(): Promise<void> {
    const { publication, defaultSchema, warnBytes, onError, now } = this.#options
    const slot = this.#slot
    this.#checkedAt = now()
    const tables = await this.#connection.rows<{ s: string; t: string }>(TABLES, [publication])
    this.#tables = tables.map(({ s, t }) => (s === defaultSchema ? t : `${s}.${t}`))
    const [state] = await this.#connection.rows<SlotState>(STATE, [slot])
    if (state?.status === 'lost') {
      this.#ready = false
      throw new CacheError('E_STORE_REFUSED', `The slot '${slot}' has lost what it had not read.`)
    }
    if (state?.unbounded === true && !this.#warned) {
      this.#warned = true
      onError(
        new CacheError(
          'E_UNSUPPORTED',
          `The slot '${slot}' keeps the log of PostgreSQL for ever when nobody reads it, until the disk is full. Set max_slot_wal_keep_size.`,
        ),
      )
    }
    const retained = Number(state?.retained ?? 0)
    if (retained <= warnBytes) return
    onError(
      new CacheError(
        'E_UNSUPPORTED',
        `The slot '${slot}' keeps ${showBytes(retained)} of the log of PostgreSQL, because of a long transaction or because it is read too slowly.`,
      ),
    )
  }
}

/** Some refusals need a remedy that only its reader knows. */
export function explained(error: unknown, publication: string): unknown {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : ''
  if (code === NOT_READY && message.includes('wal_level'))
    return refused(
      'PostgreSQL decodes only under wal_level = logical, which needs a restart.',
      error,
    )
  if (code === GONE && message.includes('publication'))
    return refused(
      `There is no publication '${publication}' since the slot was made. Make it with what decodingSql() returns, then drop the slot.`,
      error,
    )
  return error
}

function refused(message: string, cause: unknown): CacheError {
  return new CacheError('E_STORE_REFUSED', message, { cause })
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code
}
