import type { Clock } from '../../base/clock.ts'
import type { Codec } from '../../base/codec.ts'
import type { Field } from '../../base/generation.ts'
import type { Entry } from '../../base/record.ts'
import type {
  AcquireRequest,
  Capabilities,
  Inbox,
  Store,
  StoreContext,
  Write,
} from '../../base/store.ts'
import { type Token, TokenSource } from '../../base/token.ts'

/** What the author of a store gives the suite, anew for each case: an empty store, and time. */
export interface StoreHarness {
  /** Opens the store as one process of a fleet would; called once more with another process id for cases of two processes. */
  open(context: StoreContext): Store
  /** What the store takes the time from. */
  readonly clock: Clock
  /** What values are encoded with. */
  readonly codec: Codec
  /** Lets this much time pass: moves a fake clock, or waits. */
  pass(ms: number): Promise<void>
  /**
   * Time is real: what is to happen within some milliseconds may come too late on a busy machine. A case that fails is then
   * told once more, at a tenth of its pace, and that counts. Default `false`.
   */
  readonly isRealTime?: boolean
  /** Milliseconds in which a message from one process reaches another on a busy machine. Default 5000. */
  readonly patienceMs?: number
  /** What `open` left behind, besides the stores themselves, which the suite closes. */
  done?(): Promise<void>
}

/** One process as a case sees it. */
export interface Process {
  readonly store: Store
  readonly tokens: TokenSource
  /** What reached its inbox: `wake <key>`, `doom <token>`, `lost`. */
  readonly heard: string[]
}

/** What a case takes for granted that a store may declare not to have. */
export type Need = 'keeps' | 'scan' | 'pushWake'

/** One case and how it is set up. */
export interface ContractCase {
  /** A sentence that is true of every store that has what the case needs. */
  readonly says: string
  /**
   * A store that declares to lack one of them is held to that declaration instead: nothing is skipped.
   * Default `['keeps']`.
   */
  readonly needs?: readonly Need[]
  run(bench: Bench): Promise<void>
}

let cases = 0

/** The work-bench of one case: keys of its own, entries with sensible times, a second process on demand. */
export class Bench {
  readonly clock: Clock
  readonly first: Process
  readonly #harness: StoreHarness
  readonly #prefix: string
  readonly #slowness: number
  readonly #opened: Store[] = []
  #second: Process | undefined
  #neighbour: Process | undefined

  /** @param slowness how many times as long everything takes */
  constructor(harness: StoreHarness, slowness = 1) {
    this.#harness = harness
    this.#slowness = slowness
    this.clock = harness.clock
    this.#prefix = `contract-${process.pid}-${++cases}`
    this.first = this.#open()
  }

  get store(): Store {
    return this.first.store
  }

  /** Another process on the same store. */
  get second(): Process {
    this.#second ??= this.#open()
    return this.#second
  }

  /** A process of another application on the same store: with a prefix of its own. */
  get neighbour(): Process {
    this.#neighbour ??= this.#open({ prefix: `${this.#prefix}-neighbour` })
    return this.#neighbour
  }

  /** Another process, whose clock is behind by so much. */
  processBehind(ms: number): Process {
    const { clock } = this
    const behind: Clock = {
      now: () => clock.now() - ms,
      after: (delay, act) => clock.after(delay, act),
    }
    return this.#open({ clock: behind })
  }

  get can(): Capabilities {
    return this.store.can
  }

  /**
   * The steps of time that a case is told in are milliseconds; a store whose expiries are whole seconds is given fifty
   * times as long. A slow case takes longer in all its steps, if they are not that long already.
   */
  ms(ms: number): number {
    return this.can.expiry === 's' ? 50 * ms : this.#slowness * ms
  }

  /** How far a time may be from what was written: a shared store's clock is known with an error, and a busy machine is slow. */
  isNear(a: number | undefined, b: number): boolean {
    return (
      a !== undefined && Math.abs(a - b) < (this.can.expiry === 's' ? 1000 : 400) * this.#slowness
    )
  }

  /** A wire key under this case's prefix. */
  key(name: string): string {
    return `${this.#prefix}:1:${name}`
  }

  get head(): string {
    return `${this.#prefix}:1:`
  }

  /** Lets time pass, in the steps of {@link ms}. */
  async pass(ms: number): Promise<void> {
    await this.#harness.pass(this.ms(ms))
  }

  /** An entry that is fresh for an hour unless said otherwise; times are relative to now, in the steps of {@link ms}. */
  entry(value: unknown, parts: { freshMs?: number; deadMs?: number } & Partial<Entry> = {}): Entry {
    const { freshMs = 3_600_000, deadMs = freshMs, ...rest } = parts
    const now = this.clock.now()
    return {
      value,
      tags: [],
      stamp: 1,
      rev: this.first.tokens.next(),
      freshUntil: now + this.ms(freshMs),
      deadAt: now + this.ms(deadMs),
      storedAt: now,
      loadMs: 0,
      ...rest,
    }
  }

  async write(
    key: string,
    entry: Entry,
    when: Write['when'] = 'always',
    by: Store = this.store,
  ): Promise<boolean> {
    const { result } = await by.write([{ key, entry, when }], [])
    return result[0]?.written === true
  }

  /** The entry under a key, `undefined` when there is none. */
  async read(key: string, by: Store = this.store): Promise<Entry | undefined> {
    return (await by.read([key], [])).result[0]?.entry
  }

  async value(key: string, by: Store = this.store): Promise<unknown> {
    return (await this.read(key, by))?.value
  }

  /** Asks for a lease with terms that nothing dooms; `leaseMs` in the steps of {@link ms}. */
  request(by: Process = this.first, parts: Partial<AcquireRequest> = {}): AcquireRequest {
    const { leaseMs = 5000, ...rest } = parts
    const token = by.tokens.next()
    return { token, leaseMs: this.ms(leaseMs), seen: undefined, stamp: 1, need: 0, ...rest }
  }

  /** Takes the lease of a key, which must be free. */
  async lease(
    key: string,
    by: Process = this.first,
    parts: Partial<AcquireRequest> = {},
  ): Promise<Token> {
    const request = this.request(by, parts)
    const acquired = await by.store.acquire(key, request)
    if (acquired.outcome !== 'lease')
      throw new Error(`Expected the lease of ${key}, got ${acquired.outcome}.`)
    return request.token
  }

  async bumps(
    fields: readonly Field[],
    by: Store = this.store,
  ): Promise<ReadonlyMap<Field, number>> {
    return (await by.read([], fields)).generations.bumps
  }

  /** Waits until a condition holds, for a message that comes by itself; as long as the harness has patience. */
  async until(holds: () => boolean): Promise<void> {
    const giveUpAt = performance.now() + (this.#harness.patienceMs ?? 5000)
    for (let turn = 0; !holds() && performance.now() < giveUpAt; turn++) {
      await new Promise((resolve) => setTimeout(resolve, turn < 50 ? 1 : 10))
    }
  }

  async done(): Promise<void> {
    await Promise.all(this.#opened.map((store) => store.close()))
    await this.#harness.done?.()
  }

  #open(parts: Partial<StoreContext> = {}): Process {
    const tokens = new TokenSource()
    const heard: string[] = []
    const store = this.#harness.open({
      alias: 'contract',
      prefix: this.#prefix,
      processId: tokens.processId,
      clock: this.#harness.clock,
      codec: this.#harness.codec,
      report: () => {},
      ...parts,
    })
    const inbox: Inbox = {
      wake: (key) => heard.push(`wake ${key}`),
      doom: (token) => heard.push(`doom ${token}`),
      lost: () => heard.push('lost'),
    }
    store.listen(inbox)
    this.#opened.push(store)
    return { store, tokens, heard }
  }
}
