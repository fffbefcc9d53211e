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
  /**
   * Refuses a server that says that it is a replica: what it answers may be older than an invalidation that its primary has
   * confirmed. The nodes of a cluster see to it themselves.
   */
  readonly primaryOnly: boolean
}

/** A replica may be about to become the primary, or a name about to lead elsewhere. */
const ASK_REPLICA_EVERY_MS = 250

/**
 * Is up only when the server has said who it is, and that it is no replica.
 *
 * INFO's `run_id` is another one after a restart, `master_replid` after a failover.
 */
export class IdentifiedPort implements RedisPort {
  readonly started: Promise<void>
  readonly #port: RedisPort
  readonly #events: PortEvents
  readonly #options: IdentifyOptions
  #isKnown = false
  /** Why a server that answers is not used. */
  #refused: Error | undefined
  #stopWaiting: () => void = () => {}
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
        this.#stopWaiting()
        this.#down(reason)
      },
    })
  }

  get state(): PortState {
    const { state } = this.#port
    if (state !== 'up' || this.#isKnown) return state
    return this.#hasStarted ? 'down' : 'starting'
  }

  get reason(): unknown {
    if (this.#port.state !== 'up') return this.#port.reason
    return this.#refused ?? new Error('it has only just come back')
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
    this.#stopWaiting()
    this.#port.close()
    this.#settle()
  }

  #down(reason: unknown): void {
    this.#isKnown = false
    this.#events.down(reason)
    this.#settle()
  }

  #refuse(): void {
    const reason = new Error('READONLY it says that it is a replica')
    this.#refused = reason
    this.#down(reason)
    this.#stopWaiting = this.#options.clock.after(ASK_REPLICA_EVERY_MS, () => {
      this.#port.distrust(reason)
    })
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
    if (this.#options.primaryOnly && isReplica(replies)) return this.#refuse()
    this.#refused = undefined
    identity.met(identityOf(replies))
    this.#isKnown = true
    this.#events.up()
    this.#settle()
  }
}

function isReplica(replies: readonly Reply[]): boolean {
  return replies.some((reply) => !(reply instanceof Error) && /^role:slave\b/m.test(String(reply)))
}

function identityOf(replies: readonly Reply[]): string {
  const text = replies.map((reply) => (reply instanceof Error ? '' : String(reply))).join('\n')
  const run = /^run_id:(\w+)/m.exec(text)?.[1]
  const replication = /^master_replid:(\w+)/m.exec(text)?.[1]
  return run === undefined ? UNKNOWN : `${run} ${replication}`
}
