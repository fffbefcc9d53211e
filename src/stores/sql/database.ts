// A database as the store uses it: each act has a deadline, deadlocks are tried again, a table that is missing is made once
// where that is allowed, and its clock is known.
import type { Clock } from '../../base/clock.ts'
import { CacheError } from '../../base/errors.ts'
import type { Operation } from '../../base/store.ts'
import { untilLate } from '../../base/until-late.ts'
import type { Driver, Parameter, Run } from './driver.ts'
import { isBeingMade, isDuplicate, isNoTable, isToBeRepeated, outage } from './failure.ts'
import type { SqlSettings } from './options.ts'
import { Statements } from './statements.ts'

const MAX_REPEATS = 16
const LONGEST_PAUSE_MS = 64
/** How far two clocks may drift apart until they are compared again. */
const COMPARE_EVERY_MS = 60_000
const SAMPLES = 4
const QUICK_MS = 5

export class Database {
  readonly driver: Driver
  readonly statements: Statements
  readonly #settings: Omit<SqlSettings, 'maxEntries'>
  readonly #clock: Clock
  readonly #create: readonly string[]
  /** The database's clock minus this process's, in milliseconds. */
  shiftMs = 0
  #comparedAt = -Infinity
  #comparing: Promise<void> | undefined
  #making: Promise<void> | undefined
  #closed = false

  /** @param create the statements that make the table. Default: those of entries */
  constructor(settings: Omit<SqlSettings, 'maxEntries'>, clock: Clock, create?: readonly string[]) {
    this.driver = settings.driver
    this.statements = new Statements(settings.driver.dialect, settings.table)
    this.#create = create ?? this.statements.create
    this.#settings = settings
    this.#clock = clock
  }

  /** Knows the database's time. */
  async ready(): Promise<void> {
    await this.act({}, async () => {})
  }

  /** @throws {CacheError} outages, `E_CLOSED`, and what the signal was aborted with */
  async act<T>({ signal }: Operation, act: (run: Run) => Promise<T>): Promise<T> {
    signal?.throwIfAborted()
    if (this.#closed)
      throw new CacheError(
        'E_CLOSED',
        'The SQL store was closed. Nothing can be asked of it any more.',
      )
    const { driver, timeoutMs } = this.#settings
    const late = (): CacheError =>
      new CacheError(
        'E_STORE_TIMEOUT',
        `The database ${driver.where} did not answer within ${timeoutMs}ms (option 'timeout'). Whether it acted is unknown.`,
      )
    return await untilLate(this.#tried(act), { clock: this.#clock, timeoutMs, signal, late })
  }

  /** Puts a row where nothing lives. @param values key, bytes, version, end */
  async insert(run: Run, values: readonly Parameter[], now: number): Promise<boolean> {
    const { insert, replaceDead } = this.statements
    const time = Math.floor(now)
    if (replaceDead === undefined) return (await run(insert, [...values, time])).changed > 0
    try {
      return (await run(insert, values)).changed > 0
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
    const [key, ...rest] = values as [Parameter, ...Parameter[]]
    return (await run(replaceDead, [...rest, key, time])).changed > 0
  }

  /** Makes the table and its index where they are not, also while others do so. */
  async makeTable(run: Run): Promise<void> {
    for (const text of this.#create) {
      try {
        await run(text, [])
      } catch (error) {
        // What comes after it, those others may not have made yet.
        if (!isBeingMade(error)) throw error
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.driver.close()
  }

  async #tried<T>(act: (run: Run) => Promise<T>): Promise<T> {
    const { driver, table, create } = this.#settings
    try {
      await this.#clocksCompared()
      try {
        return await act(this.#run)
      } catch (error) {
        if (!create || !isNoTable(error)) throw error
        this.#making ??= this.makeTable(driver.run).finally(() => (this.#making = undefined))
        await this.#making
      }
      return await act(this.#run)
    } catch (error) {
      throw outage(error, driver.where, table)
    }
  }

  readonly #run: Run = async (text, parameters) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.driver.run(text, parameters)
      } catch (error) {
        if (attempt >= MAX_REPEATS || !isToBeRepeated(error)) throw error
        const most = Math.min(2 ** attempt, LONGEST_PAUSE_MS)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * most))
      }
    }
  }

  /** Once for all who ask meanwhile: they go on in one turn, and what they ask then is asked together. */
  async #clocksCompared(): Promise<void> {
    const { now } = this.statements
    const isDue = this.#clock.now() - this.#comparedAt >= COMPARE_EVERY_MS
    if (now === undefined || this.driver.isHere === true || !isDue) return
    this.#comparing ??= this.#compareClocks(now).finally(() => {
      this.#comparing = undefined
    })
    await this.#comparing
  }

  async #compareClocks(now: string): Promise<void> {
    const { driver } = this
    // The quickest answer says most: the clock was read somewhere between question and answer.
    let quickest = Infinity
    for (let sample = 0; sample < SAMPLES && quickest > QUICK_MS; sample++) {
      const before = this.#clock.now()
      const { rows } = await driver.run(now, [])
      const after = this.#clock.now()
      if (after - before >= quickest) continue
      quickest = after - before
      this.shiftMs = Number(rows[0]?.n) - (before + after) / 2
    }
    this.#comparedAt = this.#clock.now()
  }
}
