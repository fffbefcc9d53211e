import type { KeptSession, SessionData } from './backend.ts'

/** Under this a session keeps the state that it was read in. @internal */
export const SEEN: unique symbol = Symbol('breakwater.session.seen')

/** The mark of a state that is known to be no longer there. */
export const SINCE_CHANGED = ''

/** A session as one request has read it. */
export class Session<Data extends SessionData = SessionData> {
  /** Who has it, has the session: for the cookie, and for nothing that is written down. */
  readonly id: string
  /** The request's own copy: what is changed in it is stored by `save`, and by nothing else. */
  readonly data: Data
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number
  /** When it ends if nobody touches it. Milliseconds since the Unix epoch. */
  readonly endsAt: number
  /** @internal */
  readonly [SEEN]: KeptSession

  constructor(id: string, data: Data, seen: KeptSession) {
    this.id = id
    this.data = data
    this.createdAt = seen.createdAt
    this.endsAt = seen.endsAt
    this[SEEN] = seen
    // A log that shows a session shows nobody how to take it over.
    Object.defineProperty(this, 'id', { enumerable: false })
    Object.defineProperty(this, SEEN, { enumerable: false })
  }

  /** As if it had been read with this data, of which another has made what is there. @internal */
  asSeenWith(data: Data): Session<Data> {
    return new Session(this.id, data, { ...this[SEEN], data, mark: SINCE_CHANGED })
  }

  /** What a log shows of it. */
  toJSON(): { readonly createdAt: number; readonly endsAt: number } {
    return { createdAt: this.createdAt, endsAt: this.endsAt }
  }
}
