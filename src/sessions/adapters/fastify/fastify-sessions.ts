import { type CookieHolder, withExpiry, withoutExpiry } from '../../cookie-data.ts'
import { callBack, LibrarySessions, lifeUntil } from '../../library-sessions.ts'
import type { Session } from '../../session.ts'
import type { SessionStore } from '../../session-store.ts'

/** A store as @fastify/session calls it. */
export interface FastifySessionStore {
  // The library's own types say more of its sessions than is used here.
  // oxlint-disable-next-line typescript/no-explicit-any
  /** As @fastify/session calls it. */
  get(id: string, told: (error: any, session?: any) => void): void
  // oxlint-disable-next-line typescript/no-explicit-any
  /** As @fastify/session calls it. */
  set(id: string, session: any, told: (error?: any) => void): void
  // oxlint-disable-next-line typescript/no-explicit-any
  /** As @fastify/session calls it. */
  destroy(id: string, told: (error?: any) => void): void
}

/** The library copies what it is given by name, so the state that a session was read in has a name in it, and no JSON. */
const SEEN = '~breakwater'

class Seen {
  readonly session: Session

  constructor(session: Session) {
    this.session = session
  }

  toJSON(): undefined {
    return undefined
  }
}

/**
 * A store for @fastify/session: `app.register(fastifySession, { store: fastifySessions(sessionStore(caches.sessions)), … })`.
 *
 * The library stores every session on every request; where nothing was changed it is touched when that is due, and else
 * nothing is sent. A session that was destroyed meanwhile is not stored: the request is answered with status 400.
 */
export function fastifySessions(store: SessionStore): FastifySessionStore {
  const sessions = new LibrarySessions(store)

  async function load(id: string): Promise<[object | null]> {
    const session = await store.load(id)
    return session === undefined ? [null] : [{ ...withExpiry(session), [SEEN]: new Seen(session) }]
  }

  async function put(
    id: string,
    session: CookieHolder & { readonly [SEEN]?: unknown },
  ): Promise<[]> {
    const life = lifeUntil(session.cookie?.expires)
    const seen = session[SEEN]
    if (life === 'over') await store.destroy(id)
    else
      await sessions.put(
        session,
        id,
        withoutExpiry(session),
        life ?? {},
        seen instanceof Seen ? seen.session : undefined,
      )
    return []
  }

  async function end(id: string): Promise<[]> {
    await store.destroy(id)
    return []
  }

  return {
    get: (id, told) => callBack(load(id), told),
    set: (id, session: CookieHolder, told) => callBack(put(id, session), told),
    destroy: (id, told) => callBack(end(id), told),
  }
}
