// A store with what makes an outage harmless around it: a breaker against lateness, and a journal of what this process has
// invalidated.
//
// While something is to be invalidated that the store has not confirmed, nothing that it holds is served by this process:
// the invalidation is sent first. So a store that comes back, or another one that has taken its place and forgot the last
// things that were confirmed (a promoted replica), cannot bring back what was invalidated here.
import type { Advice } from '../base/advice.ts'
import type { Feed } from '../base/feed.ts'
import type { Field, Stamp } from '../base/generation.ts'
import type { Entry, StoreRecord } from '../base/record.ts'
import type {
  Acquired,
  AcquireRequest,
  Answer,
  Capabilities,
  Inbox,
  FlushOperation,
  Operation,
  Store,
  StoreStats,
  Write,
  Written,
} from '../base/store.ts'
import type { Token } from '../base/token.ts'
import type { Breaker, BreakerState } from './breaker.ts'
import type { Journal } from './journal.ts'

/** Keys removed in one go when the journal is replayed. */
const BATCH = 500

export interface Guards {
  readonly breaker: Breaker
  readonly journal: Journal
  /** When the store may have lost what it confirmed: send this process's invalidations again, or let nothing of before count. */
  readonly onDataLoss: 'replay' | 'flush'
}

export class GuardedStore implements Store {
  readonly name: string
  readonly can: Capabilities
  readonly #store: Store
  readonly #breaker: Breaker
  readonly #journal: Journal
  readonly #onDataLoss: Guards['onDataLoss']
  /** How often the store may have become another one. */
  #epoch = 0
  #replaying: Promise<void> | undefined

  constructor(store: Store, { breaker, journal, onDataLoss }: Guards) {
    this.name = store.name
    this.can = store.can
    this.#store = store
    this.#breaker = breaker
    this.#journal = journal
    this.#onDataLoss = onDataLoss
  }

  /** Whether the store is asked now, and how many invalidations it has not confirmed. */
  get guard(): {
    readonly breaker: BreakerState
    readonly openSince: number | undefined
    readonly owed: number
  } {
    const { openSince, state } = this.#breaker
    return { breaker: state, openSince, owed: this.#journal.owed }
  }

  get feed(): Feed | undefined {
    return this.#store.feed
  }

  read(...parts: Parameters<Store['read']>): ReturnType<Store['read']> {
    return this.#run(() => this.#store.read(...parts))
  }

  readNow(
    key: string,
    fields: readonly Field[],
    now?: number,
  ): Answer<StoreRecord | undefined> | undefined {
    if (this.#breaker.state !== 'closed' || this.#journal.isDue) return undefined
    return this.#store.readNow?.(key, fields, now)
  }

  async write(
    writes: readonly Write[],
    fields: readonly Field[],
    operation?: Operation,
  ): Promise<Answer<readonly Written[]>> {
    const answer = await this.#run(() => this.#store.write(writes, fields, operation))
    for (const [index, { key, entry }] of writes.entries())
      if (answer.result[index]?.written === true) this.#journal.wrote(key, entry.rev)
    return answer
  }

  async remove(...parts: Parameters<Store['remove']>): ReturnType<Store['remove']> {
    const [keys, , operation] = parts
    // With revs it is a sweep: what it removes is invalid already.
    if (operation?.revs !== undefined) return await this.#run(() => this.#store.remove(...parts))
    return await this.#note(keys, [], () => this.#store.remove(...parts))
  }

  async touch(...parts: Parameters<Store['touch']>): ReturnType<Store['touch']> {
    return await this.#run(() => this.#store.touch(...parts))
  }

  async increment(...parts: Parameters<Store['increment']>): ReturnType<Store['increment']> {
    return await this.#run(() => this.#store.increment(...parts))
  }

  async acquire(key: string, request: AcquireRequest, operation?: Operation): Promise<Acquired> {
    return await this.#run(() => this.#store.acquire(key, request, operation))
  }

  async commit(key: string, token: Token, entry: Entry, operation?: Operation): Promise<boolean> {
    const stored = await this.#run(() => this.#store.commit(key, token, entry, operation))
    if (stored) this.#journal.wrote(key, entry.rev)
    return stored
  }

  async renew(...parts: Parameters<Store['renew']>): ReturnType<Store['renew']> {
    return await this.#run(() => this.#store.renew(...parts))
  }

  async release(...parts: Parameters<Store['release']>): ReturnType<Store['release']> {
    await this.#run(() => this.#store.release(...parts))
  }

  async bump(fields: readonly Field[], operation?: Operation & { intent?: Token }): Promise<Stamp> {
    if (fields.length === 0) return await this.#run(() => this.#store.bump(fields, operation))
    return await this.#note([], fields, () => this.#store.bump(fields, operation))
  }

  async intend(...parts: Parameters<Store['intend']>): Promise<void> {
    await this.#run(() => this.#store.intend(...parts))
  }

  async withdraw(...parts: Parameters<Store['withdraw']>): Promise<void> {
    await this.#run(() => this.#store.withdraw(...parts))
  }

  listen(inbox: Inbox): void {
    this.#store.listen({
      wake: (key, committed) => inbox.wake(key, committed),
      doom: (token) => inbox.doom(token),
      lost: () => {
        this.#replayBehind()
        inbox.lost()
      },
      reset: () => {
        this.#reset()
        inbox.reset?.()
      },
    })
  }

  scan(head: string, operation?: Operation & { batch?: number }): AsyncIterable<readonly string[]> {
    return this.#store.scan(head, operation)
  }

  // Looks at the store, not at what is cached: no journal stands in its way.
  async stats(operation?: Operation): Promise<StoreStats> {
    const stats = await this.#store.stats(operation)
    const detail = { ...stats.detail, breaker: this.#breaker.state, journal: this.#journal.size }
    return { ...stats, detail }
  }

  async examine(operation?: Operation): Promise<readonly Advice[]> {
    return (await this.#store.examine?.(operation)) ?? []
  }

  async flushServer(operation?: FlushOperation): Promise<void> {
    await this.#run(() => this.#store.flushServer(operation))
  }

  async close(): Promise<void> {
    await this.#store.close()
  }

  async #note<T>(
    keys: readonly string[],
    fields: readonly Field[],
    act: () => Promise<T>,
  ): Promise<T> {
    const note = this.#journal.note(keys, fields)
    try {
      const answer = await this.#run(act, false)
      note.applied()
      return answer
    } catch (error) {
      note.failed()
      throw error
    }
  }

  /** @param replays false for acts that are themselves what the journal would repeat */
  async #run<T>(act: () => Promise<T>, replays = true): Promise<T> {
    this.#breaker.admit()
    try {
      for (;;) {
        if (replays && this.#journal.isDue) await this.#replay()
        const epoch = this.#epoch
        const answer = await act()
        this.#breaker.answered()
        // The answer may be of the store before, which had not forgotten yet, or of the next, which had.
        if (epoch === this.#epoch || !replays) return answer
      }
    } catch (error) {
      this.#breaker.failed(error)
      throw error
    }
  }

  #reset(): void {
    this.#epoch++
    if (this.#onDataLoss === 'flush') this.#journal.distrustEverything()
    else this.#journal.distrust()
    this.#replayBehind()
  }

  // Not only when somebody asks: other processes read the same store. A moment later, when it can be reached. What fails is
  // still due, and precedes the next act.
  #replayBehind(): void {
    queueMicrotask(() => {
      if (this.#journal.isDue) this.#replay().catch(() => {})
    })
  }

  #replay(): Promise<void> {
    this.#replaying ??= this.#doAgain().finally(() => {
      this.#replaying = undefined
    })
    return this.#replaying
  }

  async #doAgain(): Promise<void> {
    while (this.#journal.isDue) {
      const due = this.#journal.due()
      if (due.fields.length > 0) await this.#store.bump(due.fields)
      for (let at = 0; at < due.keys.length; at += BATCH)
        await this.#removeAgain(due.keys.slice(at, at + BATCH))
      this.#journal.done(due)
    }
  }

  /** What this process wrote after it had invalidated a key is newer than the invalidation and stays. */
  async #removeAgain(
    keys: readonly { readonly key: string; readonly rev: Token | undefined }[],
  ): Promise<void> {
    const written = keys.filter(({ rev }) => rev !== undefined)
    const gone = keys.filter(({ rev }) => rev === undefined).map(({ key }) => key)
    if (written.length > 0) {
      const names = written.map(({ key }) => key)
      const { result } = await this.#store.read(names, [], { values: false })
      for (const [index, { key, rev }] of written.entries())
        if (result[index]?.entry?.rev !== rev) gone.push(key)
    }
    if (gone.length > 0) await this.#store.remove(gone, [])
  }
}
