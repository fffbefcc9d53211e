// One connection with the promises of this package around it: every act has a deadline, an outage is an error at once,
// a queue has a bound, and a server that has lost its scripts is given them again.
import type { Clock } from '../../base/clock.ts'
import { type CacheError, isCacheError } from '../../base/errors.ts'
import type { Operation } from '../../base/store.ts'
import { Deadlines, type Waiting } from './deadlines.ts'
import {
  closed,
  isNoScript,
  isReadOnly,
  isServerReply,
  isWrongType,
  outage,
  refusal,
  timeout,
  tooMany,
} from './failure.ts'
import type { Command, PortEvents, RedisPort, Reply } from './port.ts'
import { ScriptCall } from './script.ts'
import { untilAborted } from '../../base/until-aborted.ts'

export type Call = Command | ScriptCall

export interface LineOptions {
  /** The server's address for messages, without its password. */
  readonly where: string
  readonly clock: Clock
  readonly timeoutMs: number
  readonly maxQueued: number
  /** Whether reads that ran out of time are asked once more. */
  readonly retryOnTimeout?: boolean
}

/** An act that has been sent and not answered. */
interface Pending extends Waiting {
  /** Acts are numbered as they are sent. */
  readonly number: number
  fail(error: unknown): void
}

/**
 * After this many acts in a row without an answer, each sent after the one before had run out of time, the connection is
 * given up. One slow command of somebody else (a KEYS, a big DEL) stops a server for a second; three seconds it is gone.
 */
const SILENCES = 3

/** An address that is always a replica's can still be read from in between. */
const LEAVE_EVERY_MS = 5000

export class Line {
  readonly #port: RedisPort
  readonly #options: LineOptions
  readonly #pending: Deadlines<Pending>
  /** Commands that the port has not answered, given up by their callers or not. */
  #queued = 0
  #acts = 0
  #silences = 0
  /** The newest act when a silence was last counted. */
  #countedAt = 0
  #leftAt = -Infinity

  /** @param makePort is given the events to call; `events` hears of the same changes, after the acts in flight */
  constructor(
    makePort: (events: PortEvents) => RedisPort,
    events: PortEvents,
    options: LineOptions,
  ) {
    this.#options = options
    this.#pending = new Deadlines(options.clock, options.timeoutMs)
    this.#port = makePort({
      up: () => events.up(),
      down: (reason) => {
        this.#silences = 0
        const error = this.#outage(reason)
        for (const act of this.#pending) act.fail(error)
        events.down(reason)
      },
    })
  }

  /** False while it is known that nothing can be sent. */
  get isUp(): boolean {
    const { state } = this.#port
    return state === 'up' || state === 'starting'
  }

  /**
   * Sends the calls together and answers their replies in order. Errors in place of replies are thrown, save WRONGTYPE,
   * which says something about a key.
   *
   * @throws {CacheError} `E_STORE_DOWN` `E_STORE_TIMEOUT` `E_STORE_AUTH` `E_STORE_REFUSED` `E_CLIENT_MISSING` `E_CLOSED`
   */
  async run(calls: readonly Call[], operation: Operation = {}): Promise<readonly Reply[]> {
    const { signal } = operation
    signal?.throwIfAborted()
    const port = this.#port
    // The first attempt to connect is waited for; its own time bounds it.
    if (port.state === 'starting') await untilAborted(port.started, signal)
    if (port.state === 'closed') throw closed()
    if (port.state !== 'up') throw this.#outage(port.reason)
    const { maxQueued, where } = this.#options
    // A batch that is larger than the bound by itself goes through when nothing else waits.
    if (this.#queued > 0 && this.#queued + calls.length > maxQueued) throw tooMany(where, maxQueued)

    const replies = await (this.#options.retryOnTimeout === true && !calls.some(isScript)
      ? this.#timedTwice(calls, signal)
      : this.#timed(calls, signal))
    for (const reply of replies) {
      if (!(reply instanceof Error) || isWrongType(reply)) continue
      if (isReadOnly(reply)) this.#leaveReplica(reply)
      throw isServerReply(reply) ? refusal(reply, where) : this.#outage(reply)
    }
    return replies
  }

  /** Ends the connection at once. Whoever calls it has waited for the acts. */
  close(): void {
    this.#pending.close()
    this.#port.close()
  }

  /** Only for plain calls, which read. */
  async #timedTwice(calls: readonly Call[], signal?: AbortSignal): Promise<readonly Reply[]> {
    try {
      return await this.#timed(calls, signal)
    } catch (error) {
      // Given up meanwhile: what is not connected is not asked.
      if (!isCacheError(error, 'E_STORE_TIMEOUT') || this.#port.state !== 'up') throw error
      return await this.#timed(calls, signal)
    }
  }

  // Written with callbacks: this is the road of every act, and each `await` on it would be paid a hundred thousand times
  // a second.
  #timed(calls: readonly Call[], signal: AbortSignal | undefined): Promise<readonly Reply[]> {
    return new Promise((resolve, reject) => {
      const { timeoutMs, where } = this.#options
      const end = (): void => {
        signal?.removeEventListener('abort', abort)
        this.#pending.delete(act)
      }
      // What comes after the end is ignored: a promise settles once.
      const act: Pending = {
        number: ++this.#acts,
        step: 0,
        fail(error) {
          end()
          reject(error)
        },
        expire: () => {
          act.fail(timeout(where, timeoutMs))
          this.#countSilence(act)
        },
      }
      const abort = (): void => act.fail(signal?.reason)
      signal?.addEventListener('abort', abort, { once: true })
      this.#pending.add(act)

      const answer = (replies: readonly Reply[]): void => {
        end()
        resolve(replies)
      }
      void this.#send(calls.map((call) => (isScript(call) ? call.short : call))).then((replies) => {
        const first = replies.findIndex((reply) => reply instanceof Error && isNoScript(reply))
        if (first === -1) answer(replies)
        else void this.#sendAgain(calls, replies, first).then(answer)
      })
    })
  }

  /**
   * What stands after a script that did not run is repeated with it: it is read after the act, or not at all. Plain calls
   * only read, and scripts that did run are not run again.
   */
  async #sendAgain(
    calls: readonly Call[],
    replies: readonly Reply[],
    first: number,
  ): Promise<readonly Reply[]> {
    const again: number[] = []
    const commands: Command[] = []
    for (let index = first; index < calls.length; index++) {
      const call = calls[index] as Call
      const reply = replies[index]
      if (isScript(call) && !(reply instanceof Error && isNoScript(reply))) continue
      again.push(index)
      commands.push(isScript(call) ? call.full : call)
    }
    const late = await this.#send(commands)
    const all = [...replies]
    for (const [at, index] of again.entries()) all[index] = late[at] as Reply
    return all
  }

  /** Never rejects. */
  #send(commands: readonly Command[]): Promise<readonly Reply[]> {
    this.#queued += commands.length
    const counted = (replies: readonly Reply[]): readonly Reply[] => {
      this.#queued -= commands.length
      if (replies.some((reply) => !(reply instanceof Error) || isServerReply(reply))) {
        this.#silences = 0
      }
      return replies
    }
    // The port does not reject either, but a client that was passed in is anybody's.
    return this.#port.send(commands).then(counted, (error: unknown) => {
      const failure = error instanceof Error ? error : new Error(String(error))
      return counted(commands.map(() => failure))
    })
  }

  #countSilence(act: Pending): void {
    // Many acts run out of time in one moment; they are one silence.
    if (act.number <= this.#countedAt) return
    this.#countedAt = this.#acts
    this.#silences++
    if (this.#silences < SILENCES) return
    this.#silences = 0
    this.#port.distrust(new Error(`${SILENCES} acts in a row got no answer`))
  }

  /** It was the primary when we connected. Whoever has its name or its place now is found by connecting anew. */
  #leaveReplica(reason: Error): void {
    const now = this.#options.clock.now()
    if (now < this.#leftAt + LEAVE_EVERY_MS) return
    this.#leftAt = now
    this.#port.distrust(reason)
  }

  #outage(reason: unknown): CacheError {
    return outage(reason, this.#options.where)
  }
}

function isScript(call: Call): call is ScriptCall {
  return call instanceof ScriptCall
}
