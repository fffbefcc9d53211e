import { CacheError, optionError } from '../../../base/errors.ts'

/** What is used of a client that a `Pool` of node-postgres lends. */
export interface LentClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  on(event: 'notification', listener: (message: { channel: string }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
  release(error?: boolean | Error): void
}

/** What is used of a `Pool` of node-postgres. */
export interface LendingPool {
  connect(): Promise<LentClient>
}

/** @throws {CacheError} `E_OPTION` */
export function checkPool(pool: unknown, option: string): void {
  if (typeof (pool as Partial<LendingPool> | undefined)?.connect === 'function') return
  throw optionError(option, 'a Pool of node-postgres', pool)
}

/** One connection of a pool, kept for as long as it works: made when it is needed, and again after it was lost. */
export class KeptConnection {
  readonly #pool: LendingPool
  readonly #prepare: (client: LentClient) => Promise<void>
  readonly #onLost: () => void
  #opening: Promise<LentClient> | undefined
  #client: LentClient | undefined
  /** How many have been given up. */
  #era = 0
  #closed = false

  /** @param prepare once for each connection @param onLost it broke while nobody used it */
  constructor(
    pool: LendingPool,
    prepare: (client: LentClient) => Promise<void>,
    onLost: () => void,
  ) {
    this.#pool = pool
    this.#prepare = prepare
    this.#onLost = onLost
  }

  async rows<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    this.#opening ??= this.#open()
    const client = await this.#opening
    return (await client.query(text, values)).rows as Row[]
  }

  /** The next statement makes another one. */
  drop(): void {
    const client = this.#client
    this.#client = undefined
    this.#opening = undefined
    this.#era++
    client?.release(true)
  }

  close(): void {
    this.#closed = true
    this.drop()
  }

  async #open(): Promise<LentClient> {
    const era = this.#era
    const client = await this.#pool.connect()
    if (this.#closed || this.#era !== era) {
      client.release(true)
      throw new CacheError('E_CLOSED', 'The connection was given up meanwhile.')
    }
    this.#client = client
    const lost = (): void => {
      if (this.#client !== client) return
      this.drop()
      this.#onLost()
    }
    client.on('error', lost)
    client.on('end', lost)
    await this.#prepare(client)
    return client
  }
}
