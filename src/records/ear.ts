import type { Clock } from '../base/clock.ts'
import type { Inbox, Operation } from '../base/store.ts'
import type { CasBackend } from './backend.ts'

const POLL_MS = 50

/**
 * How a process hears of the records that others change. Whoever is put on the list of a record can hear by then, or it is
 * known that he cannot: nobody keeps a message for later. While nothing can be heard, waits are polls: who waits is woken soon,
 * looks again, and is told once more that somebody else is loading.
 */
export class Ear {
  readonly #clock: Clock
  readonly #backend: Pick<CasBackend<unknown>, 'hear' | 'hearing'>
  readonly #inbox: Inbox
  readonly #unheard = new Set<string>()
  #stopPoll: (() => void) | undefined
  #closed = false

  constructor(clock: Clock, backend: Pick<CasBackend<unknown>, 'hear' | 'hearing'>, inbox: Inbox) {
    this.#clock = clock
    this.#backend = backend
    this.#inbox = inbox
    backend.hear?.(
      (message) => {
        if (message.startsWith('w ')) inbox.wake(message.slice(2))
        else if (message.startsWith('d ')) inbox.doom(message.slice(2))
      },
      () => inbox.lost(),
    )
  }

  /** To be asked before a record is changed, and given to {@link waits} when somebody else is loading. */
  async hearing(operation: Operation): Promise<number | undefined> {
    return await this.#backend.hearing?.(operation)
  }

  /** Sees to it that who waits for `key` is woken, also when messages were not heard all the time since `before`. */
  async waits(key: string, before: number | undefined, operation: Operation): Promise<void> {
    if (this.#backend.hearing === undefined) return
    const now = await this.#backend.hearing(operation)
    if (this.#closed || (before !== undefined && now === before)) return
    this.#unheard.add(key)
    this.#stopPoll ??= this.#clock.after(POLL_MS, () => {
      this.#stopPoll = undefined
      const keys = [...this.#unheard]
      this.#unheard.clear()
      for (const each of keys) this.#inbox.wake(each)
    })
  }

  close(): void {
    this.#closed = true
    this.#stopPoll?.()
  }
}
