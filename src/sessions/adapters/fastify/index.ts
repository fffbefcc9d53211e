export { type FastifySessionStore, fastifySessions } from './fastify-sessions.ts'
