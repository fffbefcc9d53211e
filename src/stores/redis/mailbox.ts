// How other processes reach this one: a channel of its own, on a connection of its own, so that a megabyte on its way to
// a reader does not stand in front of a wake.
//
// Nobody asks for a lease before the first subscription stands or has failed: a letter sent in between would be lost.
// While the subscription is away nothing is heard, and Redis keeps no message for later. Then a wait is a poll: whoever
// was told that somebody else is loading is woken soon, looks again, and is told so again.
import type { Clock } from '../../base/clock.ts'
import type { StoreEvent } from '../../base/store.ts'
import type { Token } from '../../base/token.ts'
import type { RedisFeed } from './feed.ts'
import type { PortEvents, RedisPort } from './port.ts'

const POLL_MS = 50
/** A connection that only listens does not notice that its other end is gone. */
const PING_MS = 15_000

/** Who reads what comes in. */
export interface LetterReader {
  /** @param text the record that was committed, in base64, if it was sent along */
  wake(key: string, text?: string): void
  doom(token: Token): void
  lost(): void
  answered(by: string, question: string): void
}

export interface MailboxOptions {
  readonly channel: string
  /** One more channel that this process may want to hear. */
  readonly feed: Pick<RedisFeed, 'channel' | 'receive'>
  readonly clock: Clock
  readonly timeoutMs: number
  /** Whether the connection is sent a PING now and then; a client that somebody else made looks after itself. */
  readonly pings: boolean
  report(event: StoreEvent): void
}

export class Mailbox {
  readonly #inbox: LetterReader
  readonly #options: MailboxOptions
  readonly #port: RedisPort
  /** How often a subscription was confirmed; `undefined` while there is none. */
  #epoch: number | undefined
  #confirmed = 0
  #refused = false
  readonly #unheard = new Set<string>()
  #stopPoll: (() => void) | undefined
  #stopPing: () => void = () => {}
  #settled = false
  #settle: () => void = () => {}
  readonly #settling: Promise<void>

  constructor(
    makePort: (events: PortEvents) => RedisPort,
    inbox: LetterReader,
    options: MailboxOptions,
  ) {
    this.#inbox = inbox
    this.#options = options
    this.#settling = new Promise((resolve) => {
      this.#settle = () => {
        this.#settled = true
        resolve()
      }
    })
    this.#port = makePort({
      up: () => void this.#subscribe(),
      down: () => {
        this.#epoch = undefined
        this.#stopPing()
        this.#settle()
      },
    })
  }

  /** `undefined` once it is known whether letters arrive; until then a promise that does not take long. */
  whenSettled(): Promise<void> | undefined {
    return this.#settled ? undefined : this.#settling
  }

  /** To be read before an ACQUIRE is sent, and given to {@link waits} when it was answered `busy`. */
  get epoch(): number | undefined {
    return this.#epoch
  }

  /** Sees to it that whoever waits for `key` is woken, unless one subscription has listened since before `epoch` was read. */
  waits(key: string, epoch: number | undefined): void {
    if (epoch !== undefined && epoch === this.#epoch) return
    this.#unheard.add(key)
    this.#stopPoll ??= this.#options.clock.after(POLL_MS, () => {
      this.#stopPoll = undefined
      const keys = [...this.#unheard]
      this.#unheard.clear()
      for (const each of keys) this.#inbox.wake(each)
    })
  }

  close(): void {
    this.#epoch = undefined
    this.#settle()
    this.#stopPing()
    this.#stopPoll?.()
    this.#port.close()
  }

  /** Never rejects. */
  async #subscribe(): Promise<void> {
    const { clock, timeoutMs } = this.#options
    const stopTimer = clock.after(timeoutMs, this.#settle)
    try {
      const { channel, feed } = this.#options
      await this.#port.subscribe(channel, this.#receive)
      if (feed.channel !== undefined) await this.#port.subscribe(feed.channel, feed.receive)
    } catch (error) {
      // Lost again already, or refused: by then waits are polls, and a refusal is worth one word.
      if (this.#port.state !== 'up' || this.#refused) return
      this.#refused = true
      this.#options.report({
        kind: 'error',
        message:
          `The inbox ${this.#options.channel} could not be subscribed to; waiters poll every ${POLL_MS}ms. ` +
          'Allow its channel to this user: &<prefix>:w:*',
        error,
      })
      return
    } finally {
      stopTimer()
      this.#settle()
    }
    if (this.#port.state !== 'up') return
    this.#epoch = ++this.#confirmed
    if (this.#confirmed > 1) this.#inbox.lost()
    this.#pingLater()
  }

  readonly #receive = (message: string): void => {
    if (message.startsWith('w ')) this.#inbox.wake(message.slice(2))
    else if (message.startsWith('v ')) {
      // A wire key has no blanks.
      const end = message.indexOf(' ', 2)
      this.#inbox.wake(message.slice(2, end), message.slice(end + 1))
    } else if (message.startsWith('d ')) this.#inbox.doom(message.slice(2))
    else if (message.startsWith('a ')) {
      const [, by = '', question = ''] = message.split(' ')
      this.#inbox.answered(by, question)
    }
  }

  #pingLater(): void {
    if (!this.#options.pings) return
    const { clock, timeoutMs } = this.#options
    this.#stopPing = clock.after(PING_MS, () => {
      const stopDeadline = clock.after(timeoutMs, () => {
        this.#port.distrust(new Error('the inbox connection does not answer'))
      })
      this.#stopPing = stopDeadline
      const { epoch } = this
      void this.#port.send([['PING']]).then(() => {
        stopDeadline()
        if (epoch !== undefined && epoch === this.#epoch) this.#pingLater()
      })
    })
  }
}
