export { trackPglite } from './track-pglite.ts'
