import type { Clock } from '../base/clock.ts'
import type { Feed } from '../base/feed.ts'
import { stay } from '../base/stay.ts'

interface Question {
  /** Who has not answered yet. */
  readonly open: Set<string>
  readonly done: () => void
}

/** On its way from one process to another. */
const MESSAGE_MS = 250

/**
 * Waits until every process that keeps copies knows of all that was invalidated before, or has been without news for so long
 * that it serves none: the leases of Gray and Cheriton (1989), with a term of the staleness allowed.
 */
export class Reach {
  readonly #feed: Feed
  readonly #clock: Clock
  readonly #processId: string
  readonly #questions = new Map<string, Question>()
  #count = 0

  constructor(feed: Feed, clock: Clock, processId: string) {
    this.#feed = feed
    this.#clock = clock
    this.#processId = processId
  }

  async everywhere(): Promise<void> {
    const name = `${this.#processId}${++this.#count}`
    const readers = (await this.#feed.readers()).filter(
      ({ processId }) => processId !== this.#processId,
    )
    if (readers.length === 0) return
    const longestMs = Math.max(...readers.map(({ maxStalenessMs }) => maxStalenessMs))
    let done = (): void => {}
    const all = new Promise<void>((resolve) => (done = resolve))
    this.#questions.set(name, {
      open: new Set(readers.map(({ processId }) => processId)),
      done,
    })
    const stop = this.#clock.after(longestMs + MESSAGE_MS, done)
    const leave = stay()
    try {
      // Who does not hear of it is blind when the time is over.
      await this.#feed.nudge(name).catch(() => {})
      await all
    } finally {
      leave()
      stop()
      this.#questions.delete(name)
    }
  }

  answered(by: string, name: string): void {
    const question = this.#questions.get(name)
    question?.open.delete(by)
    if (question?.open.size === 0) question.done()
  }

  close(): void {
    for (const { done } of this.#questions.values()) done()
  }
}

/** For a process that keeps nothing near itself. */
export function askingOnly(feed: Feed, clock: Clock, processId: string): Reach {
  const reach = new Reach(feed, clock, processId)
  feed.listen({
    readable: () => {},
    asked: () => {},
    answered: (by, question) => reach.answered(by, question),
  })
  return reach
}
