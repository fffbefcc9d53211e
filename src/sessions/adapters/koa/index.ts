export { type KoaSessionStore, koaSessions } from './koa-sessions.ts'
