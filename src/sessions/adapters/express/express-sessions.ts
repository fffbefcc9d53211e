import { optionError } from '../../../base/errors.ts'
import { type CookieHolder, withExpiry, withoutExpiry } from '../../cookie-data.ts'
import { callBack, LibrarySessions, lifeUntil } from '../../library-sessions.ts'
import type { SessionStore } from '../../session-store.ts'

/** What is used of express-session's `Store`. */
interface StoreBase {
  createSession(request: object, session: object): object
}

/** What is used of the module `express-session`. */
export interface ExpressSessionModule<Base> {
  // oxlint-disable-next-line typescript/no-explicit-any
  /** The class that stores of express-session extend. */
  readonly Store: abstract new (...parts: any[]) => Base
}

type Told = (error?: unknown) => void

/**
 * A store for express-session: `session({ store: expressSessions(session, sessionStore(caches.sessions)), … })`.
 *
 * A session that was not changed is touched and not written; of parallel requests none loses another's changes; one that was
 * destroyed meanwhile is not stored, and the callback is told `E_SESSION_ENDED` (status 400).
 *
 * @param module the module `express-session` itself, whose `Store` the library insists on
 * @throws {CacheError} `E_OPTION`
 */
export function expressSessions<Base>(
  module: ExpressSessionModule<Base>,
  store: SessionStore,
): Base {
  if (typeof (module as Partial<typeof module> | undefined)?.Store !== 'function')
    throw optionError('module', "what 'import session from express-session' gives", module)
  const Parent = module.Store as unknown as new () => StoreBase
  const sessions = new LibrarySessions(store)

  class BreakwaterSessions extends Parent {
    get(id: string, told: (error: unknown, session?: object | null) => void): void {
      callBack(load(id), told)
    }

    set(id: string, session: CookieHolder, told?: Told): void {
      callBack(put(id, session), told)
    }

    touch(id: string, session: CookieHolder, told?: Told): void {
      callBack(touch(id, session), told)
    }

    destroy(id: string, told?: Told): void {
      callBack(end(id), told)
    }

    /** The library makes an object of its own of what `get` gave: the same session. */
    override createSession(request: object, loaded: object): object {
      const made = super.createSession(request, loaded)
      const held = sessions.heldBy(loaded)
      if (held !== undefined) sessions.hold(made, held)
      return made
    }
  }

  async function load(id: string): Promise<[object | null]> {
    const session = await store.load(id)
    if (session === undefined) return [null]
    const loaded = withExpiry(session)
    sessions.hold(loaded, session)
    return [loaded]
  }

  async function put(id: string, session: CookieHolder): Promise<[]> {
    const life = lifeUntil(session.cookie?.expires)
    if (life === 'over') await store.destroy(id)
    else await sessions.put(session, id, withoutExpiry(session), life ?? {})
    return []
  }

  async function touch(id: string, session: CookieHolder): Promise<[]> {
    const held = sessions.heldBy(session)
    const life = lifeUntil(session.cookie?.expires)
    if (life === 'over') await store.destroy(id)
    else if (held !== undefined) await store.touch(held, life)
    return []
  }

  async function end(id: string): Promise<[]> {
    await store.destroy(id)
    return []
  }

  return new BreakwaterSessions() as unknown as Base
}
