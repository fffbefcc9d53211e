/** What a session holds: names of the application's, and whatever the alias's codec can carry. */
export type SessionData = Record<string, unknown>

/** A session as it is to be kept. */
export interface SessionDraft {
  readonly data: SessionData
  /** Milliseconds of the backend's clock, as all times here. */
  readonly createdAt: number
  readonly endsAt: number
}

/** A session as it is kept. */
export interface KeptSession extends SessionDraft {
  /** Which state it is: whoever writes over it must have seen this one. */
  readonly mark: string
}

/** Where sessions are kept. Each act is atomic; all of them reject when they cannot be done. */
export interface SessionBackend {
  now(): number
  /** Whether something that a client has sent can be an id; nothing else is ever asked for. */
  isId(id: unknown): id is string
  /** A copy of data that may be changed. @throws {CacheError} `E_ENCODE` */
  copy(data: SessionData): SessionData
  /**
   * What is kept, not to be changed.
   *
   * @param exact past every copy, as another has just written over what was read before
   */
  read(id: string, exact?: boolean): Promise<KeptSession | undefined>
  /**
   * @param id default: a new one that nobody can guess
   * @returns `undefined` when the id is or was another session's
   */
  create(
    id: string | undefined,
    draft: SessionDraft,
  ): Promise<{ readonly id: string; readonly mark: string } | undefined>
  /** @returns its mark; `undefined`, with nothing written, when what is there is not `over` */
  replace(id: string, draft: SessionDraft, over: string): Promise<string | undefined>
  /** @returns whether there is one */
  touch(id: string, endsAt: number): Promise<boolean>
  /** When it resolves nobody reads the session any more, in any process. @returns whether there was one */
  end(id: string): Promise<boolean>
  /** Removes what has expired, where that does not go by itself. @returns how many */
  clearExpired(): Promise<number>
}
