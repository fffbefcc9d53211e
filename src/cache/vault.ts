// The part of an alias that no invalidation reaches: for what is not a copy of something else, such as sessions.
//
// An entry can be loaded again, so `clear`, tags and floors may end it at any time. What lies here cannot: it ends by its own
// time, by being removed, or by being written over, and it is written over only by those who have seen what is there. It is
// read from the store itself, never from a near tier, and an outage always rejects.
import type { CacheError } from '../base/errors.ts'
import { type Key, type KeySpace, keyText, VAULT, wireKey } from '../base/key.ts'
import type { Entry } from '../base/record.ts'
import type { Write, Written } from '../base/store.ts'
import type { Token } from '../base/token.ts'
import type { CacheCore } from './core.ts'

/** What lies under one key. */
export interface Deposit {
  /** Not to be changed: where the store hands out frozen values it is the store's own. {@link Vault.copy} makes one to change. */
  readonly value: unknown
  /** Which write it is of. Writing over it needs this. */
  readonly rev: Token
  /** Milliseconds of {@link Vault.now}. */
  readonly endsAt: number
}

/** What was found: a deposit, or the tombstone of one. */
export type Unlocked = Deposit | 'buried' | undefined

/** Under this a cache keeps its vault. A symbol that two copies of this package share. @internal */
export const VAULT_OF: unique symbol = Symbol.for('breakwater.vault')

/** By which a tombstone is known without reading what it holds. */
const BURIED: readonly string[] = ['buried']

export class Vault {
  readonly #core: CacheCore
  readonly #space: KeySpace

  constructor(core: CacheCore, space: KeySpace) {
    this.#core = core
    this.#space = { ...space, version: VAULT }
  }

  get alias(): string {
    return this.#core.alias
  }

  /** What the store of it can promise. */
  get can(): CacheCore['store']['can'] {
    return this.#core.store.can
  }

  now(): number {
    return this.#core.clock.now()
  }

  /** A copy that may be changed, of whatever the alias's codec can carry. @throws {CacheError} `E_ENCODE` */
  copy(value: unknown): unknown {
    return this.#core.codec.copy(value, false).value
  }

  /** As the alias keeps values: encrypted, if it does. @throws {CacheError} `E_ENCODE`, `E_TOO_LARGE` */
  encode(value: unknown, key: Key): Buffer {
    return this.#core.codec.encode(value, this.#wire(key))
  }

  /** @throws {CacheError} `E_DECODE` */
  decode(bytes: Uint8Array, key: Key): unknown {
    const { buffer, byteOffset, byteLength } = bytes
    return this.#core.codec.decode(Buffer.from(buffer, byteOffset, byteLength), this.#wire(key))
  }

  /** What cannot be decoded is an `error` event, and not there. @throws {CacheError} outages */
  async read(key: Key): Promise<Unlocked> {
    const { result } = await this.#ask(key, async (wire) => await this.#core.store.read([wire], []))
    const [record] = result
    const entry = record?.entry
    if (entry === undefined || entry.deadAt <= this.now()) {
      this.#core.sawMiss(key, this.#wire(key))
      return undefined
    }
    if (isTombstone(entry)) return 'buried'
    if (record?.undecodable !== undefined) {
      this.#undecodable(key, record.undecodable)
      return undefined
    }
    this.#core.sawHit(key, this.#wire(key), entry)
    return { value: entry.value, rev: entry.rev, endsAt: entry.deadAt }
  }

  /**
   * @param endsAt milliseconds of {@link Vault.now}
   * @param over what is there is written over only by who has seen it; `undefined` writes only where neither a deposit nor a
   * tombstone is
   * @returns under which `rev` it was written; `undefined` when something else was there
   * @throws {CacheError} `E_ENCODE`, `E_TOO_LARGE`, outages
   */
  async write(
    key: Key,
    value: unknown,
    endsAt: number,
    over: Token | undefined,
  ): Promise<Token | undefined> {
    const rev = this.#core.tokens.next()
    const when = over === undefined ? 'absent' : { rev: over }
    const written = await this.#write(key, this.#entry(value, rev, endsAt), when)
    if (!written) return undefined
    this.#core.sawStore(keyText(key), this.#wire(key), value, endsAt - this.now())
    return rev
  }

  /** Gives what is there another end; its `rev` stays. @returns false when there is nothing. @throws {CacheError} outages */
  async touch(key: Key, endsAt: number): Promise<boolean> {
    const times = { freshUntil: endsAt, deadAt: endsAt }
    const { result } = await this.#ask(
      key,
      async (wire) => await this.#core.store.touch(wire, times, []),
    )
    return result?.entry !== undefined && !isTombstone(result.entry)
  }

  /**
   * Removes what is there. This process repeats it where the store did not hear of it, or has forgotten it.
   *
   * @returns whether a deposit was there
   * @throws {CacheError} outages
   */
  async remove(key: Key): Promise<boolean> {
    const { result } = await this.#ask(
      key,
      async (wire) => await this.#core.store.remove([wire], []),
    )
    const entry = result[0]?.entry
    const existed = entry !== undefined && !isTombstone(entry)
    if (existed) this.#core.tally.removed(this.#wire(key))
    return existed
  }

  /**
   * Removes what is there and leaves a tombstone: for a while nobody can write where `'nothing'` is.
   *
   * @returns whether a deposit was there
   * @throws {CacheError} outages
   */
  async bury(key: Key, forMs: number): Promise<boolean> {
    const existed = await this.remove(key)
    const endsAt = this.now() + forMs
    const stone = { ...this.#entry(null, this.#core.tokens.next(), endsAt), tags: BURIED }
    try {
      await this.#write(key, stone, 'always')
    } catch (error) {
      // It is gone all the same, and who has seen it writes over nothing else.
      this.failed('A tombstone could not be set.', error, key)
    }
    return existed
  }

  /** Something failed that must not reach the application. */
  failed(message: string, error: unknown, key: Key): void {
    this.#core.failed(message, error, keyText(key))
  }

  async #write(key: Key, entry: Entry, when: Write['when']): Promise<boolean> {
    const { result } = await this.#ask(
      key,
      async (wire) => await this.#core.store.write([{ key: wire, entry, when }], []),
    )
    return (result[0] as Written).written
  }

  #entry(value: unknown, rev: Token, endsAt: number): Entry {
    const storedAt = this.now()
    // No invalidation counts here, so no stamp does.
    return {
      value,
      tags: [],
      rev,
      stamp: 0,
      freshUntil: endsAt,
      deadAt: endsAt,
      storedAt,
      loadMs: 0,
    }
  }

  #undecodable(key: Key, error: CacheError): void {
    this.#core.tally.undecodable++
    this.failed('What a vault holds could not be decoded and counts as absent.', error, key)
  }

  #wire(key: Key): string {
    return wireKey(this.#space, keyText(key))
  }

  /** Counts and tells an outage, and rejects with it: there is nothing here to go on with instead. */
  async #ask<T>(key: Key, act: (wire: string) => Promise<T>): Promise<T> {
    let outage: unknown
    return await this.#core.guard(
      async () => {
        try {
          return await act(this.#wire(key))
        } catch (error) {
          outage = error
          throw error
        }
      },
      () => {
        throw outage
      },
      keyText(key),
    )
  }
}

function isTombstone({ tags }: Entry): boolean {
  return tags.length === 1 && tags[0] === BURIED[0]
}
