// A connection that knows whom it leads to. A server that was restarted, or a replica that was promoted, may not have what
// was confirmed last; whoever relies on that must hear of it before the first answer of the new one.
import type { Clock } from '../../base/clock.ts'
import type { Command, PortEvents, PortState, RedisPort, Reply } from './port.ts'

/** The server that several connections lead to. */
export class ServerIdentity {
  readonly #changed: () => void
  #known: string | undefined

  /** @param changed told when it is not the server of the last time, or does not say who it is */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  met(identity: string): void {
    const before = this.#known
    this.#known = identity
    if (before !== undefined && (identity === UNKNOWN || identity !== before)) this.#changed()
  }
}

/** A server that does not let us ask is taken for another one each time. */
const UNKNOWN = ''

export interface IdentifyOptions {
  readonly clock: Clock
  readonly identity: ServerIdentity
  /** How long the server may take to say who it is. */
  readonly timeoutMs: number
}

/**
 * Is up only when the server has said who it is.
 *
 * INFO's `run_id` is another one after a restart, `master_replid` after a failover.
 */
export class IdentifiedPort implements RedisPort {
  readonly started: Promise<void>
  readonly #port: RedisPort
  readonly #events: PortEvents
  readonly #options: IdentifyOptions
  #isKnown = false
  #hasStarted = false
  #settle: () => void = () => {}
  /** Counts connections and losses. */
  #turn = 0

  constructor(
    makePort: (events: PortEvents) => RedisPort,
    events: PortEvents,
    options: IdentifyOptions,
  ) {
    this.#events = events
    this.#options = options
    this.started = new Promise((resolve) => {
      this.#settle = () => {
        this.#hasStarted = true
        resolve()
      }
    })
    this.#port = makePort({
      up: () => {
        this.#turn++
        void this.#ask(this.#turn)
      },
      down: (reason) => {
        this.#turn++
        this.#isKnown = false
        this.#events.down(reason)
        this.#settle()
      },
    })
  }

  get state(): PortState {
    const { state } = this.#port
    if (state !== 'up' || this.#isKnown) return state
    return this.#hasStarted ? 'down' : 'starting'
  }

  get reason(): unknown {
    return this.#port.state === 'up' ? new Error('it has only just come back') : this.#port.reason
  }

  send(commands: readonly Command[]): Promise<readonly Reply[]> {
    return this.#port.send(commands)
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    await this.#port.subscribe(channel, listener)
  }

  distrust(reason: Error): void {
    this.#port.distrust(reason)
  }

  close(): void {
    this.#port.close()
    this.#settle()
  }

  /** Never rejects. */
  async #ask(turn: number): Promise<void> {
    const { clock, identity, timeoutMs } = this.#options
    const stop = clock.after(timeoutMs, () => {
      if (turn === this.#turn) this.#port.distrust(new Error('it does not say who it is'))
    })
    const replies = await this.#port.send([
      ['INFO', 'server'],
      ['INFO', 'replication'],
    ])
    stop()
    // Lost again meanwhile.
    if (turn !== this.#turn || this.#port.state !== 'up') return
    identity.met(identityOf(replies))
    this.#isKnown = true
    this.#events.up()
    this.#settle()
  }
}

function identityOf(replies: readonly Reply[]): string {
  const text = replies.map((reply) => (reply instanceof Error ? '' : String(reply))).join('\n')
  const run = /^run_id:(\w+)/m.exec(text)?.[1]
  const replication = /^master_replid:(\w+)/m.exec(text)?.[1]
  return run === undefined ? UNKNOWN : `${run} ${replication}`
}
