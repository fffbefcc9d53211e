export { type Advisable, Adviser, adviser, type AdviserOptions } from './adviser.ts'
export type { Finding } from './finding.ts'
export { type Limits, LIMITS } from './limits.ts'
