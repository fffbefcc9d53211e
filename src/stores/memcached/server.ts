// One server with the promises of this package around it: every act has a deadline, an outage is an error at once, a queue
// has a bound, and a connection that is lost is made again for ever, with growing pauses.
import type { Clock } from '../../base/clock.ts'
import type { Operation, StoreContext } from '../../base/store.ts'
import { Connection, type Target } from './connection.ts'
import { closed, outage, refusal, timeout, tooMany } from './failure.ts'
import type { ActSettings } from './options.ts'
import type { Command, Reply } from './reply.ts'
import { untilAborted } from '../../base/until-aborted.ts'

/** After this many deadlines in a row without any answer the connection is given up. */
const SILENCES = 3

export interface ServerEvents {
  /** @param askedAt when the server was asked what it said of itself, and `answeredAt` when that came */
  up(about: ReadonlyMap<string, string>, askedAt: number, answeredAt: number): void
}

const ERRORS = new Set(['ERROR', 'CLIENT_ERROR', 'SERVER_ERROR'])

export class Server {
  readonly where: string
  readonly #target: Target
  readonly #settings: ActSettings
  readonly #clock: Clock
  readonly #events: ServerEvents
  readonly #report: StoreContext['report']
  #state: 'starting' | 'up' | 'down' | 'closed' = 'starting'
  #reason: unknown
  #connection: Connection | undefined
  /** Counts connections: CAS numbers of one mean nothing on the next, whose server may have been started anew. */
  #epoch = 0
  #failures = 0
  #silences = 0
  #answeredBefore = 0
  #attempt: AbortController | undefined
  #stopWaiting: () => void = () => {}
  #acts = new Set<Promise<unknown>>()
  readonly #started: Promise<void>
  #settle: () => void = () => {}

  constructor(
    target: Target,
    settings: ActSettings,
    context: Pick<StoreContext, 'clock' | 'report'>,
    events: ServerEvents,
  ) {
    this.where = target.where
    this.#target = target
    this.#settings = settings
    this.#clock = context.clock
    this.#events = events
    this.#report = (event) => {
      try {
        context.report(event)
      } catch {
        // Whoever listens to events answers for them.
      }
    }
    this.#started = new Promise((resolve) => (this.#settle = resolve))
    void this.#try()
  }

  get epoch(): number {
    return this.#epoch
  }

  /**
   * Sends the commands together and answers in order; error answers are thrown.
   *
   * @param epoch when given and no longer that of the connection, nothing is sent and the answer is `undefined`
   * @throws {CacheError} `E_STORE_DOWN` `E_STORE_TIMEOUT` `E_STORE_AUTH` `E_STORE_REFUSED` `E_TOO_LARGE` `E_CLOSED`
   */
  async run(
    commands: readonly Command[],
    { signal }: Operation,
    epoch?: number,
  ): Promise<{ readonly replies: readonly Reply[]; readonly epoch: number } | undefined> {
    signal?.throwIfAborted()
    if (this.#state === 'starting') await untilAborted(this.#started, signal)
    if (this.#state === 'closed') throw closed()
    const connection = this.#connection
    if (connection === undefined) throw outage(this.#reason, this.where)
    const now = this.#epoch
    if (epoch !== undefined && epoch !== now) return undefined
    const { maxQueued } = this.#settings
    if (connection.waiting > 0 && connection.waiting + commands.length > maxQueued)
      throw tooMany(this.where, maxQueued)

    const act = this.#timed(connection, commands)
    this.#acts.add(act)
    const replies = await untilAborted(
      act.finally(() => this.#acts.delete(act)),
      signal,
    )
    return { replies, epoch: now }
  }

  /** Waits for the acts, each of which has a deadline, and ends the connection. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#acts)
    this.#state = 'closed'
    this.#stopWaiting()
    this.#attempt?.abort(closed())
    this.#connection?.destroy()
    this.#connection = undefined
    this.#settle()
  }

  #timed(connection: Connection, commands: readonly Command[]): Promise<readonly Reply[]> {
    const { timeoutMs } = this.#settings
    return new Promise((resolve, reject) => {
      const stop = this.#clock.after(timeoutMs, () => {
        reject(timeout(this.where, timeoutMs))
        this.#countSilence(connection)
      })
      void connection.send(commands).then((replies) => {
        stop()
        const bad = replies.find((reply) => reply === undefined || ERRORS.has(reply.code))
        if (replies.includes(undefined)) reject(outage(this.#reason, this.where))
        else if (bad !== undefined) reject(refusal(bad, this.where))
        else resolve(replies as readonly Reply[])
      })
    })
  }

  #countSilence(connection: Connection): void {
    const { answered } = connection
    this.#silences = answered === this.#answeredBefore ? this.#silences + 1 : 1
    this.#answeredBefore = answered
    if (this.#silences < SILENCES || this.#connection !== connection) return
    this.#lose(connection, new Error(`${SILENCES} acts in a row got no answer`))
    connection.destroy()
  }

  /** Never rejects. */
  async #try(): Promise<void> {
    const attempt = new AbortController()
    this.#attempt = attempt
    const { connectMs } = this.#settings
    const stopTimer = this.#clock.after(connectMs, () => {
      attempt.abort(new Error(`no answer within ${connectMs}ms (option 'connectTimeout')`))
    })
    const askedAt = this.#clock.now()
    let made: Connection | undefined
    let early: { readonly reason: unknown } | undefined
    try {
      made = await Connection.open(
        this.#target,
        (reason) => {
          if (made === undefined) early = { reason }
          else this.#lose(made, reason)
        },
        attempt.signal,
      )
      if (early !== undefined) throw early.reason
      this.#won(made, askedAt)
    } catch (error) {
      made?.destroy()
      this.#failed(error)
    } finally {
      stopTimer()
    }
  }

  #won(connection: Connection, askedAt: number): void {
    if (this.#state === 'closed') {
      connection.destroy()
      return
    }
    this.#connection = connection
    this.#epoch++
    this.#failures = 0
    this.#silences = 0
    this.#reason = undefined
    this.#state = 'up'
    this.#events.up(connection.about, askedAt, this.#clock.now())
    this.#report({ kind: 'connected', message: `Connected to Memcached at ${this.where}.` })
    this.#settle()
  }

  #failed(error: unknown): void {
    if (this.#state === 'closed') return
    this.#failures++
    this.#isDown(error)
  }

  #lose(connection: Connection, reason: unknown): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.#isDown(reason)
  }

  #isDown(error: unknown): void {
    const isNew = this.#state !== 'down'
    this.#state = 'down'
    this.#reason = error
    if (isNew) {
      const { message } = outage(error, this.where)
      this.#report({ kind: 'disconnected', message, error })
      this.#settle()
    }
    const { minMs, maxMs } = this.#settings
    const pause = Math.min(maxMs, minMs * 2 ** Math.min(this.#failures, 30))
    // Half of it at random, or a whole fleet comes back in step.
    this.#stopWaiting = this.#clock.after(pause * (0.5 + Math.random() / 2), () => {
      if (this.#state === 'down') void this.#try()
    })
  }
}
