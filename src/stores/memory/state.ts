import type { Clock } from '../../base/clock.ts'
import type { Inbox } from '../../base/store.ts'
import { processOf, type Token } from '../../base/token.ts'
import { Arena } from './arena.ts'
import { GenerationTable } from './generations.ts'
import type { Slot } from './slot.ts'

/** What the stores opened from one definition share: as processes share a server, in tests of the protocol for instance. */
export class MemoryState {
  readonly arena: Arena
  readonly #generations = new Map<string, GenerationTable>()
  readonly #inboxes = new Map<string, Inbox>()

  constructor(maxBytes: number, maxEntries: number) {
    this.arena = new Arena(maxBytes, maxEntries)
  }

  generationsOf(prefix: string, clock: Clock): GenerationTable {
    let table = this.#generations.get(prefix)
    if (table === undefined)
      this.#generations.set(prefix, (table = new GenerationTable(clock.now())))
    return table
  }

  join(processId: string, inbox: Inbox): void {
    this.#inboxes.set(processId, inbox)
  }

  leave(processId: string): void {
    this.#inboxes.delete(processId)
  }

  /** Ends the slot's lease, and tells its holder that what it loads can no longer be stored. */
  doom(slot: Slot): void {
    const token = slot.lease?.token
    slot.lease = undefined
    if (token !== undefined) this.#tell(processOf(token), (inbox) => inbox.doom(token))
  }

  /** The lease has passed from one token to another: the old holder is told. */
  doomed(token: Token): void {
    this.#tell(processOf(token), (inbox) => inbox.doom(token))
  }

  wake(slot: Slot): void {
    const { waiters, key } = slot
    if (waiters === undefined) return
    slot.waiters = undefined
    for (const processId of waiters) this.#tell(processId, (inbox) => inbox.wake(key))
  }

  // Later, as a message would come: the act that caused it has returned by then.
  #tell(processId: string, say: (inbox: Inbox) => void): void {
    queueMicrotask(() => {
      const inbox = this.#inboxes.get(processId)
      if (inbox !== undefined) say(inbox)
    })
  }
}
