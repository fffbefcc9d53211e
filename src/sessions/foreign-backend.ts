// Sessions of another program, such as Django, in its own format and under its own rules: its ids, its expiry, and the later
// save stays whole.
import { systemClock } from '../base/clock.ts'
import { CacheError, isCacheError } from '../base/errors.ts'
import type { KeptSession, SessionBackend, SessionData, SessionDraft } from './backend.ts'

/** What is used of `djangoSessions(cache)` of `breakwater/django`, or of another that speaks a foreign format. */
export interface ForeignSessions {
  /** The data of a session, `undefined` when there is none or it has ended. */
  load(id: string): Promise<SessionData | undefined>
  /** @returns false when there is none any more */
  save(id: string, data: SessionData): Promise<boolean>
  /** Under an id of its own making. @returns it */
  create(data: SessionData): Promise<string>
  /** Under this id. @returns false when it is taken */
  add(id: string, data: SessionData): Promise<boolean>
  /** Ends a session. Whether there was one. */
  delete(id: string): Promise<boolean>
}

/** The format has no name for states: whoever saves last has his. */
const ANY_STATE = 'any'

export class ForeignBackend implements SessionBackend {
  readonly #sessions: ForeignSessions

  constructor(sessions: ForeignSessions) {
    this.#sessions = sessions
  }

  now(): number {
    return systemClock.now()
  }

  isId(id: unknown): id is string {
    return typeof id === 'string' && /^[\w-]{8,128}$/.test(id)
  }

  copy(data: SessionData): SessionData {
    return structuredClone(data)
  }

  async read(id: string): Promise<KeptSession | undefined> {
    try {
      const data = await this.#sessions.load(id)
      // When it ends it knows itself.
      return data && { data, createdAt: 0, endsAt: Infinity, mark: ANY_STATE }
    } catch (error) {
      // No id of theirs: a client has made it up.
      if (isCacheError(error, 'E_KEY')) return undefined
      throw error
    }
  }

  async create(
    id: string | undefined,
    { data }: SessionDraft,
  ): ReturnType<SessionBackend['create']> {
    if (id === undefined) return { id: await this.#sessions.create(data), mark: ANY_STATE }
    return (await this.#sessions.add(id, data)) ? { id, mark: ANY_STATE } : undefined
  }

  async replace(id: string, { data }: SessionDraft): Promise<string | undefined> {
    return (await this.#sessions.save(id, data)) ? ANY_STATE : undefined
  }

  /** Renewed by saving alone, as Django does unless it saves on every request: without a change nothing is rewritten. */
  async touch(): Promise<boolean> {
    return true
  }

  async end(id: string): Promise<boolean> {
    return await this.#sessions.delete(id)
  }

  async clearExpired(): Promise<number> {
    throw new CacheError('E_UNSUPPORTED', 'Whoever owns these sessions clears them.')
  }
}
