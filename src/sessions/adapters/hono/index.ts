export type { SessionCookieOptions } from '../../cookie.ts'
export type { RequestSession } from '../../request-session.ts'
export { honoSessions, type HonoSessionsData, type HonoSessionsStore } from './hono-sessions.ts'
export {
  type HonoSessionContext,
  type HonoSessions,
  sessions,
  type HonoSessionsOptions,
  type SessionVariables,
} from './sessions.ts'
