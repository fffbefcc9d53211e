// Follows the log of invalidations and knows how far behind it may be.
//
// The horizon: everything that was invalidated before the last answered read of the log was *sent* is known here. So a copy
// may be served while that moment is no longer ago than the staleness allowed, whatever has happened to the connection, this
// process or the machine since: the clock alone decides. Past it this process is blind and asks the store.
import type { Clock } from '../../base/clock.ts'
import type { Feed, FeedBatch, FeedPosition, FeedRecord } from '../../base/feed.ts'

export interface FollowerParts {
  readonly feed: Feed
  readonly clock: Clock
  readonly processId: string
  readonly maxStalenessMs: number
  /** How long an act may take, see {@link Follower.isAwake}. */
  readonly settleMs: number
  /** In the order of the log, before the horizon moves over it. */
  apply(records: readonly FeedRecord[]): void
  /** Nothing that is near may be believed any more. */
  forget(): void
  /** The log could not be read; told once per spell. */
  failed(error: unknown): void
}

/** Announcements outlive a pause of this many of their renewals. */
const RENEWALS = 10

export class Follower {
  readonly #parts: FollowerParts
  #position: FeedPosition | undefined
  /** When the last answered read was sent. */
  #horizon = -Infinity
  #awakeAt = Infinity
  #announcedUntil = -Infinity
  #reading: Promise<void> | undefined
  #isDue = false
  #stopTimer: () => void = () => {}
  #questions: { by: string; question: string }[] = []
  #isFailing = false
  #closed = false

  constructor(parts: FollowerParts) {
    this.#parts = parts
    parts.feed.listen({
      readable: () => this.#read(),
      asked: (by, question) => {
        this.#questions.push({ by, question })
        this.#read()
      },
      answered: (by, question) => this.answered(by, question),
    })
    this.#read()
  }

  /** Set by whoever asks questions. */
  answered: (by: string, question: string) => void = () => {}

  /** Copies may be served now. */
  get isLive(): boolean {
    return this.isLiveAt(this.#parts.clock.now())
  }

  /** As {@link Follower.isLive}, for who has just read the clock. */
  isLiveAt(now: number): boolean {
    return now - this.#horizon <= this.#parts.maxStalenessMs
  }

  /**
   * Copies may be made now. Not at once after the first announcement: an act that is still on its way may have learned that
   * nobody reads the log, and be done on its key only after we have read that. One deadline later no such act is left.
   */
  get isAwake(): boolean {
    return this.isLive && this.#parts.clock.now() >= this.#awakeAt
  }

  /** Resolves when what is in the log now has been read, or could not be. */
  async catchUp(): Promise<void> {
    await this.#reading
    this.#read()
    await this.#reading
  }

  /** What is near may not be believed: the store may have become another one. */
  reset(): void {
    this.#begin()
    this.#read()
  }

  close(): void {
    this.#closed = true
    this.#stopTimer()
  }

  #read(): void {
    if (this.#closed) return
    if (this.#reading !== undefined) {
      this.#isDue = true
      return
    }
    this.#isDue = false
    this.#stopTimer()
    const questions = this.#questions.splice(0)
    this.#reading = this.#readOnce()
      .then(
        () => {
          this.#isFailing = false
          for (const { by, question } of questions) this.#parts.feed.answer(by, question)
        },
        (error: unknown) => {
          // Whoever asked waits no longer than until we are blind.
          if (!this.#isFailing) this.#parts.failed(error)
          this.#isFailing = true
        },
      )
      .finally(() => {
        this.#reading = undefined
        this.#later()
      })
  }

  #later(): void {
    if (this.#closed) return
    if (this.#isDue) return this.#read()
    const { clock, maxStalenessMs } = this.#parts
    this.#stopTimer = clock.after(maxStalenessMs / 3, () => this.#read())
  }

  async #readOnce(): Promise<void> {
    const { clock, feed } = this.#parts
    await this.#announce()
    const sent = clock.now()
    const after = this.#position as FeedPosition
    const batch: FeedBatch = await feed.read(after)
    // Reset meanwhile: this was the log of before.
    if (this.#position !== after) return
    if (batch.broken) return this.#begin()
    this.#parts.apply(batch.records)
    this.#position = batch.position
    this.#horizon = sent
  }

  /** Anew, with nothing: who writes may not know of us any more. */
  #begin(): void {
    this.#position = undefined
    this.#horizon = -Infinity
    this.#announcedUntil = -Infinity
    this.#awakeAt = Infinity
    this.#isDue = true
    this.#parts.forget()
  }

  async #announce(): Promise<void> {
    const { clock, feed, maxStalenessMs, processId, settleMs } = this.#parts
    const now = clock.now()
    const everyMs = Math.max(maxStalenessMs, settleMs)
    if (this.#position !== undefined && now < this.#announcedUntil - (RENEWALS - 1) * everyMs)
      return
    const forMs = RENEWALS * everyMs
    const position = await feed.announce({ processId, maxStalenessMs }, forMs)
    const hadLapsed = now >= this.#announcedUntil
    this.#announcedUntil = now + forMs
    if (this.#position !== undefined && !hadLapsed) return
    // Nobody wrote for us meanwhile.
    this.#parts.forget()
    this.#position = position
    this.#awakeAt = clock.now() + settleMs
  }
}
