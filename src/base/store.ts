// The contract between the cache and a place that keeps entries. A store is dumb on purpose: it knows records, leases and
// generations, each act single-key and atomic, and no policy. What is valid, fresh or worth loading is decided above it.
//
// Every act returns the generations that were asked for along with its own answer, read in the same round trip, so that
// no act needs a second one in the common case.
import type { Advice } from './advice.ts'
import type { Clock } from './clock.ts'
import type { Codec } from './codec.ts'
import type { Feed } from './feed.ts'
import type { Field, Generations, Stamp } from './generation.ts'
import type { Entry, Mark, StoreRecord } from './record.ts'
import type { Token } from './token.ts'

/** What a store promises. Declared by its author, proved by `storeContract` of `breakwater/testing`, never guessed. */
export interface Capabilities {
  /** Other processes see the same entries. */
  readonly shared: boolean
  /** Waiters in other processes are woken by a message. Without it they poll. */
  readonly pushWake: boolean
  /** The finest step of an expiry. */
  readonly expiry: 'ms' | 's'
  /** Keys can be listed. */
  readonly scan: boolean
  /** Entries survive a restart of this process. */
  readonly durable: boolean
  /** How values are handed out: shared and read-only, or a copy for each reader. */
  readonly values: 'frozen' | 'copied'
  /** Keeps anything at all; false for the null store. */
  readonly keeps: boolean
}

/** How long and until when an act may run. */
export interface Operation {
  /** Aborting it rejects the act with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** An answer, with the generations read in the same round trip. */
export interface Answer<T> {
  readonly result: T
  readonly generations: Generations
}

/** What to write under a key, and on which condition. */
export interface Write {
  readonly key: string
  readonly entry: Entry
  /**
   * `'always'` replaces whatever is there, ends its lease and wakes its waiters. `'absent'` writes only where no value
   * lives (a lease alone counts as absent). A token writes only over the value with that `rev`, and over nothing else.
   */
  readonly when: 'always' | 'absent' | { readonly rev: Token }
}

/** `found` is what stood in the way, its value left out; `undefined` when the write happened or the key was empty. */
export interface Written {
  readonly written: boolean
  readonly found: StoreRecord | undefined
}

export interface AcquireRequest {
  readonly token: Token
  readonly leaseMs: number
  /** `rev` of the value that the caller read and cannot use; `undefined` when it read none. */
  readonly seen: Token | undefined
  /** The clock that the caller read before: its load's result will carry it. */
  readonly stamp: Stamp
  /** A lease with an older stamp is doomed (what it loads is already invalid) and is taken from its holder. */
  readonly need: Stamp
}

/** How a load ended that brought no value to store. */
export interface Ending extends Pick<Mark, 'stamp' | 'text'> {
  readonly kind: 'failed' | 'uncacheable'
  /** For how many milliseconds the mark stands. */
  readonly forMs: number
}

export type Acquired =
  /** The caller holds the lease. `stolen`: it was taken from a holder that was doomed or had let it lapse. */
  | { readonly outcome: 'lease'; readonly stolen: boolean }
  /** Somebody wrote a value that the caller has not seen. */
  | { readonly outcome: 'hit'; readonly record: StoreRecord }
  /** The load under `holder` is running and will be valid for the caller, whose process is now on the list to be woken. */
  | { readonly outcome: 'busy'; readonly holder: Token; readonly remainingMs: number }
  /** An `uncacheable` or `intent` mark stands there: load without a lease, store nothing. */
  | { readonly outcome: 'bypass' }

/** What a transaction is about to change, or has changed. */
export interface Announced {
  /** Wire keys. */
  readonly keys: readonly string[]
  readonly fields: readonly Field[]
}

/** `missing`: no value lives there. `notNumber`: it is not an integer. `found` is the record before the act, value left out. */
export type Incremented =
  | { readonly outcome: 'done'; readonly value: number | bigint; readonly found: StoreRecord }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'notNumber'; readonly found: StoreRecord }

/** How a store tells this process what others did. Called at any time, never before `listen`. */
export interface Inbox {
  /**
   * The value under `key` changed or its lease was given up: look again.
   *
   * @param committed what was just committed there, if the store sends small records along; its `rev` is the token that held
   * the lease. It spares a process that was told `busy` by that very token the second look
   */
  wake(key: string, committed?: StoreRecord): void
  /** The lease under `token` was taken away: what it loads can no longer be stored. */
  doom(token: Token): void
  /** Messages may have been lost: everyone who waits must look again. */
  lost(): void
  /**
   * The store may have become another one that does not know the last things that were confirmed: a replica that was
   * promoted, a server that was restarted. Leases do not survive it. Called before anything of the new one is answered.
   */
  reset?(): void
}

/** What a store can say of itself. `undefined` is what it cannot know. */
export interface StoreStats {
  readonly entries: number | undefined
  readonly bytes: number | undefined
  readonly maxBytes: number | undefined
  readonly evictions: number | undefined
  /** Connections that the server has from anyone. */
  readonly clients: number | undefined
  readonly detail: Readonly<Record<string, string | number>>
}

/** Where records live: what a store has to do for a cache. Its contract is tested by `testStore` of `breakwater/testing`. */
export interface Store {
  /** The kind of store, as statistics and messages name it. */
  readonly name: string
  /** What it can do beyond the contract's minimum. */
  readonly can: Capabilities

  /** Records in the order of `keys`; those that are dead are absent. One round trip per node. */
  read(
    keys: readonly string[],
    fields: readonly Field[],
    operation?: Operation & {
      /** False leaves the values out: for `has`, `ttl` and sweeping. */ values?: boolean
    },
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>>

  /**
   * `read` for one key, at once and without a copy: the value is the store's own and must not be changed. Only of stores that
   * live in this process; `undefined` where it cannot be told at once.
   *
   * The clock of the generations is another one whenever a stamp or the floor has changed: whoever has judged a record need
   * not judge it again while it stays the same. A record whose value may be given to readers says so (`isShareable`).
   *
   * @param now as the caller has just read it, of the clock that the store has; default: it reads it itself
   */
  readNow?(
    key: string,
    fields: readonly Field[],
    now?: number,
  ): Answer<StoreRecord | undefined> | undefined

  /** In the order of `writes`. Either encodes all values or rejects with `E_ENCODE` before anything is sent. */
  write(
    writes: readonly Write[],
    fields: readonly Field[],
    operation?: Operation,
  ): Promise<Answer<readonly Written[]>>

  /**
   * Removes values, marks and leases, dooms the holders, wakes the waiters. Answers what was there, its value only with
   * `values: true`; nothing for a mark. Intents stay.
   *
   * @param revs when given, removes only values with that `rev`
   * @param intent what this transaction announced is done: its intent goes too
   */
  remove(
    keys: readonly string[],
    fields: readonly Field[],
    operation?: Operation & { values?: boolean; revs?: readonly Token[]; intent?: Token },
  ): Promise<Answer<readonly (StoreRecord | undefined)[]>>

  /**
   * Gives the value under `key` new times if it is still fresh (a stale one is expired and is never revived); answers the
   * record before, its value left out, `undefined` when there was none.
   */
  touch(
    key: string,
    times: { readonly freshUntil: number; readonly deadAt: number },
    fields: readonly Field[],
    operation?: Operation,
  ): Promise<Answer<StoreRecord | undefined>>

  /**
   * Adds to an integer in place; its times, tags, stamp and rev stay. A bigint stays one; a number becomes one beyond 2^53,
   * where it would no longer be exact.
   */
  increment(
    key: string,
    delta: number | bigint,
    fields: readonly Field[],
    operation?: Operation,
  ): Promise<Answer<Incremented>>

  /** Asks for the right to load what is missing or stale under a key. */
  acquire(key: string, request: AcquireRequest, operation?: Operation): Promise<Acquired>
  /** Stores what the holder of `token` loaded and wakes the waiters; false when the token no longer holds the lease. */
  commit(key: string, token: Token, entry: Entry, operation?: Operation): Promise<boolean>
  /** Extends the lease; false when the token no longer holds it. */
  renew(key: string, token: Token, leaseMs: number, operation?: Operation): Promise<boolean>
  /**
   * Gives the lease up without a value and wakes the waiters; nothing happens when the token does not hold it.
   *
   * @param mark left in the value's place, unless an older value still lives there, and sent along with the wake where
   * records are
   */
  release(key: string, token: Token, operation?: Operation & { mark?: Ending }): Promise<void>

  /**
   * Invalidates fields: gives them all one new stamp, newer than any issued before. Without fields, only issues one. Intents
   * stay, save those that are over.
   *
   * @param intent what this transaction announced is done: its intent goes too
   */
  bump(fields: readonly Field[], operation?: Operation & { intent?: Token }): Promise<Stamp>

  /**
   * Announces, before the source is changed, what will be invalidated after it. If that never comes, the announcement does it
   * when its time is over. Announcing again under the same token makes it last longer.
   *
   * Under a key it stands in the place of whatever was there: values and leases go, holders are doomed, waiters woken, and
   * nobody gets a lease until the last intent is gone. What is written by hand meanwhile ends with the first intent at the
   * latest, and stays until then when its own intent is announced again. Of a field an intent that is over counts as a bump,
   * for every reader from then on.
   *
   * @param forMs for how long, by the store's clock; finite
   */
  intend(announced: Announced, token: Token, forMs: number, operation?: Operation): Promise<void>

  /**
   * Takes an announcement back: nothing was changed. Other tokens' stay, and so does a value that was written meanwhile. One
   * that is over already can no longer be taken back from a field.
   */
  withdraw(announced: Announced, token: Token, operation?: Operation): Promise<void>

  /** The log of invalidations, for near tiers. Absent where there is none. */
  readonly feed?: Feed | undefined

  /** Who is told of wakes and dooms. Called once, before any lease is asked for. */
  listen(inbox: Inbox): void

  /**
   * Wire keys that begin with `head`, in batches, each at least once if it lives throughout.
   * @param head literal text, such as `shop:1:`
   */
  scan(head: string, operation?: Operation & { batch?: number }): AsyncIterable<readonly string[]>

  /** What it can say of itself now. */
  stats(operation?: Operation): Promise<StoreStats>
  /** The same at once, of a store in this process. Absent where a server would have to be asked. */
  statsNow?(): StoreStats
  /** What about the server's settings, or those who share it, will hurt. Absent where there is nothing to examine. */
  examine?(operation?: Operation): Promise<readonly Advice[]>
  /**
   * Empties the whole server or store, everybody's keys included.
   * @throws {CacheError} `E_NOT_ALONE` where keys of others are found, unless they are meant by `reallyEverything`
   */
  flushServer(operation?: FlushOperation): Promise<void>
  /** Ends connections and timers after what was sent has been answered. Afterwards every act rejects with `E_CLOSED`. */
  close(): Promise<void>
}

/** Of an act that concerns others, too. */
export interface FlushOperation extends Operation {
  readonly reallyEverything?: boolean | undefined
}

/** What a store is told when it is opened for an alias. */
export interface StoreContext {
  /** The alias whose store this is. */
  readonly alias: string
  /** Wire keys begin with `<prefix>:`; the store keeps its generations and inboxes under it too. */
  readonly prefix: string
  /** Names this process's inbox: the first 8 characters of its tokens. */
  readonly processId: string
  /** What it takes the time from. */
  readonly clock: Clock
  /** What turns values into bytes, and back. */
  readonly codec: Codec
  /** Something went wrong outside any call: a lost connection, a refused subscription. Never throws. */
  report(event: StoreEvent): void
}

export interface StoreEvent {
  readonly kind: 'connected' | 'disconnected' | 'evicted' | 'error'
  readonly message: string
  readonly key?: string
  readonly bytes?: number
  readonly error?: unknown
}

/** What a store was told that may be shown: no user, no password. */
export interface StoreSettings {
  /** The servers that it was told of, or the one socket. */
  readonly servers?: readonly { readonly host: string; readonly tls: boolean }[]
  /** What tells it from another store of its kind: address and database. */
  readonly place?: string
  /** Bound on what it keeps; `Infinity` for none. */
  readonly maxBytes?: number
}

/** A store that is described but not yet opened: what `memory()` and `redis(url)` return. Opening it starts no I/O that can fail. */
export interface StoreDefinition {
  /** The kind of store, for messages. */
  readonly name: string
  /** What it was told, for tools that judge a configuration. */
  readonly settings?: StoreSettings
  /** Makes the store. It connects when it is first used. */
  open(context: StoreContext): Store
}
