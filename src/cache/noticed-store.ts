import type { Advice } from '../base/advice.ts'
import type { Feed } from '../base/feed.ts'
import type { Field, Stamp } from '../base/generation.ts'
import type { StoreRecord } from '../base/record.ts'
import type { Acquired, Answer, Capabilities, Inbox, Store, StoreStats } from '../base/store.ts'
import { currentMemo } from './request-memo.ts'

type Parts<Act extends 'write' | 'remove' | 'touch' | 'increment' | 'commit' | 'bump' | 'intend'> =
  Parameters<Store[Act]>

const NOTHING: readonly never[] = []

/**
 * The store of a cache, where each write that a request makes is told to that request's memo: whichever method, tier or
 * feature makes it, it comes by here. All else goes through as it is.
 */
export class NoticedStore implements Store {
  readonly name: string
  readonly can: Capabilities
  readonly #store: Store

  constructor(store: Store) {
    this.name = store.name
    this.can = store.can
    this.#store = store
    if (store.readNow !== undefined) this.readNow = store.readNow.bind(store)
    if (store.examine !== undefined)
      this.examine = async (operation) => (await store.examine?.(operation)) ?? NOTHING
  }

  readNow?: (
    key: string,
    fields: readonly Field[],
    now?: number,
  ) => Answer<StoreRecord | undefined> | undefined
  examine?: (operation?: {
    readonly signal?: AbortSignal | undefined
  }) => Promise<readonly Advice[]>

  get feed(): Feed | undefined {
    return this.#store.feed
  }

  read(...parts: Parameters<Store['read']>): ReturnType<Store['read']> {
    return this.#store.read(...parts)
  }

  write(...parts: Parts<'write'>): ReturnType<Store['write']> {
    const wires = parts[0].map(({ key }) => key)
    return this.#writing(wires, NOTHING, () => this.#store.write(...parts))
  }

  remove(...parts: Parts<'remove'>): ReturnType<Store['remove']> {
    return this.#writing(parts[0], NOTHING, () => this.#store.remove(...parts))
  }

  touch(...parts: Parts<'touch'>): ReturnType<Store['touch']> {
    return this.#writing([parts[0]], NOTHING, () => this.#store.touch(...parts))
  }

  increment(...parts: Parts<'increment'>): ReturnType<Store['increment']> {
    return this.#writing([parts[0]], NOTHING, () => this.#store.increment(...parts))
  }

  bump(...parts: Parts<'bump'>): Promise<Stamp> {
    return this.#writing(NOTHING, parts[0], () => this.#store.bump(...parts))
  }

  intend(...parts: Parts<'intend'>): Promise<void> {
    const [{ keys, fields }] = parts
    return this.#writing(keys, fields, () => this.#store.intend(...parts))
  }

  async commit(...parts: Parts<'commit'>): Promise<boolean> {
    const stored = await this.#store.commit(...parts)
    if (stored) currentMemo()?.stored(this, parts[0])
    return stored
  }

  async flushServer(...parts: Parameters<Store['flushServer']>): Promise<void> {
    try {
      await this.#store.flushServer(...parts)
    } finally {
      currentMemo()?.beginAnew()
    }
  }

  acquire(...parts: Parameters<Store['acquire']>): Promise<Acquired> {
    return this.#store.acquire(...parts)
  }

  renew(...parts: Parameters<Store['renew']>): Promise<boolean> {
    return this.#store.renew(...parts)
  }

  release(...parts: Parameters<Store['release']>): Promise<void> {
    return this.#store.release(...parts)
  }

  withdraw(...parts: Parameters<Store['withdraw']>): Promise<void> {
    return this.#store.withdraw(...parts)
  }

  listen(inbox: Inbox): void {
    this.#store.listen(inbox)
  }

  scan(...parts: Parameters<Store['scan']>): ReturnType<Store['scan']> {
    return this.#store.scan(...parts)
  }

  stats(...parts: Parameters<Store['stats']>): Promise<StoreStats> {
    return this.#store.stats(...parts)
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  // Before, so that nothing is shown of it while it is written; after, as what was read meanwhile may be of before.
  #writing<T>(
    wires: readonly string[],
    fields: readonly Field[],
    act: () => Promise<T>,
  ): Promise<T> {
    const memo = currentMemo()
    if (memo === undefined) return act()
    memo.wrote(this, wires, fields)
    return act().finally(() => memo.wrote(this, wires, fields))
  }
}
