// A connection that we made and therefore keep: made again for ever when it is lost, with growing pauses, and ended by us.
//
// The client's own reconnecting is not used. It queues commands while it is away, so that every request of an outage
// waits and is then sent to a server that has just come up; here what cannot be sent now is refused now.
import type { Clock } from '../../base/clock.ts'
import type { Command, PortEvents, PortState, RedisPort, Reply } from './port.ts'

/** One connection that is up. It does not come back: `lost` is called once, and then it is over. */
export interface Connection {
  send(commands: readonly Command[]): Promise<readonly Reply[]>
  subscribe(channel: string, listener: (message: string) => void): Promise<void>
  /** Ends it now, with everything unanswered. Does not call `lost`. */
  destroy(): void
}

/** Makes a connection that has passed its handshake. Aborting the signal gives the attempt up and frees its socket. */
export type Connect = (lost: (reason: unknown) => void, signal: AbortSignal) => Promise<Connection>

export interface Retry {
  readonly connectMs: number
  /** The first pause; each further one is twice as long. */
  readonly minMs: number
  readonly maxMs: number
}

export class OwnPort implements RedisPort {
  state: PortState = 'starting'
  reason: unknown
  readonly started: Promise<void>
  readonly #connect: Connect
  readonly #retry: Retry
  readonly #clock: Clock
  readonly #events: PortEvents
  #settle: () => void = () => {}
  #connection: Connection | undefined
  #attempt: AbortController | undefined
  #failures = 0
  #stopWaiting: () => void = () => {}

  constructor(connect: Connect, retry: Retry, clock: Clock, events: PortEvents) {
    this.#connect = connect
    this.#retry = retry
    this.#clock = clock
    this.#events = events
    this.started = new Promise((resolve) => {
      this.#settle = resolve
    })
    void this.#try()
  }

  send(commands: readonly Command[]): Promise<readonly Reply[]> {
    if (this.#connection === undefined) {
      return Promise.resolve(commands.map(() => new Error('not connected')))
    }
    return this.#connection.send(commands)
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    if (this.#connection === undefined) throw new Error('not connected')
    await this.#connection.subscribe(channel, listener)
  }

  distrust(reason: Error): void {
    const connection = this.#connection
    if (connection === undefined) return
    this.#lose(connection, reason)
    connection.destroy()
  }

  close(): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.#stopWaiting()
    this.#attempt?.abort(new Error('closed'))
    this.#settle()
    this.#connection?.destroy()
    this.#connection = undefined
  }

  /** Never rejects. */
  async #try(): Promise<void> {
    const attempt = new AbortController()
    this.#attempt = attempt
    const { connectMs } = this.#retry
    const stopTimer = this.#clock.after(connectMs, () => {
      attempt.abort(new Error(`no answer within ${connectMs}ms (option 'connectTimeout')`))
    })
    // A connection may be lost in the very tick in which it was made.
    let made: Connection | undefined
    let early: { reason: unknown } | undefined
    try {
      made = await this.#connect((reason) => {
        if (made === undefined) early = { reason }
        else this.#lose(made, reason)
      }, attempt.signal)
      if (early !== undefined) throw early.reason
      this.#won(made)
    } catch (error) {
      made?.destroy()
      this.#failed(error)
    } finally {
      stopTimer()
    }
  }

  #won(connection: Connection): void {
    if (this.state === 'closed') {
      connection.destroy()
      return
    }
    this.#connection = connection
    this.#failures = 0
    this.reason = undefined
    this.state = 'up'
    this.#events.up()
    this.#settle()
  }

  #failed(error: unknown): void {
    if (this.state === 'closed') return
    this.reason = error
    this.#failures++
    if (this.state !== 'down') {
      this.state = 'down'
      this.#events.down(error)
      this.#settle()
    }
    this.#tryLater()
  }

  #lose(connection: Connection, reason: unknown): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.reason = reason
    this.state = 'down'
    this.#events.down(reason)
    this.#tryLater()
  }

  #tryLater(): void {
    const { minMs, maxMs } = this.#retry
    const pause = Math.min(maxMs, minMs * 2 ** Math.min(this.#failures, 30))
    // Half of it at random, or a whole fleet comes back in step.
    this.#stopWaiting = this.#clock.after(pause * (0.5 + Math.random() / 2), () => {
      if (this.state === 'down') void this.#try()
    })
  }
}
