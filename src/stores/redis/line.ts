// One connection with the promises of this package around it: every act has a deadline, an outage is an error at once,
// a queue has a bound, and a server that has lost its scripts is given them again.
import type { Clock } from '../../base/clock.ts'
import type { CacheError } from '../../base/errors.ts'
import type { Operation } from '../../base/store.ts'
import {
  closed,
  isNoScript,
  isServerReply,
  isWrongType,
  outage,
  refusal,
  timeout,
  tooMany,
} from './failure.ts'
import type { Command, PortEvents, RedisPort, Reply } from './port.ts'
import { ScriptCall } from './script.ts'
import { untilAborted } from './until-aborted.ts'

export type Call = Command | ScriptCall

export interface LineOptions {
  /** The server's address for messages, without its password. */
  readonly where: string
  readonly clock: Clock
  readonly timeoutMs: number
  readonly maxQueued: number
}

/** An act that has been sent and not answered. */
interface Pending {
  readonly number: number
  fail(error: unknown): void
}

/**
 * After this many acts in a row without an answer, each sent after the one before had run out of time, the connection is
 * given up. One slow command of somebody else (a KEYS, a big DEL) stops a server for a second; three seconds it is gone.
 */
const SILENCES = 3

export class Line {
  readonly #port: RedisPort
  readonly #options: LineOptions
  readonly #pending = new Set<Pending>()
  /** Commands that the port has not answered, given up by their callers or not. */
  #queued = 0
  #acts = 0
  #silences = 0
  /** The newest act when a silence was last counted. */
  #countedAt = 0

  /** @param makePort is given the events to call; `events` hears of the same changes, after the acts in flight */
  constructor(
    makePort: (events: PortEvents) => RedisPort,
    events: PortEvents,
    options: LineOptions,
  ) {
    this.#options = options
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

  get isUp(): boolean {
    return this.#port.state === 'up'
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
    // The first attempt to connect is waited for; its own time bounds it.
    if (this.#port.state === 'starting') await untilAborted(this.#port.started, signal)
    if (this.#port.state === 'closed') throw closed()
    if (this.#port.state !== 'up') throw this.#outage(this.#port.reason)
    const { maxQueued, where } = this.#options
    // A batch that is larger than the bound by itself goes through when nothing else waits.
    if (this.#queued > 0 && this.#queued + calls.length > maxQueued) throw tooMany(where, maxQueued)

    const replies = await this.#timed(calls, signal)
    for (const reply of replies) {
      if (!(reply instanceof Error) || isWrongType(reply)) continue
      throw isServerReply(reply) ? refusal(reply, where) : this.#outage(reply)
    }
    return replies
  }

  /** Ends the connection at once. Whoever calls it has waited for the acts. */
  close(): void {
    this.#port.close()
  }

  async #timed(calls: readonly Call[], signal: AbortSignal | undefined): Promise<readonly Reply[]> {
    return await new Promise((resolve, reject) => {
      const { clock, timeoutMs, where } = this.#options
      let settled = false
      const settle = (): boolean => {
        if (settled) return false
        settled = true
        stopTimer()
        signal?.removeEventListener('abort', abort)
        this.#pending.delete(act)
        return true
      }
      const act: Pending = {
        number: ++this.#acts,
        fail: (error) => {
          if (settle()) reject(error)
        },
      }
      const fail = (error: unknown): void => act.fail(error)
      const abort = (): void => act.fail(signal?.reason)
      const stopTimer = clock.after(timeoutMs, () => {
        act.fail(timeout(where, timeoutMs))
        this.#countSilence(act)
      })
      signal?.addEventListener('abort', abort, { once: true })
      this.#pending.add(act)
      this.#exchange(calls).then((replies) => {
        if (settle()) resolve(replies)
      }, fail)
    })
  }

  async #exchange(calls: readonly Call[]): Promise<readonly Reply[]> {
    const replies = await this.#send(calls.map((call) => (isScript(call) ? call.short : call)))
    const first = replies.findIndex((reply) => reply instanceof Error && isNoScript(reply))
    if (first === -1) return replies

    // What stands after a script that did not run is repeated with it: it is read after the act, or not at all. Plain
    // calls only read, and scripts that did run are not run again.
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

  async #send(commands: readonly Command[]): Promise<readonly Reply[]> {
    this.#queued += commands.length
    try {
      const replies = await this.#port.send(commands)
      if (replies.some((reply) => !(reply instanceof Error) || isServerReply(reply)))
        this.#silences = 0
      return replies
    } finally {
      this.#queued -= commands.length
    }
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

  #outage(reason: unknown): CacheError {
    return outage(reason, this.#options.where)
  }
}

function isScript(call: Call): call is ScriptCall {
  return call instanceof ScriptCall
}
