// Memory in front of a shared store. A copy here is served only while the log of invalidations has been read recently enough
// (follower.ts), and only if it passes the same validity rule as everywhere, against the stamps that the log brought.
//
// A copy is made from a read of the store. An invalidation of the key may overtake that read: so a placeholder is put down
// before the read is sent, the log takes it away, and the copy is made only if it is still there. Tags and namespaces need no
// placeholder: their stamps stay, and a copy that is older than one of them is invalid whenever it arrives.
import { currentCall } from '../../base/call.ts'
import type { Clock } from '../../base/clock.ts'
import type { FeedRecord } from '../../base/feed.ts'
import type { Field, Stamp } from '../../base/generation.ts'
import type { Entry } from '../../base/record.ts'
import type { Operation, Store } from '../../base/store.ts'
import type { Token, TokenSource } from '../../base/token.ts'
import type { Added } from '../add-by-hand.ts'
import {
  type Draft,
  type Look,
  type LookOptions,
  type NearStats,
  NO_FIELDS,
  tagsKnownOf,
} from '../look.ts'
import { SharedTier } from '../shared-tier.ts'
import type { HandyRecord, KnownKey } from '../known-key.ts'
import { findCopy } from './find-copy.ts'
import { Follower } from './follower.ts'
import { LearnedStamps } from './learned-stamps.ts'
import type { NearParts } from './near-parts.ts'
import { Placeholders } from './placeholders.ts'
import { Reach } from '../reach.ts'

export class NearTier extends SharedTier {
  readonly counts = { hits: 0, misses: 0, blind: 0 }
  readonly #near: NearParts
  readonly #follower: Follower
  readonly #reach: Reach
  readonly #stamps = new LearnedStamps()
  /** Reads on their way, by key; each reader's own mark. */
  readonly #placeholders = new Placeholders()

  constructor(store: Store, clock: Clock, tokens: TokenSource, near: NearParts) {
    super(store, clock, tokens)
    const { feed } = store
    if (feed === undefined) throw new Error('a near tier needs a store with a feed')
    this.#near = near
    const { processId } = tokens
    this.#reach = new Reach(feed, clock, processId)
    this.#follower = new Follower({
      feed,
      clock,
      processId,
      maxStalenessMs: near.maxStalenessMs,
      settleMs: near.settleMs,
      apply: (records) => this.#apply(records),
      forget: () => this.#forgetAll(),
      failed: (error) => near.failed('The log of invalidations could not be read.', error),
    })
    this.#follower.answered = (by, question) => this.#reach.answered(by, question)
  }

  override async look(keys: readonly string[], options: LookOptions = {}): Promise<Look[]> {
    if (options.strict === true) return await super.look(keys, options)
    if (!this.#follower.isLive) {
      this.counts.blind += keys.length
      return await super.look(keys, options)
    }
    const found = await Promise.all(keys.map((key) => this.#find(key, tagsKnownOf(key, options))))
    const missing = keys.filter((_, index) => found[index] === undefined)
    this.counts.hits += keys.length - missing.length
    this.counts.misses += missing.length
    if (missing.length < keys.length) currentCall()?.reached('near')
    if (missing.length === 0) return found as Look[]
    const looks = await this.#fetch(missing, options)
    let next = 0
    return found.map((look) => look ?? (looks[next++] as Look))
  }

  override async lookOne(key: string, options: LookOptions = {}): Promise<Look> {
    if (options.strict === true) return await super.lookOne(key, options)
    const now = this.clock.now()
    if (!this.#follower.isLiveAt(now)) {
      this.counts.blind++
      return await super.lookOne(key, options)
    }
    const answer = this.#near.copies.readNow?.(key, NO_FIELDS, now)
    const isAbsent = answer !== undefined && answer.result === undefined
    const found = isAbsent ? undefined : await this.#find(key, tagsKnownOf(key, options))
    if (found === undefined) {
      this.counts.misses++
      return await this.#fetchOne(key, options)
    }
    this.counts.hits++
    currentCall()?.reached('near')
    return found
  }

  override atHand(known: KnownKey, now: number): HandyRecord | undefined {
    if (!this.#follower.isLiveAt(now)) return undefined
    const record = this.#near.copies.readNow?.(known.wire, NO_FIELDS, now)?.result
    const entry = record?.entry
    if (entry === undefined || entry.freshUntil <= now) return undefined
    const { changes } = this.#stamps
    if (!known.knows(entry, changes)) known.learn(entry, changes, this.#stamps.all)
    return known.isValid(entry) ? (record as HandyRecord) : undefined
  }

  override served(count: number): void {
    this.counts.hits += count
  }

  override get hasAtHand(): boolean {
    return true
  }

  override get handsFrozen(): boolean {
    return this.#near.copies.can.values === 'frozen'
  }

  override async peek(key: string): Promise<Entry | undefined> {
    return this.#follower.isLive ? (await this.#find(key, undefined))?.entry : undefined
  }

  override get nearBoundMs(): number {
    return this.#near.maxStalenessMs
  }

  override async put(drafts: readonly Draft[], operation?: Operation): Promise<void> {
    await this.#changing(
      drafts.map(({ key }) => key),
      () => super.put(drafts, operation),
    )
  }

  override async putAsOf(
    drafts: readonly Draft[],
    stamp: Stamp,
    operation?: Operation,
  ): Promise<boolean> {
    const keys = drafts.map(({ key }) => key)
    return await this.#changing(keys, () => super.putAsOf(drafts, stamp, operation))
  }

  override async putUnlessOlder(
    draft: Draft,
    isOlder: (value: unknown, there: unknown) => boolean,
    operation?: Operation,
  ): Promise<boolean> {
    return await this.#changing([draft.key], () => super.putUnlessOlder(draft, isOlder, operation))
  }

  override async putIfAbsent(draft: Draft, operation?: Operation): Promise<boolean> {
    return await this.#changing([draft.key], () => super.putIfAbsent(draft, operation))
  }

  override async remove(
    keys: readonly string[],
    options?: Operation & { values?: boolean; intent?: Token },
  ): Promise<(Entry | undefined)[]> {
    return await this.#changing(keys, () => super.remove(keys, options))
  }

  override async touch(
    key: string,
    times: { freshUntil: number; deadAt: number },
    operation?: Operation,
  ): Promise<boolean> {
    return await this.#changing([key], () => super.touch(key, times, operation))
  }

  override async increment(
    key: string,
    delta: number | bigint,
    operation?: Operation,
  ): Promise<Added> {
    return await this.#changing([key], () => super.increment(key, delta, operation))
  }

  override async commit(
    key: string,
    token: Token,
    entry: Entry,
    operation?: Operation,
  ): Promise<boolean> {
    const mine = this.#follower.isAwake ? this.#placeholders.place([key]) : {}
    const stored = await this.#changing(
      [key],
      () => super.commit(key, token, entry, operation),
      mine,
    )
    if (stored) this.#copy(key, entry, mine)
    this.#placeholders.unplace([key], mine)
    return stored
  }

  override async intend(...parts: Parameters<Store['intend']>): Promise<void> {
    await this.#changing(parts[0].keys, () => super.intend(...parts))
  }

  override async bump(
    fields: readonly Field[],
    operation?: Operation & { intent?: Token },
  ): Promise<Stamp> {
    const stamp = await super.bump(fields, operation)
    if (!this.#stamps.learn(fields, stamp)) this.#forgetAll()
    return stamp
  }

  /** Resolves when no process serves a copy from before this call any more. */
  override async reachEverywhere(): Promise<void> {
    await this.#reach.everywhere()
  }

  /** Resolves when what is in the log now has been read, or could not be. */
  async catchUp(): Promise<void> {
    await this.#follower.catchUp()
  }

  override get nearStats(): NearStats {
    const { entries, bytes, maxBytes } = this.#near.copies.statsNow?.() ?? {}
    return { ...this.counts, entries, bytes, maxBytes }
  }

  override reset(): void {
    this.#follower.reset()
  }

  override async close(): Promise<void> {
    this.#follower.close()
    this.#reach.close()
    await this.#near.copies.close()
  }

  async #find(key: string, tags: readonly string[] | undefined): Promise<Look | undefined> {
    return await findCopy(this.#near.copies, this.#stamps, key, tags, () => this.clock.now())
  }

  async #fetch(keys: readonly string[], options: LookOptions): Promise<Look[]> {
    if (!this.#follower.isAwake || options.values === false) return await super.look(keys, options)
    const mine = this.#placeholders.place(keys)
    try {
      const looks = await super.look(keys, options)
      for (const { key, entry, clock } of looks) {
        this.#stamps.saw(clock)
        if (entry !== undefined) this.#copy(key, entry, mine)
      }
      return looks
    } finally {
      this.#placeholders.unplace(keys, mine)
    }
  }

  async #fetchOne(key: string, options: LookOptions): Promise<Look> {
    if (!this.#follower.isAwake || options.values === false)
      return await super.lookOne(key, options)
    const keys = [key]
    const mine = this.#placeholders.place(keys)
    try {
      const look = await super.lookOne(key, options)
      this.#stamps.saw(look.clock)
      if (look.entry !== undefined) this.#copy(key, look.entry, mine)
      return look
    } finally {
      this.#placeholders.unplace(keys, mine)
    }
  }

  /** @param mine the placeholder that must still be there */
  #copy(key: string, entry: Entry, mine: object): void {
    if (!this.#placeholders.has(key, mine)) return
    const now = this.clock.now()
    if (entry.freshUntil <= now) return
    const deadAt = Math.min(entry.freshUntil, now + this.#near.ttlMs)
    const copy = { ...entry, deadAt, family: this.counter?.familyOf(key) }
    this.#near.copies.write([{ key, entry: copy, when: 'always' }], []).catch((error: unknown) => {
      this.#near.failed('A value could not be kept near.', error)
    })
  }

  /** This process changes keys: what it has near is gone before, and whatever was read meanwhile is gone after. */
  async #changing<T>(keys: readonly string[], act: () => Promise<T>, spared?: object): Promise<T> {
    this.#forget(keys, spared)
    try {
      return await act()
    } finally {
      this.#forget(keys, spared)
    }
  }

  #apply(records: readonly FeedRecord[]): void {
    for (const { keys, fields, stamp } of records) {
      this.#forget(keys)
      if (!this.#stamps.learn(fields, stamp)) this.#forgetAll()
      const began = this.clock.now()
      this.observer?.invalidated({ keys, fields, began, stamp, heard: true })
    }
  }

  /** @param spared a placeholder whose owner knows better */
  #forget(keys: readonly string[], spared?: object): void {
    if (keys.length === 0) return
    this.#placeholders.overtake(keys, spared)
    this.#drop(this.#near.copies.remove(keys, []))
  }

  #forgetAll(): void {
    this.#stamps.forget()
    // Reads on their way were judged by stamps that are forgotten now.
    this.#placeholders.clear()
    this.#drop(this.#near.copies.flushServer())
  }

  // What is in memory is done when it was asked for; only a store that was closed refuses.
  #drop(act: Promise<unknown>): void {
    act.catch(() => {})
  }
}
