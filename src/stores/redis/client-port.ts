// A client that somebody else made and keeps: we use it, listen to what becomes of it, and leave it as it was.
import type { Clock } from '../../base/clock.ts'
import type { Command, PortEvents, PortState, RedisPort, Reply } from './port.ts'

/** What a client can do for us, in our words. One file per client library makes them. */
export interface ClientAdapter {
  isReady(): boolean
  /** Starts connecting a client that nobody has connected, where that is the library's own way. */
  start(): void
  send(commands: readonly Command[]): Promise<readonly Reply[]>
  subscribe(channel: string, listener: (message: string) => void): Promise<void>
  /** Tells of every change; may tell the same twice. The returned function stops it. */
  watch(up: () => void, down: (reason: unknown) => void): () => void
  /** Ends the client, for one that is ours. */
  end(): void
}

export interface ClientPortOptions {
  readonly clock: Clock
  /** How long the client may take to connect before we call it down. */
  readonly connectMs: number
  /** Whether the client is ours to end. */
  readonly ours: boolean
  /** What to do about a client that is not connected. */
  readonly advice: string
}

export class ClientPort implements RedisPort {
  state: PortState
  reason: unknown
  readonly started: Promise<void>
  readonly #adapter: ClientAdapter
  readonly #ours: boolean
  readonly #events: PortEvents
  #settle: () => void = () => {}
  readonly #stopTimer: () => void
  readonly #unwatch: () => void
  #silent = false

  constructor(adapter: ClientAdapter, events: PortEvents, options: ClientPortOptions) {
    this.#adapter = adapter
    this.#ours = options.ours
    this.#events = events
    this.state = 'starting'
    this.started = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#stopTimer = options.clock.after(options.connectMs, () => {
      if (this.state === 'starting') this.#down(new Error(options.advice))
    })
    this.#unwatch = adapter.watch(
      () => this.#up(),
      (reason) => this.#down(reason),
    )
    adapter.start()
    // Later, so that whoever makes this port has it when it hears of it.
    queueMicrotask(() => this.#up())
  }

  send(commands: readonly Command[]): Promise<readonly Reply[]> {
    return this.#adapter.send(commands)
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    await this.#adapter.subscribe(channel, listener)
  }

  // We may not break a connection that is not ours. Replies come in order, so the one to this PING says that
  // everything before it has been answered too, or given up.
  distrust(reason: Error): void {
    if (this.state !== 'up') return
    this.#silent = true
    this.#down(reason)
    void this.#adapter.send([['PING']]).then(() => {
      this.#silent = false
      this.#up()
    })
  }

  close(): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.#stopTimer()
    this.#unwatch()
    this.#settle()
    if (this.#ours) this.#adapter.end()
  }

  #up(): void {
    if (this.#silent || this.state === 'closed' || this.state === 'up') return
    if (!this.#adapter.isReady()) return
    this.#stopTimer()
    this.reason = undefined
    this.state = 'up'
    this.#events.up()
    this.#settle()
  }

  #down(reason: unknown): void {
    // A first attempt that fails is an answer; a client that was never connected says nothing, and the timer ends that.
    if (this.state === 'closed' || this.state === 'down') return
    this.reason = reason
    this.state = 'down'
    this.#events.down(reason)
    this.#settle()
  }
}
