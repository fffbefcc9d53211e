import { CacheError } from '../base/errors.ts'
import { sessionOf } from './session-of.ts'

/** A connection of whichever driver. */
export interface OpenConnection {
  /** The driver's own. */
  readonly client: unknown
  readonly rows: (text: string, values: unknown[]) => Promise<unknown[]>
  /** Gives it up, whatever it is doing. Never throws. */
  drop(): void
}

/** One connection, kept for as long as it works: made when it is needed, and again after it was lost. */
export class KeptConnection {
  readonly #connect: (lost: () => void) => Promise<OpenConnection>
  readonly #prepare: (connection: OpenConnection) => Promise<void>
  readonly #onLost: () => void
  #opening: Promise<OpenConnection> | undefined
  #connection: OpenConnection | undefined
  /** Ends what waits for an answer: not every driver does when its connection is destroyed. */
  #giveUp: ((error: Error) => void) | undefined
  /** How many have been given up. */
  #era = 0
  #closed = false

  /**
   * @param connect told whom to tell when it is lost
   * @param prepare once for each connection
   * @param onLost it broke while nobody used it
   */
  constructor(
    connect: (lost: () => void) => Promise<OpenConnection>,
    prepare: (connection: OpenConnection) => Promise<void>,
    onLost: () => void,
  ) {
    this.#connect = connect
    this.#prepare = prepare
    this.#onLost = onLost
  }

  async rows<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    this.#opening ??= this.#open()
    const connection = await this.#opening
    return (await this.#unlessDropped(connection.rows(text, values))) as Row[]
  }

  /** The next statement makes another one. */
  drop(): void {
    const connection = this.#connection
    this.#connection = undefined
    this.#opening = undefined
    this.#era++
    connection?.drop()
    this.#giveUp?.(givenUp())
    this.#giveUp = undefined
  }

  close(): void {
    this.#closed = true
    this.drop()
  }

  async #open(): Promise<OpenConnection> {
    const era = this.#era
    const connection = await this.#connect(() => {
      if (this.#era !== era) return
      this.drop()
      this.#onLost()
    })
    if (this.#closed || this.#era !== era) {
      connection.drop()
      throw givenUp()
    }
    this.#connection = connection
    if (sessionOf(connection.client) !== undefined) {
      throw new CacheError(
        'E_OPTION',
        "Option 'pool': expected one whose statements are not tracked, since what the reader writes is no change of the application's. One connection is enough: a pool of its own with max: 1.",
      )
    }
    await this.#unlessDropped(this.#prepare(connection))
    return connection
  }

  /** One statement at a time. */
  async #unlessDropped<T>(work: Promise<T>): Promise<T> {
    // What is answered later is nobody's any more.
    work.catch(() => {})
    const dropped = new Promise<never>((_, reject) => {
      this.#giveUp = reject
    })
    return await Promise.race([work, dropped])
  }
}

function givenUp(): CacheError {
  return new CacheError('E_CLOSED', 'The connection was given up meanwhile.')
}
