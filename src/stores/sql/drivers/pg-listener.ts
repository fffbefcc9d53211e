import type { Listener } from '../driver.ts'

/** What is used of a client that a `Pool` of node-postgres lends. */
export interface PgClient {
  query(text: string, values?: unknown[]): Promise<unknown>
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
  release(error?: boolean | Error): void
}

const RETRY_MS = { first: 100, longest: 5000 }
/** What a process sends to itself. */
const ECHO = 'echo'
const ECHO_WITHIN_MS = 5000
/** A connection that only listens does not notice that its other end is gone. */
const ECHO_EVERY_MS = 15_000

/**
 * Listens on a connection of its own, made again when it is lost. It counts as listening once it has heard itself, and for as
 * long as it does: behind a pooler of transactions LISTEN succeeds and nothing ever arrives.
 */
export function listenOnPg(
  pool: { connect(): Promise<PgClient> },
  channel: string,
  listener: Listener,
): () => Promise<void> {
  const line = new PgListener(pool, channel, listener)
  return async () => line.stop()
}

class PgListener {
  readonly #pool: { connect(): Promise<PgClient> }
  readonly #channel: string
  readonly #listener: Listener
  #client: PgClient | undefined
  #isUp = false
  #isToldOf = false
  #stopped = false
  #pause = RETRY_MS.first
  #timer: NodeJS.Timeout | undefined

  constructor(pool: { connect(): Promise<PgClient> }, channel: string, listener: Listener) {
    this.#pool = pool
    this.#channel = channel
    this.#listener = listener
    void this.#open()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#end(this.#client)
  }

  /** Never rejects. */
  async #open(): Promise<void> {
    let client: PgClient | undefined
    try {
      client = await this.#pool.connect()
      this.#client = client
      this.#follow(client)
      if (this.#stopped) return this.#end(client)
      await client.query(`listen "${this.#channel}"`)
      await this.#echo(client)
    } catch (error) {
      // A database that is away is told of by the acts.
      const isRefusal = client !== undefined && this.#client === client
      if (client === undefined) this.#failed()
      else this.#end(client, isRefusal ? error : undefined)
    }
  }

  #follow(client: PgClient): void {
    const end = (): void => this.#end(client)
    client.on('error', end)
    client.on('end', end)
    client.on('notification', ({ payload = '' }) => {
      // Of one that was given back something may still be on its way.
      if (client !== this.#client) return
      if (payload === ECHO) this.#heard(client)
      else this.#listener.receive(payload)
    })
  }

  /** Must be heard in time. */
  async #echo(client: PgClient): Promise<void> {
    this.#later(ECHO_WITHIN_MS, () =>
      this.#end(
        client,
        new Error('It does not hear what it sends to itself, as behind a pooler of transactions.'),
      ),
    )
    await client.query('select pg_notify($1, $2)', [this.#channel, ECHO])
  }

  #heard(client: PgClient): void {
    this.#pause = RETRY_MS.first
    this.#later(ECHO_EVERY_MS, () => {
      this.#echo(client).catch(() => this.#end(client))
    })
    if (this.#isUp) return
    this.#isUp = true
    this.#isToldOf = false
    this.#listener.up()
  }

  #end(client: PgClient | undefined, error?: unknown): void {
    if (client === undefined || client !== this.#client) return
    this.#client = undefined
    this.#isUp = false
    clearTimeout(this.#timer)
    client.release(true)
    if (!this.#stopped) this.#failed(error)
  }

  #failed(error?: unknown): void {
    if (this.#stopped) return
    // What is refused is refused each time: one word is enough.
    const isNews = error !== undefined && !this.#isToldOf
    if (isNews) this.#isToldOf = true
    this.#listener.down(isNews ? error : undefined)
    this.#later(this.#pause, () => void this.#open())
    this.#pause = Math.min(this.#pause * 2, RETRY_MS.longest)
  }

  #later(ms: number, act: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(act, ms)
    this.#timer.unref()
  }
}
