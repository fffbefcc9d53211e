export { type FleetCaches, type FleetMember, type FleetOptions, joinFleet } from './join-fleet.ts'
export type { FleetProcess } from './report.ts'
