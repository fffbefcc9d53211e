import type { SessionData } from '../../backend.ts'
import { LibrarySessions, plainData, withStatus } from '../../library-sessions.ts'
import type { Session } from '../../session.ts'
import type { SessionStore } from '../../session-store.ts'

interface Asked {
  /** The library always gives it; its types do not say so. */
  readonly ctx?: object
}

/** A store as koa-session calls it. */
export interface KoaSessionStore {
  get(id: string, maxAge: unknown, asked: Asked): Promise<SessionData | undefined>
  set(id: string, session: object, maxAge: unknown, asked: Asked): Promise<void>
  destroy(id: string): Promise<void>
}

/** The library lets a store keep a session for so much longer than its cookie lives. */
const LONGER_MS = 10_000

/**
 * A store for koa-session: `app.use(session({ store: koaSessions(sessionStore(caches.sessions)), … }, app))`.
 *
 * With `rolling` a session that was not changed is touched and not written. One that was destroyed meanwhile is not stored: the
 * request is answered with status 400.
 */
export function koaSessions(store: SessionStore): KoaSessionStore {
  const sessions = new LibrarySessions(store)

  // Plain functions: the library takes them off this object.
  return {
    get: async (id, _maxAge, { ctx = {} }) => {
      const session = await store.load(id).catch(withStatusThrown)
      if (session === undefined) return undefined
      sessions.hold(ctx, session)
      return withExpiry(session)
    },
    set: async (id, given, maxAge, { ctx = {} }) => {
      // When it ends is what the store knows; as a part of the session it would change with every request.
      const data = plainData(given)
      delete data['_expire']
      const life = typeof maxAge === 'number' && maxAge > 0 ? { ttl: { milliseconds: maxAge } } : {}
      await sessions.put(ctx, id, data, life).catch(withStatusThrown)
    },
    destroy: async (id) => {
      await store.destroy(id).catch(withStatusThrown)
    },
  }
}

function withExpiry({ data, endsAt }: Session): SessionData {
  return typeof data['_maxAge'] === 'number' ? { ...data, _expire: endsAt - LONGER_MS } : data
}

function withStatusThrown(error: unknown): never {
  throw withStatus(error)
}
