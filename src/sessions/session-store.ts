// Sessions: what a request has read, and what it stores of it.
//
// Requests of one session run side by side (tabs, images, a slow report), and each saves the whole session. So a save names the
// state that it was made of, and writes over that one only; where another came first it is merged with it, or refused. A
// session that has ended meanwhile is not written at all: who has logged out stays so, however late the last request ends.
import type { Duration } from '../base/duration.ts'
import { CacheError } from '../base/errors.ts'
import type { SessionBackend, SessionData } from './backend.ts'
import { isSame, merged } from './merge.ts'
import { sessionLifeMs, type SessionTerms } from './options.ts'
import { SEEN, Session, SINCE_CHANGED } from './session.ts'
import { Turns } from './turns.ts'

/** How long a session lives. */
export interface SessionLife {
  /** How long the session lives from now on. Default: the store's `ttl`. */
  readonly ttl?: Duration | undefined
}

/** Lost so often against other processes only when something is wrong; each loss means that somebody else's save was stored. */
const MAX_ATTEMPTS = 100
const LONGEST_PAUSE_MS = 32
/** Two equal ids of 192 random bits are not seen; the second try is for a bug elsewhere. */
const MAX_IDS = 2

/** Made by `sessionStore()`. Every act rejects with an outage, whatever the alias's `onOutage` says: `E_STORE_DOWN` and the like. */
export class SessionStore<Data extends SessionData = SessionData> {
  readonly #backend: SessionBackend
  readonly #terms: Pick<SessionTerms, 'ttlMs' | 'conflict' | 'touchAfterMs'>
  readonly #turns = new Turns()

  constructor(
    backend: SessionBackend,
    terms: Pick<SessionTerms, 'ttlMs' | 'conflict' | 'touchAfterMs'>,
  ) {
    this.#backend = backend
    this.#terms = terms
  }

  /** Milliseconds for which a session lives of which nobody says otherwise. */
  get ttlMs(): number {
    return this.#terms.ttlMs
  }

  /** Milliseconds since the Unix epoch, by the clock that ends sessions. */
  now(): number {
    return this.#backend.now()
  }

  /**
   * The session under this id, from the store itself: no copy of this process can show one that has ended.
   *
   * @param id whatever the client has sent: what cannot be an id is none, and nothing is asked for it
   * @returns `undefined` when there is none; a new one needs a new id
   */
  async load(id: unknown): Promise<Session<Data> | undefined> {
    if (!this.#backend.isId(id)) return undefined
    const kept = await this.#backend.read(id)
    if (kept === undefined) return undefined
    const seen = { ...kept, data: safe(kept.data) }
    return new Session(id, this.#backend.copy(seen.data) as Data, seen)
  }

  /**
   * Stores a new session.
   *
   * @param life.id of a library that makes its own. Default: a new one of 192 random bits
   * @throws {CacheError} `E_SESSION_ENDED` when the id is taken, or is that of a session that has ended; `E_KEY` for what
   * cannot be an id; `E_ENCODE`, `E_TOO_LARGE`
   */
  async create(
    data: Data,
    life: SessionLife & { readonly id?: string } = {},
  ): Promise<Session<Data>> {
    if (life.id !== undefined) this.#check(life.id)
    const createdAt = this.now()
    const draft = { data: safe(data), createdAt, endsAt: createdAt + this.#lifeMs(life) }
    for (let tries = 0; tries < (life.id === undefined ? MAX_IDS : 1); tries++) {
      const created = await this.#backend.create(life.id, draft)
      if (created === undefined) continue
      return this.#session(created.id, draft, created.mark)
    }
    throw ended('The id of a new session is taken, or its session has ended.')
  }

  /**
   * Stores what a request has made of its session. Where nothing has changed only its end is moved, see `touchAfter`.
   *
   * @param data default: `session.data`
   * @returns the session as it is now, with what others have changed
   * @throws {CacheError} `E_SESSION_ENDED` when it has ended meanwhile; `E_SESSION_CONFLICT` as `conflict` says; `E_ENCODE`,
   * `E_TOO_LARGE`. Nothing is stored then
   */
  async save(
    session: Session<Data>,
    data: Data = session.data,
    life: SessionLife = {},
  ): Promise<Session<Data>> {
    const { id } = session
    const seen = session[SEEN]
    const mine = safe(data)
    const lifeMs = this.#lifeMs(life)
    if (isSame(seen.data, mine)) return await this.#touched(session, lifeMs)
    return await this.#turns.take(id, async () => {
      const next = (now: Kept): SessionData =>
        now === seen ? mine : this.#resolved(seen.data, mine, now.data)
      return await this.#replaced(id, seen, lifeMs, next)
    })
  }

  /**
   * Changes a session as it is at that moment: for counters, and for what must not be decided by what a request has read a
   * while ago. `update(id, (data) => { data.seen += 1 })`
   *
   * @param change is not async, and is called again when another process was faster
   * @throws {CacheError} `E_SESSION_ENDED` when there is none; `E_ENCODE`, `E_TOO_LARGE`; what `change` throws
   */
  async update(
    id: string,
    change: (data: Data) => void,
    life: SessionLife = {},
  ): Promise<Session<Data>> {
    this.#check(id)
    const lifeMs = this.#lifeMs(life)
    return await this.#turns.take(id, async () => {
      const next = (now: Kept): SessionData => {
        const data = this.#backend.copy(safe(now.data)) as Data
        change(data)
        return safe(data)
      }
      return await this.#replaced(id, await this.#again(id, false), lifeMs, next)
    })
  }

  /**
   * Lets a session live on that was used. Nothing is written until its end would be later by `touchAfter`, and never what is in
   * it; a session that is not there stays so.
   *
   * @returns whether there is one, as far as was asked
   */
  async touch(session: Session<Data>, life: SessionLife = {}): Promise<boolean> {
    const lifeMs = this.#lifeMs(life)
    if (!this.#isDue(session, lifeMs)) return true
    return await this.#backend.touch(session.id, this.now() + lifeMs)
  }

  /**
   * Ends a session, everywhere at once. Requests that have read it before cannot store it any more.
   *
   * @returns whether there was one
   */
  async destroy(id: unknown): Promise<boolean> {
    if (!this.#backend.isId(id)) return false
    return await this.#turns.take(id, async () => await this.#backend.end(id))
  }

  /**
   * The session under a new id, which whoever knew the old one does not know; the old one ends. To be called whenever the
   * rights of its owner change: when he logs in above all.
   *
   * @param data default: `session.data`
   * @throws {CacheError} `E_SESSION_ENDED` when the old one has ended meanwhile: there is no new one then
   */
  async regenerate(
    session: Session<Data>,
    data: Data = session.data,
    life: SessionLife = {},
  ): Promise<Session<Data>> {
    const next = await this.create(data, life)
    let existed = false
    try {
      existed = await this.destroy(session.id)
    } finally {
      if (!existed) await this.destroy(next.id)
    }
    if (existed) return next
    throw ended('The session has ended meanwhile, so it was given no new id.')
  }

  /** Removes what has expired from the database, where there is one; stores forget by themselves. @returns how many */
  async clearExpired(): Promise<number> {
    return await this.#backend.clearExpired()
  }

  async #touched(session: Session<Data>, lifeMs: number): Promise<Session<Data>> {
    if (!this.#isDue(session, lifeMs)) return session
    const endsAt = this.now() + lifeMs
    // Who has changed nothing has nothing to lose when it has ended meanwhile.
    if (!(await this.#backend.touch(session.id, endsAt))) return session
    return new Session(session.id, session.data, { ...session[SEEN], endsAt })
  }

  #isDue({ endsAt }: Session<Data>, lifeMs: number): boolean {
    const later = Math.abs(this.now() + lifeMs - endsAt)
    return later > 0 && later >= (this.#terms.touchAfterMs ?? lifeMs / 20)
  }

  /** Writes over what is there, as often as others come first. @param next made of what is there */
  async #replaced(
    id: string,
    first: Kept,
    lifeMs: number,
    next: (now: Kept) => SessionData,
  ): Promise<Session<Data>> {
    let now = first.mark === SINCE_CHANGED ? await this.#again(id) : first
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { createdAt, mark } = now
      const draft = { data: next(now), createdAt, endsAt: this.now() + lifeMs }
      const stored = await this.#backend.replace(id, draft, mark)
      if (stored !== undefined) return this.#session(id, draft, stored)
      await pause(attempt)
      now = await this.#again(id)
    }
    throw new CacheError(
      'E_SESSION_CONFLICT',
      `Others were faster ${MAX_ATTEMPTS} times; nothing was stored.`,
    )
  }

  /** @throws {CacheError} `E_SESSION_ENDED` */
  async #again(id: string, exact = true): Promise<Kept> {
    const kept = await this.#backend.read(id, exact)
    if (kept === undefined) throw ended()
    return kept
  }

  #resolved(base: SessionData, mine: SessionData, theirs: SessionData): SessionData {
    const { conflict } = this.#terms
    if (conflict === 'overwrite') return mine
    const { data, clashes } = merged(base, mine, safe(theirs))
    if (conflict === 'merge' || (conflict === 'merge-or-refuse' && clashes.length === 0))
      return data
    const names = clashes.length === 0 ? '' : ` (${clashes.join(', ')})`
    throw new CacheError(
      'E_SESSION_CONFLICT',
      `Another request has changed the session meanwhile${names}; nothing was stored.`,
    )
  }

  #session(id: string, draft: Omit<Kept, 'mark'>, mark: string): Session<Data> {
    // What was stored, apart from what the caller goes on to change.
    const data = this.#backend.copy(draft.data)
    return new Session(id, this.#backend.copy(data) as Data, { ...draft, data, mark })
  }

  #lifeMs({ ttl }: SessionLife): number {
    return ttl === undefined ? this.#terms.ttlMs : sessionLifeMs(ttl, 'ttl')
  }

  #check(id: string): void {
    if (!this.#backend.isId(id))
      throw new CacheError('E_KEY', 'Expected the id of a session: 20 or more letters and digits.')
  }
}

type Kept = Session[typeof SEEN]

/** Without the one name by which data could become its own prototype. */
function safe(data: SessionData): SessionData {
  if (!Object.hasOwn(data, '__proto__')) return data
  return Object.fromEntries(Object.entries(data).filter(([name]) => name !== '__proto__'))
}

function ended(why = 'The session has ended meanwhile; nothing was stored.'): CacheError {
  return new CacheError('E_SESSION_ENDED', why)
}

/** Two processes that lose in step with each other would do so for ever: from the third time on, whoever lost waits by chance. */
async function pause(attempt: number): Promise<void> {
  if (attempt < 2) return
  const most = Math.min(2 ** attempt, LONGEST_PAUSE_MS)
  await new Promise((resolve) => setTimeout(resolve, Math.random() * most))
}
