import { CacheError } from '../../base/errors.ts'
import type { Operation, StoreContext, StoreStats } from '../../base/store.ts'
import type { CasBackend } from '../../records/backend.ts'
import { bump, generationsOf, intend, settle, type Stamps, withdraw } from '../../records/stamps.ts'
import { Database } from './database.ts'
import { FOR_EVER, GenerationRow, newVersion } from './generation-row.ts'
import type { Row, Run } from './driver.ts'
import { channelOf, SqlInbox } from './inbox.ts'
import type { SqlSettings } from './options.ts'
import { Sweeper } from './sweeper.ts'

/** Databases take some thousands of parameters. */
const KEYS_AT_ONCE = 500
const MAX_ATTEMPTS = 200
const SCAN_BATCH = 500

interface Gathered {
  readonly keys: Set<string>
  readonly rows: Promise<ReadonlyMap<string, Row>>
}

export class SqlBackend implements CasBackend<string> {
  readonly #database: Database
  readonly #context: StoreContext
  readonly #row: GenerationRow
  readonly #sweeper: Sweeper
  #gathered: Gathered | undefined
  #inbox: SqlInbox | undefined
  readonly #settling = new WeakMap<ReadonlyMap<string, Row>, Promise<Stamps>>()
  /** Changes of the generations by this process, one after the other: they would only get into each other's way. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(settings: SqlSettings, context: StoreContext) {
    this.#database = new Database(settings, context.clock)
    this.#context = context
    this.#row = new GenerationRow(context.prefix)
    this.#sweeper = new Sweeper(this.#database, settings.maxEntries, (event) =>
      context.report(event),
    )
    const { listen } = settings.driver
    if (listen === undefined) return
    this.tell = (processId, message) => this.#tell(processId, message)
    this.hear = (receive, lost) => {
      this.#inbox = new SqlInbox(listen, context, { receive, lost }, settings.timeoutMs / 2)
    }
    this.hearing = (operation) => this.#hearing(operation)
  }

  tell?: (processId: string, message: string) => void
  hear?: (receive: (message: string) => void, lost: () => void) => void
  hearing?: (operation: Operation) => number | undefined | Promise<number | undefined>

  get shiftMs(): number {
    return this.#database.shiftMs
  }

  get: CasBackend<string>['get'] = async (keys, fields, operation) =>
    await this.#database.act(operation, async (run) => {
      const byKey = await this.#together(run, keys)
      const now = this.#now
      const generations =
        this.#row.answer(byKey.get(this.#row.key.toString()), fields, now) ??
        generationsOf(await this.#settle(run, byKey), fields)
      const found = keys.map((key) => {
        const row = byKey.get(key)
        const keepUntil = Number(row?.keep_until ?? 0)
        if (row?.rec == null || row.ver === undefined || keepUntil <= now) return undefined
        return { bytes: Buffer.from(row.rec), version: row.ver, keepUntil }
      })
      return { found, generations }
    })

  swap: CasBackend<string>['swap'] = async (key, expected, next, operation) =>
    await this.#database.act(operation, async (run) => {
      const { statements } = this.#database
      const name = Buffer.from(key)
      if (next === undefined) {
        if (expected === undefined) return true
        return (await run(statements.remove, [name, expected])).changed > 0
      }
      const until = Math.min(FOR_EVER, Math.ceil(next.keepUntil))
      const values = [next.bytes, newVersion(), until]
      const done =
        expected === undefined
          ? await this.#database.insert(run, [name, ...values], this.#now)
          : (await run(statements.update, [...values, name, expected])).changed > 0
      if (done) this.#sweeper.wrote(this.#now)
      return done
    })

  bump: CasBackend<string>['bump'] = async (fields, operation) => {
    const { clock } = await this.#alone(operation, (found) =>
      bump(found, fields, this.#now, operation.intent),
    )
    return clock
  }

  intend: CasBackend<string>['intend'] = async (fields, token, forMs, operation) => {
    await this.#alone(operation, (found) =>
      intend(found, fields, token, this.#now + forMs, this.#now),
    )
  }

  withdraw: CasBackend<string>['withdraw'] = async (fields, token, operation) => {
    await this.#alone(operation, (found) => withdraw(found, fields, token, this.#now))
  }

  async *scan(
    head: string,
    operation: Operation & { batch?: number },
  ): AsyncGenerator<readonly string[]> {
    const batch = operation.batch ?? SCAN_BATCH
    let after = Buffer.from(head)
    // A head is part of a key, never all of it: what is greater than it and begins with it.
    const end = Buffer.concat([after, Buffer.alloc(8, 0xff)])
    for (;;) {
      const rows = await this.#database.act(operation, async (run) => {
        const found = await run(this.#database.statements.scan, [
          after,
          end,
          Math.floor(this.#now),
          batch,
        ])
        return found.rows.map(({ k }) => Buffer.from(k ?? []))
      })
      if (rows.length > 0) yield rows.map(String)
      if (rows.length < batch) return
      after = rows.at(-1) as Buffer<ArrayBuffer>
    }
  }

  async stats(operation: Operation): Promise<StoreStats> {
    return await this.#database.act(operation, async (run) => {
      const { count, size } = this.#database.statements
      const { rows } = await run(count, [])
      const [sized] = (await run(size, [])).rows
      return {
        entries: Number(rows[0]?.n ?? 0),
        bytes: Number(sized?.n ?? 0),
        maxBytes: undefined,
        evictions: this.#sweeper.evictions,
        clients: undefined,
        detail: { dialect: this.#database.driver.dialect },
      }
    })
  }

  async flush(operation: Operation): Promise<void> {
    await this.#database.act(operation, async (run) => {
      await run(this.#database.statements.flush, [])
    })
  }

  async close(): Promise<void> {
    await this.#inbox?.close()
    await this.#sweeper.idle()
    await this.#database.close()
  }

  get #now(): number {
    return this.#context.clock.now() + this.#database.shiftMs
  }

  /** What is asked for in one turn is asked for together: one statement speaks for all who ask at once. */
  #together(run: Run, keys: readonly string[]): Promise<ReadonlyMap<string, Row>> {
    const gathered = (this.#gathered ??= this.#gather(run))
    for (const key of keys) gathered.keys.add(key)
    return gathered.rows
  }

  #gather(run: Run): Gathered {
    const keys = new Set<string>()
    const read = async (): Promise<ReadonlyMap<string, Row>> => {
      await Promise.resolve()
      this.#gathered = undefined
      const byKey = new Map<string, Row>()
      const all = [...keys]
      for (let at = 0; at === 0 || at < all.length; at += KEYS_AT_ONCE) {
        for (const row of await this.#read(run, all.slice(at, at + KEYS_AT_ONCE), at === 0))
          byKey.set(Buffer.from(row.k ?? []).toString(), row)
      }
      return byKey
    }
    return { keys, rows: read() }
  }

  async #read(run: Run, keys: readonly string[], withRow: boolean): Promise<readonly Row[]> {
    const { key, knownVersion } = this.#row
    const names = keys.map((each) => Buffer.from(each))
    const all = withRow ? [key, ...names] : names
    return (await run(this.#database.statements.read(all.length), [key, knownVersion, ...all])).rows
  }

  /**
   * Made, or an intent that is over becomes a bump, before anybody is shown anything: once for all who have read together, who
   * then go on together.
   */
  #settle(run: Run, read: ReadonlyMap<string, Row>): Promise<Stamps> {
    const settling =
      this.#settling.get(read) ?? this.#change(run, (found) => settle(found, this.#now))
    this.#settling.set(read, settling)
    return settling
  }

  async #alone(operation: Operation, act: (found: Stamps) => Stamps): Promise<Stamps> {
    const before = this.#last
    const done = (async () => {
      await before
      return await this.#database.act(operation, async (run) => await this.#change(run, act))
    })()
    this.#last = done.catch(() => {})
    return await done
  }

  async #change(run: Run, act: (found: Stamps) => Stamps): Promise<Stamps> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const [row] = await this.#read(run, [], true)
      const changed = await this.#row.change(this.#database, run, row, act, this.#now)
      if (changed !== undefined) return changed
      if (attempt > 2) {
        const most = Math.min(2 ** attempt, 20)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * most))
      }
    }
    throw new CacheError(
      'E_STORE_REFUSED',
      `The generations of '${this.#context.prefix}' changed ${MAX_ATTEMPTS} times while they were to be changed. Nothing was done.`,
    )
  }

  #tell(processId: string, message: string): void {
    // Who is not told looks again by himself.
    const notify = (run: Run): Promise<unknown> =>
      run('select pg_notify($1, $2)', [channelOf(processId), message])
    this.#database.act({}, notify).catch(() => {})
  }

  #hearing(operation: Operation): number | undefined | Promise<number | undefined> {
    const inbox = this.#inbox
    if (inbox === undefined || inbox.isSettled) return inbox?.epoch
    return this.#database.act(operation, async () => {
      await inbox.settled
      return inbox.epoch
    })
  }
}
