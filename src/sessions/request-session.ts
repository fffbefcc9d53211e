import { CacheError } from '../base/errors.ts'
import type { SessionData } from './backend.ts'
import type { Session } from './session.ts'
import type { SessionLife, SessionStore } from './session-store.ts'

/** What the request's end means for the cookie: nothing, a new one, or that it is over. */
export type CookieChange = Session | 'ended' | undefined

/**
 * The session of one request, or the one that it may begin. Nothing is stored, and no cookie sent, until something is set.
 *
 * What is set is stored when the request ends, unless it fails; `regenerate`, `destroy` and `save` act at once.
 */
export class RequestSession<Data extends SessionData = SessionData> {
  readonly #store: SessionStore<Data>
  readonly #life: SessionLife
  readonly #outage: Error | undefined
  #current: Session<Data> | undefined
  #data: Data
  #change: CookieChange
  #isRead = false

  /**
   * @param outage why the session could not be read, if so: it is then empty, and cannot be changed
   */
  constructor(
    store: SessionStore<Data>,
    life: SessionLife,
    loaded: Session<Data> | undefined,
    outage?: Error,
  ) {
    this.#store = store
    this.#life = life
    this.#outage = outage
    this.#current = loaded
    this.#data = loaded?.data ?? ({} as Data)
  }

  /** `undefined` until it is stored. A secret: not for logs. */
  get id(): string | undefined {
    return this.#current?.id
  }

  /** Nothing was stored under it before this request. */
  get isNew(): boolean {
    return this.#current === undefined
  }

  /** Something was read or set: the answer depends on who asks. */
  get isUsed(): boolean {
    return this.#isRead
  }

  /** One value of the session, `undefined` when it has none of this name. */
  get<Name extends keyof Data & string>(name: Name): Data[Name] | undefined {
    this.#isRead = true
    return Object.hasOwn(this.#data, name) ? this.#data[name] : undefined
  }

  /** Everything that is in it. Not to be changed: `set` does. */
  all(): Readonly<Partial<Data>> {
    this.#isRead = true
    return { ...this.#data }
  }

  /** @throws {CacheError} `E_KEY` for `'__proto__'`; the outage, where the session could not be read */
  set<Name extends keyof Data & string>(name: Name, value: Data[Name]): void {
    this.#isRead = true
    this.#refuseUnread()
    if (name === '__proto__')
      throw new CacheError('E_KEY', "A session cannot have the name '__proto__'.")
    this.#data[name] = value
  }

  /** Takes one value out of the session. */
  delete(name: keyof Data & string): void {
    this.#isRead = true
    this.#refuseUnread()
    delete this.#data[name]
  }

  /** Reads a value and deletes it: for what is shown once, such as 'saved'. */
  take<Name extends keyof Data & string>(name: Name): Data[Name] | undefined {
    const value = this.get(name)
    if (value !== undefined) this.delete(name)
    return value
  }

  /** A new id, at once; the old one is dead everywhere. To be called when somebody logs in, before his name is set. */
  async regenerate(): Promise<void> {
    this.#refuseUnread()
    this.#isRead = true
    // A session that was never stored has no id that anybody could know.
    if (this.#current === undefined) return
    this.#is(await this.#store.regenerate(this.#current, this.#data, this.#life))
  }

  /** Ends it, at once and everywhere. What is set afterwards begins another one. */
  async destroy(): Promise<void> {
    this.#refuseUnread()
    this.#isRead = true
    const ended = this.#current
    this.#current = undefined
    this.#data = {} as Data
    this.#change = 'ended'
    if (ended !== undefined) await this.#store.destroy(ended.id)
  }

  /** Stores it now. @throws {CacheError} `E_SESSION_ENDED`, `E_SESSION_CONFLICT`, `E_ENCODE`, `E_TOO_LARGE`, outages */
  async save(): Promise<void> {
    this.#refuseUnread()
    const before = this.#current
    if (before === undefined) {
      if (Object.keys(this.#data).length === 0) return
      this.#is(await this.#store.create(this.#data, this.#life))
      return
    }
    const stored = await this.#store.save(before, this.#data, this.#life)
    if (stored !== before) this.#is(stored)
  }

  /** Stores what is to be stored at the end of the request, which may have failed. @internal */
  async conclude(failed: boolean): Promise<CookieChange> {
    if (this.#outage === undefined && !failed) await this.save()
    return this.#change
  }

  #is(stored: Session<Data>): void {
    this.#current = stored
    this.#data = stored.data
    this.#change = stored
  }

  #refuseUnread(): void {
    if (this.#outage !== undefined) throw this.#outage
  }
}
