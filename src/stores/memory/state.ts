import type { Clock } from '../../base/clock.ts'
import type { Field, Stamp } from '../../base/generation.ts'
import type { Inbox } from '../../base/store.ts'
import { processOf, type Token } from '../../base/token.ts'
import { Arena, type Evicted } from './arena.ts'
import { GenerationTable } from './generations.ts'
import type { Slot } from './slot.ts'

/** Of the bound, what all generations together may take from the entries: a flood of distinct tags must not push these out. */
const GENERATIONS_SHARE = 1 / 8
/** What they may take where there is no bound: some 100 000 tags. */
const GENERATIONS_MAX_BYTES = 16 * 1024 ** 2

/** What the stores opened from one definition share: as processes share a server, in tests of the protocol for instance. */
export class MemoryState {
  readonly arena: Arena
  readonly #tables = new Map<string, GenerationTable>()
  readonly #inboxes = new Map<string, Inbox>()

  constructor(maxBytes: number, maxEntries: number) {
    this.arena = new Arena(maxBytes, maxEntries)
  }

  generationsOf(prefix: string, clock: Clock): GenerationTable {
    let table = this.#tables.get(prefix)
    if (table === undefined) {
      table = new GenerationTable(clock.now(), (change) => this.arena.weighOther(change))
      this.#tables.set(prefix, table)
    }
    return table
  }

  bump(table: GenerationTable, fields: readonly Field[], now: number, intent?: Token): Stamp {
    const { arena } = this
    const share = Math.min(arena.maxBytes * GENERATIONS_SHARE, GENERATIONS_MAX_BYTES)
    const stamp = table.bump(fields, now, share / this.#tables.size, intent)
    arena.settle(now, this.gone)
    return stamp
  }

  join(processId: string, inbox: Inbox): void {
    this.#inboxes.set(processId, inbox)
  }

  leave(processId: string): void {
    this.#inboxes.delete(processId)
  }

  /** Ends the slot's lease, and tells its holder that what it loads can no longer be stored. */
  doom(slot: Slot): void {
    const lease = slot.endLease()
    if (lease !== undefined) this.doomed(lease.token)
  }

  /** The lease under a token was taken away: its holder is told. */
  doomed(token: Token): void {
    this.#tell(processOf(token), (inbox) => inbox.doom(token))
  }

  wake(slot: Slot): void {
    const waiters = slot.takeWaiters()
    if (waiters === undefined) return
    for (const processId of waiters) this.#tell(processId, (inbox) => inbox.wake(slot.key))
  }

  /** Something had to make room. */
  readonly gone = ({ key, bytes, owner, slot }: Evicted): void => {
    if (slot !== undefined) {
      this.doom(slot)
      this.wake(slot)
    }
    owner.report({ kind: 'evicted', message: 'An entry made room for others.', key, bytes })
  }

  /** Everything goes, whoever owns it. */
  flush(): void {
    this.arena.clear((slot) => {
      this.doom(slot)
      this.wake(slot)
    })
  }

  // Later, as a message would come: the act that caused it has returned by then.
  #tell(processId: string, say: (inbox: Inbox) => void): void {
    queueMicrotask(() => {
      const inbox = this.#inboxes.get(processId)
      if (inbox !== undefined) say(inbox)
    })
  }
}
