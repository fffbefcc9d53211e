export { trackedClient } from './tracked-client.ts'
