export { type ExpressSessionModule, expressSessions } from './express-sessions.ts'
