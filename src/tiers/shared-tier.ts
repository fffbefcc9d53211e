// The shared tier: a store, seen through the validity rule. The store keeps records and stamps and decides nothing; here it
// is decided whether what it holds may be served, in the same round trip that fetched it.
//
// Validity, the whole rule: an entry is valid iff its stamp is not older than the floor, nor than the stamp of any field it
// belongs to: everything, each of its namespaces, each of its tags.
import { currentCall } from '../base/call.ts'
import type { Clock } from '../base/clock.ts'
import type { Field, Stamp } from '../base/generation.ts'
import type { Entry } from '../base/record.ts'
import type {
  Acquired,
  AcquireRequest,
  Ending,
  Operation,
  Store,
  StoreStats,
} from '../base/store.ts'
import type { Token, TokenSource } from '../base/token.ts'
import { type Added, addByHand } from './add-by-hand.ts'
import { type Draft, type Look, type LookOptions, type NearStats, tagsKnownOf } from './look.ts'
import { Judge } from './judge.ts'
import { type HandyRecord, judgedNow, type KnownKey } from './known-key.ts'
import { withLateTags } from './late-tags.ts'
import { observed, type TierObserver } from './observer.ts'
import { putAlways } from './put-always.ts'
import { putAsOf } from './put-as-of.ts'
import { putIfAbsent } from './put-if-absent.ts'
import { putUnlessOlder } from './put-unless-older.ts'
import { askingOnly, type Reach } from './reach.ts'
import { readTimed, type TierCounter } from './read-timed.ts'

export class SharedTier {
  readonly store: Store
  readonly clock: Clock
  readonly #tokens: TokenSource
  readonly #judge: Judge
  /** The newest clock that the store has told. Older than the true one at worst, which only makes an entry less valid. */
  #lastClock: Stamp = 0
  observer: TierObserver | undefined
  counter: TierCounter | undefined
  #reach: Reach | undefined

  constructor(store: Store, clock: Clock, tokens: TokenSource) {
    this.store = store
    this.clock = clock
    this.#tokens = tokens
    this.#judge = new Judge(store, clock)
  }

  /** Reads and judges. `tags`, if known to the caller, spares a second round trip the first time a tagged key is read. */
  async look(keys: readonly string[], options: LookOptions = {}): Promise<Look[]> {
    const { tags } = options
    const known = typeof tags === 'function' ? keys.flatMap(tags) : tags
    const fields = this.#judge.fieldsOf(keys, known)
    currentCall()?.reached('store')
    const { result, generations } = await readTimed(this.store, this.counter, keys, fields, options)
    this.#lastClock = generations.clock
    const entries = result.map((record) => record?.entry)
    const complete = await withLateTags(this.store, entries, generations, fields, options)
    return keys.map((key, index) => {
      const look = this.#judge.judge(key, result[index], complete, tagsKnownOf(key, options))
      if (look.entry !== undefined) this.observer?.saw(key, look.entry.tags)
      return look
    })
  }

  /**
   * What lies in this process's own memory under a key, fresh and valid, at once; the value is not to be changed. Undefined:
   * it has to be asked for. Counts nothing: {@link SharedTier.served} does.
   */
  atHand(known: KnownKey, now: number): HandyRecord | undefined {
    return this.observer === undefined ? judgedNow(this.store, known, now) : undefined
  }

  /** So many values of {@link SharedTier.atHand} were given to callers. */
  served(_count: number): void {}

  /** Whether there is any memory of this process to look at. */
  get hasAtHand(): boolean {
    return !this.store.can.shared && this.store.readNow !== undefined
  }

  /** Whether readers are given frozen values from this process's memory. */
  get handsFrozen(): boolean {
    return this.store.can.values === 'frozen'
  }

  /** As {@link SharedTier.look}, of one key and in one step: nearly every call takes this road. */
  async lookOne(key: string, options: LookOptions = {}): Promise<Look> {
    const keys = [key]
    const tags = tagsKnownOf(key, options)
    const fields = this.#judge.fieldsOf(keys, tags)
    currentCall()?.reached('store')
    const counter = this.store.can.shared ? this.counter : undefined
    const askedAt = counter === undefined ? 0 : (options.askedAt = counter.now())
    const { result, generations } = await this.store.read(keys, fields, options)
    counter?.read(keys, counter.now() - askedAt)
    this.#lastClock = generations.clock
    const [record] = result
    const isTagged = record?.entry !== undefined && record.entry.tags.length > 0
    const complete = isTagged
      ? await withLateTags(this.store, [record.entry], generations, fields, options)
      : generations
    const look = this.#judge.judge(key, record, complete, tags)
    if (look.entry !== undefined) this.observer?.saw(key, look.entry.tags)
    return look
  }

  /** Stores by hand, whatever was there; resolves when every entry is valid for readers that start now. */
  async put(drafts: readonly Draft[], operation: Operation = {}): Promise<void> {
    const tell = await observed(
      this,
      drafts.map(({ key }) => key),
    )
    await putAlways(
      this.store,
      this.#judge,
      drafts.map((draft) => this.#entryOf(draft)),
      (clock) => (this.#lastClock = clock),
      operation,
    )
    for (const { key, tags } of drafts) {
      this.#judge.tags.remember(key, tags)
      this.observer?.saw(key, tags)
    }
    tell?.()
  }

  /**
   * Stores by hand what began to be made when the store's clock was `stamp`, whatever was there. False, with nothing of it
   * kept, when something that it belongs to was invalidated since.
   */
  async putAsOf(
    drafts: readonly Draft[],
    stamp: Stamp,
    operation: Operation = {},
  ): Promise<boolean> {
    const entries = drafts.map((draft) => {
      const { key, entry } = this.#entryOf(draft)
      return { key, entry: { ...entry, stamp } }
    })
    return await putAsOf(this, this.#judge, entries, operation)
  }

  /** See {@link putUnlessOlder}. */
  async putUnlessOlder(
    draft: Draft,
    isOlder: (value: unknown, there: unknown) => boolean,
    operation: Operation = {},
  ): Promise<boolean> {
    const { key, entry } = this.#entryOf(draft)
    return await putUnlessOlder(this, this.#judge, key, entry, isOlder, operation)
  }

  /** The newest stamp that was issued, asked of the store itself. */
  async clockNow(operation: Operation = {}): Promise<Stamp> {
    const { generations } = await this.store.read([], [], operation)
    this.#lastClock = generations.clock
    return generations.clock
  }

  /** Stores only where nothing valid and fresh lives. True when it was stored. */
  async putIfAbsent(draft: Draft, operation: Operation = {}): Promise<boolean> {
    const told = (clock: Stamp): void => void (this.#lastClock = clock)
    return await putIfAbsent(this.store, this.#judge, () => this.#entryOf(draft), told, operation)
  }

  /** Removes; answers for each key the valid, fresh entry that it held. Dooms loads in flight. */
  async remove(
    keys: readonly string[],
    options: Operation & { values?: boolean; intent?: Token } = {},
  ): Promise<(Entry | undefined)[]> {
    const tell = await observed(this, keys)
    const fields = this.#judge.fieldsOf(keys)
    const { result, generations } = await this.store.remove(keys, fields, options)
    this.#lastClock = generations.clock
    tell?.()
    return await this.#judge.live(keys, result, generations, fields, options)
  }

  /** Gives a valid, fresh entry new times; false when there is none. */
  async touch(
    key: string,
    times: { freshUntil: number; deadAt: number },
    operation: Operation = {},
  ): Promise<boolean> {
    const fields = this.#judge.fieldsOf([key])
    const { result, generations } = await this.store.touch(key, times, fields, operation)
    const [live] = await this.#judge.live([key], [result], generations, fields, operation)
    return live !== undefined
  }

  /** Adds to a valid, fresh integer. `missing` when there is none, also when what was incremented proved invalid: it stays so. */
  async increment(key: string, delta: number | bigint, operation: Operation = {}): Promise<Added> {
    const fields = this.#judge.fieldsOf([key])
    const { result, generations } = await this.store.increment(key, delta, fields, operation)
    if (result.outcome === 'missing') return { outcome: 'missing' }
    const [live] = await this.#judge.live([key], [result.found], generations, fields, operation)
    if (live === undefined) return { outcome: 'missing' }
    if (result.outcome === 'done') return { outcome: 'done', value: result.value }
    const lookOne = this.lookOne.bind(this)
    const parts = { store: this.store, clock: this.clock, tokens: this.#tokens, lookOne }
    return await addByHand(parts, key, delta, live.rev, operation)
  }

  async acquire(
    key: string,
    request: AcquireRequest,
    operation: Operation = {},
  ): Promise<Acquired> {
    return await this.store.acquire(key, request, operation)
  }

  async commit(
    key: string,
    token: Token,
    entry: Entry,
    operation: Operation = {},
  ): Promise<boolean> {
    const stored = await this.store.commit(key, token, entry, operation)
    if (stored) {
      this.#judge.tags.remember(key, entry.tags)
      this.observer?.saw(key, entry.tags)
    }
    return stored
  }

  async renew(key: string, token: Token, leaseMs: number): Promise<boolean> {
    return await this.store.renew(key, token, leaseMs)
  }

  async release(
    key: string,
    token: Token,
    operation: Operation & { mark?: Ending } = {},
  ): Promise<void> {
    await this.store.release(key, token, operation)
  }

  /** Invalidates fields in one round trip; without fields, only issues a stamp newer than all before. */
  async bump(
    fields: readonly Field[],
    operation: Operation & { intent?: Token } = {},
  ): Promise<Stamp> {
    const began = this.clock.now()
    const stamp = await this.store.bump(fields, operation)
    this.#lastClock = stamp
    this.observer?.invalidated({ keys: [], fields, began, stamp })
    return stamp
  }

  /** Announces what a transaction is about to invalidate; see the store. */
  async intend(...parts: Parameters<Store['intend']>): Promise<void> {
    await this.store.intend(...parts)
  }

  /** Takes an announcement back. */
  async withdraw(...parts: Parameters<Store['withdraw']>): Promise<void> {
    await this.store.withdraw(...parts)
  }

  /** Resolves when no process serves anything that was invalidated before this call. */
  async reachEverywhere(): Promise<void> {
    const { feed } = this.store
    if (feed === undefined) return
    this.#reach ??= askingOnly(feed, this.clock, this.#tokens.processId)
    await this.#reach.everywhere()
  }

  /** What a reader of this process would be given without asking the store. For auditors. */
  async peek(_key: string): Promise<Entry | undefined> {
    return undefined
  }

  /** How old news of other processes may be that {@link peek} does not know of. Milliseconds; undefined without copies. */
  get nearBoundMs(): number | undefined {
    return undefined
  }

  /** The store may have become another one. */
  reset(): void {}

  /** What a near tier has done and holds; undefined where there is none. */
  get nearStats(): NearStats | undefined {
    return undefined
  }

  /** Ends what runs beside the store, which is closed by whoever opened it. */
  async close(): Promise<void> {
    this.#reach?.close()
  }

  async stats(operation: Operation = {}): Promise<StoreStats> {
    return await this.store.stats(operation)
  }

  #entryOf(draft: Draft): { key: string; entry: Entry } {
    const { key, value, tags, freshUntil, deadAt } = draft
    const rev = this.#tokens.next()
    const times = { freshUntil, deadAt, storedAt: this.clock.now(), loadMs: 0 }
    // Nothing that leaves this process carries it.
    const family = this.store.can.shared ? undefined : this.counter?.familyOf(key)
    return { key, entry: { value, tags, rev, stamp: this.#lastClock, ...times, family } }
  }
}
