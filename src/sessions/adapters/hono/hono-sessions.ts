import type { SessionData } from '../../backend.ts'
import { LibrarySessions, lifeUntil, plainData } from '../../library-sessions.ts'
import type { Session } from '../../session.ts'
import type { SessionStore } from '../../session-store.ts'
import { asHttpError } from './http-error.ts'

/** A session as hono-sessions keeps it. */
export interface HonoSessionsData {
  _id?: string
  // The library's own type.
  // oxlint-disable-next-line typescript/no-explicit-any
  _data: Record<string, { value: any; flash: boolean }>
  _expire: string | null
  _delete: boolean
  _accessed: string | null
}

/** A store as hono-sessions calls it. */
export interface HonoSessionsStore {
  getSessionById(id?: string): Promise<HonoSessionsData | null>
  createSession(id: string, data: HonoSessionsData): Promise<void>
  persistSessionData(id: string, data: HonoSessionsData): Promise<void>
  deleteSession(id: string): Promise<void>
}

/** Where the library's own names are kept beside the application's. */
const EXPIRES = '_expires'

/**
 * A store for the middleware of hono-sessions: `sessionMiddleware({ store: honoSessions(sessionStore(caches.sessions)), … })`.
 *
 * The library stores every session on every request, because it notes when; where nothing else was changed it is touched when
 * that is due. New applications have less to do with `sessions()`.
 */
export function honoSessions(store: SessionStore): HonoSessionsStore {
  const sessions = new LibrarySessions(store)

  const put = async (id: string, data: HonoSessionsData): Promise<void> => {
    const life = lifeUntil(data._expire)
    const act =
      life === 'over' ? store.destroy(id) : sessions.put(data, id, storedOf(data), life ?? {})
    await act.catch(throwHttpError)
  }

  return {
    async getSessionById(id) {
      const session = await store.load(id).catch(throwHttpError)
      if (session === undefined) return null
      const data = givenOf(session)
      sessions.hold(data, session)
      return data
    },
    createSession: put,
    persistSessionData: put,
    async deleteSession(id) {
      await store.destroy(id).catch(throwHttpError)
    },
  }
}

/** Each name of the application's is one of ours, so that what two requests set is merged. */
function storedOf({ _data, _expire }: HonoSessionsData): SessionData {
  return { ...plainData(_data), [EXPIRES]: _expire !== null }
}

function givenOf({ data, endsAt }: Session): HonoSessionsData {
  const { [EXPIRES]: expires, ..._data } = data
  const _expire = expires === true ? new Date(endsAt).toISOString() : null
  return { _data: _data as HonoSessionsData['_data'], _expire, _delete: false, _accessed: null }
}

function throwHttpError(error: unknown): never {
  throw asHttpError(error)
}
